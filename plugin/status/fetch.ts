import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE } from '#common/cluster/objects.ts';
import { type Lease, podOfHolder } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { type FindOptions, type FoundConnection, findConnection } from '../connection/find.ts';
import { type Reading, reading } from '../connection/reading.ts';
import type { ConnectionFacts } from './facts.ts';
import { factsFromReport } from './from-report.ts';
import { factsFromResource, instant } from './from-resource.ts';

/** Everything that is known about one connection. Throws what findConnection throws. */
export async function fetchFacts(cluster: Cluster, options: FindOptions): Promise<ConnectionFacts> {
  const connection = await findConnection(cluster, options);
  return connection.found?.report ? fromReport(cluster, connection) : fromResource(connection, options);
}

async function fromReport(cluster: Cluster, connection: FoundConnection): Promise<ConnectionFacts> {
  const { name, resource, found, namespace, notPermitted } = connection;
  const facts = factsFromReport(found?.report ?? { schemaVersion: '' }, name, namespace);
  const lease = await fetchLease(cluster, name, namespace);
  const isHidden = notPermitted.some(({ resource: kind }) => kind.startsWith('compassconnections'));
  return {
    ...facts,
    agent: { ...facts.agent, ...lease.items[0] },
    notPermitted: [...notPermitted, ...(lease.denied ? [lease.denied] : [])],
    remarks: resource || isHidden ? [] : [`CompassConnection ${name} is gone; this is its last report.`],
  };
}

function fromResource(
  { name, resource, found, notPermitted }: FoundConnection,
  { namespace }: FindOptions,
): ConnectionFacts {
  const facts = resource ? factsFromResource(resource) : factsFromReport({ schemaVersion: '' }, name, undefined);
  const where = namespace ? `in namespace ${namespace}` : 'in this cluster';
  const remark = found
    ? `The report in namespace ${found.namespace} cannot be read: is the plugin too old for it?`
    : `No report of a sidecar ${where}: this is what the CompassConnection says.`;
  return { ...facts, namespace, notPermitted, remarks: [remark] };
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
