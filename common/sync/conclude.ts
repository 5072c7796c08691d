import { assignNames, isLeftover } from './assign-names.ts';
import { concurrently } from './concurrently.ts';
import type { Listing } from './listing.ts';
import type { PresentApplication } from './present.ts';
import { removeApplication } from './remove-as-judged.ts';
import type { Move, Round } from './round.ts';

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
  const leftovers: PresentApplication[] = [];
  for (const name of present.applicationNames()) {
    const record = round.tally.isPlain(name) ? undefined : present.application(name);
    if (!record || record.isTerminating || !isLeftover(record, landscape)) continue;
    if (round.tally.isSettled(landscape.heads.get(record.id ?? '') ?? '')) leftovers.push(record);
  }
  await concurrently(leftovers, 4, async (record) => {
    await removeApplication(round, record);
  });
}
