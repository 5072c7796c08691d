import type { Cluster } from '#common/cluster/cluster.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { DryRun } from '../dry-run.ts';

/** Deletes exactly the CompassConnection that was looked at: not one that somebody changed or made since. */
export async function deleteConnection(
  cluster: Cluster,
  { metadata: { name, uid, resourceVersion } }: CompassConnection,
  dryRun: DryRun,
): Promise<void> {
  if (dryRun === 'client') return;
  const options = { uid, resourceVersion, dryRun: dryRun === 'server' };
  await cluster.delete({ kind: COMPASS_CONNECTION, name }, options);
}
