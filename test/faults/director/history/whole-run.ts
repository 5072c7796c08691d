import { findUnsettled, findWholeFault } from './whole-oracle.ts';
import { playWhole } from './whole-play.ts';

/** What a run of whole synchronizations has seen. */
export interface WholeResult {
  readonly readings: number;
  readonly deleted: number;
  /** Applications of former names that went. */
  readonly replaced: number;
  readonly secrets: number;
  /** Readings that the cluster kept from being carried out. */
  readonly cut: number;
}

/** As runHistories, against whole synchronizations and a cluster in memory. */
export async function runWholeHistories(from: number, count: number): Promise<WholeResult> {
  const result = { readings: 0, deleted: 0, replaced: 0, secrets: 0, cut: 0 };
  for (let seed = from; seed < from + count; seed += 1) {
    const history = await playWhole(seed, (so) => findUnsettled(so) === undefined);
    const fault = findWholeFault(history);
    if (fault !== undefined) throw new Error(`the whole history of seed ${seed}: ${fault}`);
    for (const { deleted, replaced, deletedSecrets, isCut } of history.readings) {
      result.readings += 1;
      result.deleted += deleted.length;
      result.replaced += replaced.length;
      result.secrets += deletedSecrets.length;
      result.cut += isCut ? 1 : 0;
    }
  }
  return result;
}
