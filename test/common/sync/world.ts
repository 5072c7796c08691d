import { X509Certificate } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { jsonLog } from '#common/log.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import { directorListing } from '#common/sync/director-source.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { SyncPlan } from '#common/sync/plan-document.ts';
import type { PlanRequest } from '#common/sync/plan-sync.ts';
import { createSynchronizer, type SynchronizerOptions, type SyncRequest } from '#common/sync/synchronize.ts';
import type { Crds } from '../../cluster/crds.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { pair } from '../../simulator/tests/pair.ts';
import { application } from './samples.ts';

export const INTEGRATION_NAMESPACE = 'kyma-system';

export type Sync = (more?: Partial<SyncRequest>) => Promise<SyncOutcome>;

/** A Compass with a paired Runtime, a cluster with the Application CRD of the field, and a synchronizer between them. */
export interface SyncWorld {
  readonly simulator: Simulator;
  readonly cluster: TestCluster;
  readonly clock: ManualClock;
  readonly sync: Sync;
  /** What `sync` would change now. */
  plan(more?: Partial<PlanRequest>): Promise<SyncPlan>;
  /** What was logged from `info` on, as `level: message`; with the reason where there is one. */
  readonly logged: readonly string[];
  /** Another synchronizer of the same world: after a restart, or of another connection. */
  another(config?: Partial<SynchronizerOptions['config']>, as?: Cluster, more?: Partial<SynchronizerOptions>): Sync;
  /** As `sync`, of a synchronizer that is told when deletions are suspended no more. */
  suspendable(more?: Partial<SynchronizerOptions>): { readonly sync: Sync; resume(): void };
  application(name: string): Promise<Application | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  /** The values of a Secret, decoded; undefined where there is none. */
  content(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Every Application and Secret by name, with its resourceVersion: equal before and after means that nothing was written. */
  versions(): Promise<Readonly<Record<string, string>>>;
}

const CONFIG: SynchronizerOptions['config'] = {
  connectionName: 'compass-connection',
  integrationNamespace: INTEGRATION_NAMESPACE,
  centralGatewayUrl: 'http://gateway.example:8082',
  skipAppsTlsVerify: false,
  deletionBudget: { fraction: 0.1 },
};

export async function startSyncWorld(
  t: TestContext,
  crds: Crds = 'field',
  more: Partial<SynchronizerOptions> = {},
): Promise<SyncWorld> {
  const switches = { rateLimitPerMinute: 0 };
  const starting = startSimulator({ switches });
  // Before the cluster, which may fail to start: a simulator that nobody closes keeps the process alive.
  t.after(async () => (await starting).close());
  const [simulator, fixture] = await Promise.all([starting, startTestCluster(t, { crds })]);
  simulator.switches.runtimeScopes.push('application.auths:read');
  const { cluster } = fixture;
  const metadata = { name: INTEGRATION_NAMESPACE };
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const endpoint = await pairedEndpoint(simulator);
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const director = directorListing({ extraRoots: [simulator.caPem] });

  const logged: string[] = [];
  const log = jsonLog(
    (line) => logged.push(brief(line)),
    'info',
    () => clock.now(),
  );
  const create = (
    config?: Partial<SynchronizerOptions['config']>,
    as: Cluster = cluster,
    options: Partial<SynchronizerOptions> = {},
  ) => createSynchronizer({ cluster: as, clock, log, director, ...options, config: { ...CONFIG, ...config } });
  const target = { endpoint, runtimeId: simulator.runtimeId };
  const another: SyncWorld['another'] = (config, as, options) => {
    const synchronizer = create(config, as, options);
    return (more) => synchronizer.run({ ...target, ...more });
  };
  const synchronizer = create({}, cluster, more);
  const secret = (name: string) => cluster.find<Secret>({ kind: SECRET, name, namespace: INTEGRATION_NAMESPACE });
  return {
    simulator,
    cluster: fixture,
    clock,
    sync: (more) => synchronizer.run({ ...target, ...more }),
    plan: (more) => synchronizer.plan({ ...target, fingerprintKey: new Sensitive('a-key-of-tests'), ...more }),
    logged,
    another,
    suspendable(options) {
      const one = create({}, cluster, options);
      return { sync: (more) => one.run({ ...target, ...more }), resume: () => one.confirmAnew() };
    },
    application: (name) => cluster.find<Application>({ kind: APPLICATION, name }),
    secret,
    async content(name) {
      const data = (await secret(name))?.data;
      return data && Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
    },
    async versions() {
      const versions: Record<string, string> = {};
      for (const [kind, namespace] of [[APPLICATION], [SECRET, INTEGRATION_NAMESPACE]] as const) {
        for await (const { items } of cluster.listPages(kind, { namespace })) {
          const ours = items.filter(({ metadata: { name } }) => !isServers(name));
          for (const { metadata: item } of ours) versions[`${kind.kind} ${item.name}`] = item.resourceVersion ?? '';
        }
      }
      return versions;
    },
  };
}

function brief(line: string): string {
  const { level, msg, reason }: Record<string, unknown> = JSON.parse(line);
  return [`${level}: ${msg}`, ...(reason === undefined ? [] : [reason])].join(', ');
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** With Applications of these names, the first of which has the first of the samples' ids, synchronized once. */
export async function startSyncWorldWith(t: TestContext, ...names: readonly string[]): Promise<SyncWorld> {
  const world = await startSyncWorld(t);
  for (const [index, name] of names.entries()) {
    world.simulator.landscape.createApplication(application(index + 1, name));
  }
  await world.sync();
  return world;
}

async function pairedEndpoint(simulator: Simulator): Promise<Endpoint> {
  const { cert, key } = await pair(simulator);
  const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    url: simulator.urls.director,
    target: 'director',
    tenant: simulator.tenant,
    runtimeId: simulator.runtimeId,
    credential: { certificateChain: cert, key: new Sensitive(key), fingerprint },
  };
}

/** A server with controllers puts a token into each namespace, in its own time. */
function isServers(name: string): boolean {
  return name.startsWith('default-token-');
}
