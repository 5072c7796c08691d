import type { Cluster } from '#common/cluster/cluster.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { hasReason } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import type { Invocation } from '../command.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { checkAgent, denials } from './agent.ts';
import { type CheckAnswers, NOT_COLLECTED } from './answers.ts';
import { checkFromAgent } from './ask.ts';
import { checkApiServer, checkDefinitions, checkRights, readingRights } from './cluster.ts';
import { type Concluded, conclude } from './conclude.ts';
import { checkConnection } from './connection.ts';
import { factsOf } from './facts-of.ts';
import type { PlacedFinding } from './finding.ts';
import { type CompassUrls, checkFromHere } from './here.ts';
import type { CheckOptions } from './options.ts';
import { checkBefore } from './pre.ts';

export interface RunOptions extends CheckOptions {
  readonly cluster: Cluster;
  readonly transport: Transport;
  /** The CompassConnection, where one was named. */
  readonly name: string | undefined;
  /** The sidecar's namespace, where it was said. */
  readonly namespace: string | undefined;
  /** What was answered once, in place of asking now: then nobody is called. */
  readonly recorded?: CheckAnswers | undefined;
  /** Told what was answered, to keep it. */
  readonly onAnswers?: (answers: CheckAnswers) => void;
}

/** One run, and what it was about. */
export interface CheckRun extends Concluded {
  readonly connection: string | undefined;
  readonly namespace: string;
}

type RunInvocation = Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>;

/**
 * Checks everything that can be checked from here, reads what the sidecar reports, and lets it check as well. Throws what
 * the cluster throws where it cannot be reached at all, and ClusterForbidden where nothing may be read; whatever else goes
 * wrong is a finding.
 */
export async function runChecks(invocation: RunInvocation, options: RunOptions): Promise<CheckRun> {
  const { cluster, pre, namespace = DEFAULT_NAMESPACE } = options;
  if (pre) {
    const [findings, here] = await Promise.all([checkBefore(cluster, namespace), fromHere(options, {})]);
    return { ...conclude([...findings, ...here]), connection: undefined, namespace };
  }
  const api = await checkApiServer(cluster);
  const sought = await seek(options);
  const where = sought.connection?.namespace ?? namespace;
  const rights = { name: 'rights', what: 'read N needed kinds', isNeeded: false };
  const groups = await Promise.all([
    checkRights(cluster, readingRights(where, sought.connection?.name ?? DEFAULT_CONNECTION_NAME), rights).then(
      (finding) => [finding],
    ),
    wanted(options, ['crd']) ? checkDefinitions(cluster) : [],
    sought.connection ? ofConnection(invocation, options, sought.connection) : sought.findings,
  ]);
  return { ...conclude([api, ...groups.flat()]), connection: sought.connection?.name, namespace: where };
}

interface Sought {
  readonly connection?: FoundConnection;
  /** Why there is none. */
  readonly findings: readonly PlacedFinding[];
}

async function seek({ cluster, name, namespace, categories }: RunOptions): Promise<Sought> {
  // Without a connection nothing of any category can be checked: whatever was asked for must say so.
  const category = categories?.has('agent') === false ? ([...categories][0] ?? 'agent') : 'agent';
  const base = { category, name: 'connection', from: 'cluster' } as const;
  try {
    return { connection: await findConnection(cluster, { name, namespace }), findings: [] };
  } catch (error) {
    if (!hasReason(error, 'NotInstalled', 'ClusterNotFound')) throw error;
    return { findings: [{ ...base, status: 'error', reason: error.reason, message: error.message }] };
  }
}

async function ofConnection(
  invocation: RunInvocation,
  options: RunOptions,
  connection: FoundConnection,
): Promise<PlacedFinding[]> {
  const { cluster, askAgent, timeoutMs } = options;
  const now = invocation.clock.now();
  const facts = factsOf(connection);
  const read = [
    ...checkConnection(facts, now),
    ...connection.notPermitted.flatMap((right) => denials(right, 'report')),
  ];
  const inside = async () => {
    const agent = await checkAgent(cluster, connection, now);
    if (!(askAgent && wanted(options, INSIDE))) return agent;
    // One that does not run would only be waited for in vain; it is said already.
    if (agent.some(({ name, status }) => name === 'running' && status === 'error')) return agent;
    const asked = options.recorded
      ? (options.recorded.agent ?? [NOT_COLLECTED.agent])
      : await checkFromAgent(invocation, { cluster, connection, timeoutMs });
    options.onAnswers?.({ agent: asked });
    return [...agent, ...asked];
  };
  const groups = await Promise.all([inside(), fromHere(options, urlsOf(connection))]);
  return [...read, ...groups.flat()];
}

/** What only the sidecar can tell. */
const INSIDE = ['rbac', 'identity', 'connector', 'director', 'agent'];

/** Whether one of these categories is asked for: nothing is called for what nobody wants to know. */
function wanted({ categories }: RunOptions, some: readonly string[]): boolean {
  return categories === undefined || some.some((category) => categories.has(category));
}

async function fromHere(options: RunOptions, urls: CompassUrls): Promise<PlacedFinding[]> {
  if (!wanted(options, ['connector', 'director'])) return [];
  const { connectorUrl = urls.connectorUrl, recorded } = options;
  if (recorded) return [...(recorded.here ?? [NOT_COLLECTED.here])];
  const here = await checkFromHere({ ...urls, connectorUrl }, options.transport);
  options.onAnswers?.({ here });
  return here;
}

/** A sidecar without a connection reports no URLs; the CompassConnection still has them. */
function urlsOf({ resource, found }: FoundConnection): CompassUrls {
  const { connectorUrl, directorUrl } = resource?.spec?.managementInfo ?? {};
  return {
    connectorUrl: found?.report?.connectorUrl ?? connectorUrl,
    directorUrl: found?.report?.directorUrl ?? directorUrl,
    runtimeId: found?.report?.runtimeId,
  };
}
