import type { Clock } from '#common/clock.ts';
import { canI } from '#common/cluster/access.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import type { Config } from './config.ts';

export interface OtherAgentOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly config: Pick<Config, 'connectionName' | 'ownNamespace' | 'integrationNamespace'>;
}

/** The reference agent's Deployment, and the field manager that Go's client makes of its program's name. */
const AGENT = 'compass-runtime-agent';

/** Where it is installed, beside the namespaces that we know of. */
const USUAL_NAMESPACES = ['kyma-system', 'compass-system'];

/** It writes at each of its rounds, the longest of which are of some minutes. */
const SILENCE_MS = 5 * 60_000;
const LOOK_PERIOD_MS = 30_000;
const RIGHTS_PERIOD_MS = 10 * 60_000;

interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

type Found = 'running' | 'scaled to 0' | 'unknown';

/**
 * Tells whether the reference agent works on the same connection: by what it writes into the CompassConnection, and by its
 * Deployment, where reading that is permitted. It is gone when its Deployment has no replicas, or after five minutes
 * without a word of it.
 */
export class OtherAgent {
  readonly #options: OtherAgentOptions;
  readonly #startedAt: number;
  /** When it wrote last, by the server's clock, and when that was noticed, by our monotonic one. */
  #written: { readonly time: string; readonly noticedMs: number } | undefined;
  #isFirstLook = true;
  #found: Found = 'unknown';
  #lookedMs = Number.NEGATIVE_INFINITY;
  #readable: readonly string[] = [];
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: OtherAgentOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** Why nothing should be written now; undefined where nobody else works on it. Throws ClusterUnreachable and the like. */
  async look(object: CompassConnection | undefined): Promise<CompassError | undefined> {
    this.#notice(object);
    await this.#lookForDeployment();
    if (this.#found === 'running') return foreignAgent(`the Deployment ${AGENT} has replicas`);
    if (this.#found === 'scaled to 0' || !this.#isHeard()) return undefined;
    return foreignAgent(`${AGENT} writes to the CompassConnection`);
  }

  /** What it wrote before our start is the past: it was scaled down, we take its place. */
  #notice(object: CompassConnection | undefined): void {
    const times = (object?.metadata.managedFields ?? []).flatMap(({ manager, time }) =>
      manager === AGENT && time ? [time] : [],
    );
    const time = times.toSorted().at(-1);
    const isFirst = this.#isFirstLook;
    this.#isFirstLook = false;
    if (time === undefined || time === this.#written?.time) return;
    const isNews = isFirst ? Date.parse(time) > this.#startedAt : true;
    const noticedMs = isNews ? this.#options.clock.monotonicMs() : Number.NEGATIVE_INFINITY;
    this.#written = { time, noticedMs };
  }

  #isHeard(): boolean {
    if (this.#written === undefined) return false;
    return this.#options.clock.monotonicMs() - this.#written.noticedMs < SILENCE_MS;
  }

  async #lookForDeployment(): Promise<void> {
    const { cluster, clock, config } = this.#options;
    const nowMs = clock.monotonicMs();
    const isFresh = this.#found !== 'running' && nowMs - this.#lookedMs < LOOK_PERIOD_MS;
    // It knows one connection, by its name.
    if (config.connectionName !== DEFAULT_CONNECTION_NAME || isFresh) return;
    await this.#askForRights(nowMs);
    const found = await Promise.all(
      this.#readable.map((namespace) => cluster.find<Deployment>({ kind: DEPLOYMENT, name: AGENT, namespace })),
    );
    const deployments = found.filter((deployment) => deployment !== undefined);
    if (deployments.some(hasReplicas)) this.#found = 'running';
    else this.#found = deployments.length > 0 ? 'scaled to 0' : 'unknown';
    this.#lookedMs = nowMs;
  }

  /** Asked for beforehand, so that nobody's audit log fills with what was refused. */
  async #askForRights(nowMs: number): Promise<void> {
    if (nowMs - this.#askedMs < RIGHTS_PERIOD_MS) return;
    const { ownNamespace, integrationNamespace } = this.#options.config;
    const namespaces = [...new Set([ownNamespace, integrationNamespace, ...USUAL_NAMESPACES])];
    const allowed = await Promise.all(namespaces.map((namespace) => this.#mayRead(namespace)));
    this.#readable = namespaces.filter((_, index) => allowed[index]);
    this.#askedMs = nowMs;
  }

  async #mayRead(namespace: string): Promise<boolean> {
    const right = { verb: 'get', group: 'apps', resource: 'deployments', name: AGENT, namespace };
    try {
      return await canI(this.#options.cluster, right);
    } catch (error) {
      if (hasReason(error, 'ClusterForbidden', 'ClusterRefused', 'NotInstalled')) return false;
      throw error;
    }
  }
}

/** Pods that end count as well: what they do under way they do to the end. */
function hasReplicas({ spec, status }: Deployment): boolean {
  return (spec?.replicas ?? 1) > 0 || (status?.replicas ?? 0) > 0;
}

function foreignAgent(evidence: string): CompassError {
  return new CompassError(
    'ForeignAgent',
    `another agent works on this connection: ${evidence}; nothing is written until it is gone: kubectl compass migrate from-agent`,
  );
}
