import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE, POD } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { Lease } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { type FindOptions, type FoundConnection, findConnection } from '../connection/find.ts';
import { type Reading, reading } from '../connection/reading.ts';
import { fetchReports, type SearchPlace } from '../connection/reports.ts';
import type { Pod } from '../connection/sidecar-pod.ts';
import type { Sight } from './sight.ts';

/** Looks at one connection and all that tells of it. Throws what findConnection throws. */
export async function look(cluster: Cluster, options: FindOptions): Promise<Sight> {
  return lookAt(cluster, await findConnection(cluster, options), options);
}

/** Looks at all that tells of a connection that was found. */
export async function lookAt(cluster: Cluster, connection: FoundConnection, options: SearchPlace): Promise<Sight> {
  const { name, namespace, resource, found, notPermitted } = connection;
  const sight = { name, namespace, searched: options.namespace, resource, found };
  if (!found?.report) {
    const elsewhere = await lookElsewhere(cluster, connection, options);
    return { ...sight, elsewhere, notPermitted, lease: undefined, pod: undefined };
  }
  const [lease, pod] = await Promise.all([
    fetchLease(cluster, name, namespace),
    fetchPod(cluster, namespace, found.report.leader?.pod),
  ]);
  const denied = lease.denied ? [lease.denied] : [];
  return { ...sight, pod, lease: lease.items[0], elsewhere: [], notPermitted: [...notPermitted, ...denied] };
}

/** The namespaces that do have a report, where the one that was named has none. */
async function lookElsewhere(
  cluster: Cluster,
  { name, found }: FoundConnection,
  { namespace }: SearchPlace,
): Promise<string[]> {
  if (namespace === undefined || found) return [];
  const { items } = await fetchReports(cluster, {});
  return items.filter(({ connection }) => connection === name).map((report) => report.namespace);
}

async function fetchLease(cluster: Cluster, connection: string, namespace: string): Promise<Reading<Lease>> {
  const ref = { kind: LEASE, name: ownObjectNames(connection).lease, namespace };
  return reading({ verb: 'get', resource: 'leases.coordination.k8s.io', namespace }, async () => {
    const lease = await cluster.find<Lease>(ref);
    return lease ? [lease] : [];
  });
}

/** For its restarts only, which are worth no complaint: where the Pod may not be read, they are left out. */
export async function fetchPod(
  cluster: Cluster,
  namespace: string,
  name: string | undefined,
): Promise<Pod | undefined> {
  if (name === undefined || !/^[a-z0-9.-]+$/.test(name)) return undefined;
  try {
    return await cluster.find<Pod>({ kind: POD, name, namespace });
  } catch (error) {
    if (error instanceof CompassError && !hasReason(error, 'InternalError')) return undefined;
    throw error;
  }
}
