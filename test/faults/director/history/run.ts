import { findFault } from './oracle.ts';
import { playHistory, type Round } from './play.ts';

/** What a run of histories has seen: a run in which nothing was ever held or deleted would prove nothing. */
export interface HistoriesResult {
  readonly rounds: number;
  readonly deleted: number;
  readonly held: number;
  readonly approved: number;
  readonly broken: number;
}

/** Plays the histories of `count` seeds from `from` on. Throws with the seed of the first one that is not as it should be. */
export async function runHistories(from: number, count: number): Promise<HistoriesResult> {
  const result = { rounds: 0, deleted: 0, held: 0, approved: 0, broken: 0 };
  for (let seed = from; seed < from + count; seed += 1) {
    const history = await playHistory(seed);
    const fault = findFault(history);
    if (fault !== undefined) throw new Error(`the history of seed ${seed}: ${fault}`);
    for (const round of history.rounds) add(result, round);
  }
  return result;
}

function add(result: { -readonly [K in keyof HistoriesResult]: number }, round: Round): void {
  const { deleted, held, said, served } = round;
  result.rounds += 1;
  result.deleted += deleted.length;
  result.held += held ? 1 : 0;
  result.approved += said?.verdict === 'approved' ? 1 : 0;
  result.broken += served.hasFailed ? 1 : 0;
}
