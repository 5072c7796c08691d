import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { findPresence, type Scalable } from '../connect/presence.ts';
import type { FoundConnection } from '../connection/find.ts';
import { findForeignAgents } from '../connection/foreign-agents.ts';

/**
 * Whether it is plain that nobody synchronizes this connection: no sidecar runs in its namespace, and the reference agent has
 * no replicas where it can be found. False where that may not be looked at, or cannot be for now: the waiting itself tells why.
 */
export async function isDeserted(
  cluster: Cluster,
  { name, namespace }: Pick<FoundConnection, 'name' | 'namespace'>,
  now: number,
): Promise<boolean> {
  try {
    const presence = await findPresence(cluster, { name, namespace, now });
    if (presence !== 'absent' && presence !== 'silent') return false;
    const { items, denied } = await findForeignAgents<Scalable>(cluster, namespace);
    return !denied && items.every(({ spec }) => spec?.replicas === 0);
  } catch (error) {
    if (error instanceof CompassError) return false;
    throw error;
  }
}
