import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE } from '#common/cluster/objects.ts';
import { isHeld, type Lease } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import type { FoundConnection } from '../connection/find.ts';

/**
 * When the sidecar was last seen, in ms since the epoch, where its Lease has run out or was given up: then nobody answers for
 * now. Undefined where it runs, and where no Lease tells.
 */
export async function silentSince(
  cluster: Cluster,
  { name, namespace }: Pick<FoundConnection, 'name' | 'namespace'>,
  now: number,
): Promise<number | undefined> {
  const lease = await cluster.find<Lease>({ kind: LEASE, name: ownObjectNames(name).lease, namespace });
  if (!lease || (lease.spec?.holderIdentity && isHeld(lease, now))) return undefined;
  const seenAt = Date.parse(lease.spec?.renewTime ?? '');
  return Number.isNaN(seenAt) ? undefined : seenAt;
}
