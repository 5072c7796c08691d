import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { DryRun } from '../dry-run.ts';

/**
 * Deletes exactly the CompassConnection that was looked at: not one that somebody made since, which is ClusterConflict. Its
 * keeper may have written a new status meanwhile, which is no other connection.
 */
export async function deleteConnection(
  cluster: Cluster,
  { metadata: { name, uid } }: CompassConnection,
  dryRun: DryRun,
): Promise<void> {
  if (dryRun === 'client') return;
  try {
    await cluster.delete({ kind: COMPASS_CONNECTION, name }, { uid, dryRun: dryRun === 'server' });
  } catch (error) {
    if (!hasReason(error, 'ClusterConflict')) throw error;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError(
      'ClusterConflict',
      `the CompassConnection ${name} was made anew meanwhile; this one was not deleted`,
      { cause: error, status: error.status, next: 'kubectl compass status' },
    );
  }
}
