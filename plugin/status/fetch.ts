import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { type Lease, podOfHolder } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { chooseConnection } from './choose.ts';
import type { ConnectionFacts, MissingRight } from './facts.ts';
import { factsFromReport } from './from-report.ts';
import { factsFromResource, instant } from './from-resource.ts';
import { list, type Reading, reading } from './reading.ts';
import { type FoundReport, fetchReports, findReport, isFound, type SearchPlace } from './reports.ts';

export interface FetchOptions extends SearchPlace {
  /** The CompassConnection; undefined means the default one, or the only one. */
  readonly name?: string | undefined;
}

/**
 * Everything that is known about one connection. Throws NotInstalled where there is neither a CompassConnection nor a
 * report, ClusterNotFound for a name that is not there, ClusterForbidden where nothing at all may be read.
 */
export async function fetchFacts(cluster: Cluster, options: FetchOptions): Promise<ConnectionFacts> {
  const [connections, reports] = await Promise.all([fetchConnections(cluster), fetchReports(cluster, options)]);
  const name = chooseConnection(
    options.name,
    connections.items.map(({ metadata }) => metadata.name),
    reports.items.map(({ connection }) => connection),
  );
  if (name === undefined) throw nothingFound(connections);
  const found =
    reports.items.find(({ connection }) => connection === name) ?? (await findReport(cluster, name, options));
  const resource = connections.items.find(({ metadata }) => metadata.name === name);
  if (!resource && !isFound(found)) throw nothingFound(connections, name);
  return combine(cluster, { name, resource, found, connections, options });
}

interface Parts {
  readonly name: string;
  readonly resource: CompassConnection | undefined;
  readonly found: FoundReport | MissingRight | undefined;
  readonly connections: Reading<CompassConnection>;
  readonly options: FetchOptions;
}

async function combine(
  cluster: Cluster,
  { name, resource, found, connections, options }: Parts,
): Promise<ConnectionFacts> {
  const notPermitted = [connections.denied, isFound(found) ? undefined : found].filter((right) => right !== undefined);
  const report = isFound(found) ? found.report : undefined;
  if (!report || !isFound(found)) {
    const facts = resource ? factsFromResource(resource) : factsFromReport({ schemaVersion: '' }, name, undefined);
    return { ...facts, namespace: options.namespace, notPermitted, remarks: withoutReport(found, options) };
  }
  const facts = factsFromReport(report, name, found.namespace);
  const lease = await fetchLease(cluster, name, found.namespace);
  const gone = resource || connections.denied ? [] : [`CompassConnection ${name} is gone; this is its last report.`];
  return {
    ...facts,
    agent: { ...facts.agent, ...lease.items[0] },
    notPermitted: [...notPermitted, ...(lease.denied ? [lease.denied] : [])],
    remarks: gone,
  };
}

function withoutReport(found: FoundReport | MissingRight | undefined, { namespace }: FetchOptions): string[] {
  if (isFound(found))
    return [`The report in namespace ${found.namespace} cannot be read: is the plugin too old for it?`];
  const where = namespace ? `in namespace ${namespace}` : 'in this cluster';
  return [`No report of a sidecar ${where}: this is what the CompassConnection says.`];
}

function nothingFound({ denied }: Reading<unknown>, name?: string): CompassError {
  if (denied) {
    const message = `cannot ${denied.verb} ${denied.resource}: not permitted, and there is no report of a sidecar to read`;
    return new CompassError('ClusterForbidden', message);
  }
  return name === undefined
    ? new CompassError('NotInstalled', 'there is no CompassConnection in this cluster and no report of a sidecar')
    : new CompassError('ClusterNotFound', `there is no CompassConnection "${name}"`);
}

/** All CompassConnections; none where the cluster does not know the kind. */
async function fetchConnections(cluster: Cluster): Promise<Reading<CompassConnection>> {
  const right = { verb: 'list', resource: 'compassconnections.compass.kyma-project.io' };
  try {
    return await reading(right, () => list<CompassConnection>(cluster, COMPASS_CONNECTION));
  } catch (error) {
    if (hasReason(error, 'NotInstalled', 'ClusterNotFound')) return { items: [] };
    throw error;
  }
}

/** Who leads and until when, by the Lease: the report is written on changes only, and outlives its sidecar. */
async function fetchLease(
  cluster: Cluster,
  connection: string,
  namespace: string,
): Promise<Reading<{ readonly leaseUntil: number | undefined; readonly leader?: string }>> {
  const ref = { kind: LEASE, name: ownObjectNames(connection).lease, namespace };
  return reading({ verb: 'get', resource: 'leases.coordination.k8s.io', namespace }, async () => {
    const lease = await cluster.find<Lease>(ref);
    const renewedAt = instant(lease?.spec?.renewTime);
    if (renewedAt === undefined) return [];
    const { holderIdentity, leaseDurationSeconds } = lease?.spec ?? {};
    const leaseUntil = renewedAt + (leaseDurationSeconds ?? 0) * 1_000;
    const leader = podOfHolder(holderIdentity);
    return [leader ? { leaseUntil, leader } : { leaseUntil }];
  });
}
