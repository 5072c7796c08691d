import { CompassError, hasReason } from '#common/errors.ts';
import { assignNames, isLeftover } from './assign-names.ts';
import { concurrently } from './concurrently.ts';
import type { Listing } from './listing.ts';
import type { Move, Round } from './round.ts';
import { isClusterWide } from './scene.ts';
import { deleteApplication } from './write-application.ts';

/** Settles the renamed ones and the contested names, now that the whole listing is known. */
export async function settleNames(round: Round, listing: Listing): Promise<void> {
  const { deferred, scene } = round;
  if (!listing.complete) {
    const message = 'its name was another one, or another id had it: that waits for a complete listing';
    for (const desired of deferred) await round.fail(desired, { reason: 'ListingIncomplete', message });
    return;
  }
  const landscape = { present: scene.present, heads: listing.heads, connectionName: scene.place.connectionName };
  const { granted, refused } = assignNames(deferred, landscape);
  for (const desired of deferred) {
    const problem = refused.get(desired.id);
    if (problem) await round.fail(desired, problem);
  }
  const byId = new Map(deferred.map((desired) => [desired.id, desired]));
  const moves: Move[] = [];
  for (const { id } of granted) {
    const desired = byId.get(id);
    const move = desired && (await round.prepareMove(desired));
    if (move) moves.push(move);
  }
  for (const move of moves) await round.move(move);
  await dropLeftovers(round, landscape);
}

/** The last step of a rename: the Application of the old name goes once that of the new name is as it is listed. */
async function dropLeftovers(round: Round, landscape: Parameters<typeof isLeftover>[1]): Promise<void> {
  const { present } = round.scene;
  const leftovers = [...present.applications()].filter((record) => {
    const target = present.application(landscape.heads.get(record.id ?? '') ?? '');
    const isReplaced = target !== undefined && round.tally.settled.has(target.uid);
    return isReplaced && isLeftover(record, landscape) && !record.isTerminating;
  });
  await concurrently(leftovers, 4, async (record) => {
    if (round.applyError || !round.scene.mayDelete()) return;
    await attempt(round, record, () => deleteApplication(round.scene, record));
  });
}

/** One deletion, and whether it was done: what moved on meanwhile is judged anew in the next round. */
export async function attempt(
  round: Round,
  { id, name }: { readonly id?: string | undefined; readonly name: string },
  write: () => Promise<void>,
): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    if (isClusterWide(error)) round.applyError ??= error;
    if (!hasReason(error, 'ClusterConflict')) round.tally.fail({ id, name }, error);
    return false;
  }
}
