import type { Cluster } from '#common/cluster/cluster.ts';
import { findPresence, type Scalable } from '../connect/presence.ts';
import type { FoundConnection } from '../connection/find.ts';
import { findForeignAgents } from '../connection/foreign-agents.ts';

/**
 * Whether it is plain that nobody in the cluster synchronizes this connection: no sidecar runs, and the reference agent has
 * no replicas. False where that may not be looked at.
 */
export async function isDeserted(
  cluster: Cluster,
  { name, namespace }: Pick<FoundConnection, 'name' | 'namespace'>,
  now: number,
): Promise<boolean> {
  const presence = await findPresence(cluster, { name, namespace, now });
  if (presence !== 'absent' && presence !== 'silent') return false;
  const { items, denied } = await findForeignAgents<Scalable>(cluster, namespace);
  return !denied && items.every(({ spec }) => spec?.replicas === 0);
}
