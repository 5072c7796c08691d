import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject, LEASE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { isHeld, type Lease } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { list } from '../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../connection/reports.ts';

/** Who is there to carry out what is asked: `unknown` where it may not be asked for. */
export type Presence = 'running' | 'silent' | 'absent' | 'unknown';

/** What has replicas, as much as is read of it. */
export interface Scalable extends KubeObject {
  readonly spec?: { readonly replicas?: number };
}

/**
 * Whether a sidecar runs, by its Lease, else by its Deployment, which may be about to start: `silent` where it was there
 * and is not any more.
 */
export async function findPresence(
  cluster: Cluster,
  { name, namespace, now }: { readonly name: string; readonly namespace: string; readonly now: number },
): Promise<Presence> {
  try {
    const lease = await cluster.find<Lease>({ kind: LEASE, name: ownObjectNames(name).lease, namespace });
    if (lease && isHeld(lease, now)) return 'running';
    const deployments = await list<Scalable>(cluster, DEPLOYMENT, { namespace, labelSelector: SIDECAR_SELECTOR });
    if (deployments.some(({ spec }) => spec?.replicas !== 0)) return 'running';
    return lease ? 'silent' : 'absent';
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return 'unknown';
    throw error;
  }
}
