import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE, POD } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { type Lease, podOfHolder } from '#common/resources/lease.ts';
import { DEFAULT_CONNECTION_NAME, ownObjectNames } from '#common/resources/names.ts';
import { type FindOptions, findConnection } from '../connection/find.ts';
import { list, reading } from '../connection/reading.ts';
import { DEFAULT_NAMESPACE, SIDECAR_SELECTOR } from '../connection/reports.ts';
import { isInjected, type Pod, sidecarContainer } from '../connection/sidecar-pod.ts';
import type { LogPlace } from './read.ts';

/** Where sidecars run, and how their Pods are found there. */
export interface SidecarPods {
  /** The connection that they keep. */
  readonly connection: string;
  readonly namespace: string;
  /** Undefined where the sidecar is a container in the Pods of others. */
  readonly labelSelector: string | undefined;
  readonly pods: readonly Pod[];
}

/**
 * The Pods of the sidecar: by its label, or else those that have its container beside others. They are looked for where
 * the connection says, and where there is none yet, wherever a Pod has the label. Throws ClusterNotFound without any.
 */
export async function findPods(cluster: Cluster, options: FindOptions): Promise<SidecarPods> {
  const place = await findPlace(cluster, options);
  const { namespace } = place;
  const labelled = await list<Pod>(cluster, POD, { namespace, labelSelector: SIDECAR_SELECTOR });
  if (labelled.length > 0) return { ...place, labelSelector: SIDECAR_SELECTOR, pods: labelled };
  const others = await list<Pod>(cluster, POD, { namespace });
  const pods = others.filter(isInjected);
  if (pods.length > 0) return { ...place, labelSelector: undefined, pods };
  throw new CompassError('ClusterNotFound', `there is no Pod of a sidecar in namespace ${namespace}`, {
    next: `kubectl get pods --all-namespaces -l ${SIDECAR_SELECTOR}`,
  });
}

async function findPlace(
  cluster: Cluster,
  { name, namespace: said }: FindOptions,
): Promise<Pick<SidecarPods, 'connection' | 'namespace'>> {
  const connection = name ?? DEFAULT_CONNECTION_NAME;
  try {
    const { found, ...known } = await findConnection(cluster, { name, namespace: said });
    if (found || said !== undefined) return { connection: known.name, namespace: said ?? known.namespace };
  } catch (error) {
    // A sidecar that ends at its start has written nothing, and its log is what says why.
    const isMissing = hasReason(error, 'NotInstalled', 'ClusterNotFound', 'ClusterForbidden');
    if (!isMissing || (name !== undefined && said === undefined)) throw error;
  }
  return { connection, namespace: said ?? (await namespaceOfLabelled(cluster)) };
}

async function namespaceOfLabelled(cluster: Cluster): Promise<string> {
  const right = { verb: 'list', resource: 'pods' };
  const { items } = await reading(right, () => list<Pod>(cluster, POD, { labelSelector: SIDECAR_SELECTOR }));
  return items[0]?.metadata.namespace ?? DEFAULT_NAMESPACE;
}

/** The Pod that leads, by the Lease of the connection; undefined where nobody does. */
export async function findLeader(cluster: Cluster, connection: string, namespace: string): Promise<string | undefined> {
  const ref = { kind: LEASE, name: ownObjectNames(connection).lease, namespace };
  const lease = await cluster.find<Lease>(ref);
  return podOfHolder(lease?.spec?.holderIdentity);
}

/** Where the log of a Pod's sidecar is. */
export function logPlace(pod: Pod, namespace: string): LogPlace {
  return { pod: pod.metadata.name, namespace, container: sidecarContainer(pod) };
}
