import { formatTime } from '#common/clock.ts';
import type { Condition } from '#common/resources/compass-connection.ts';
import type { Report, ReportedPlan } from '#common/resources/report.ts';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import type { HeldPlan, SyncOutcome } from '#common/sync/outcome.ts';
import { currentOutcome, isNewlyPaired } from './connection-state.ts';
import { clip } from './error-text.ts';
import type { Observation } from './observation.ts';
import { present } from './present.ts';

type Verdict = DeletionDecision['verdict'];

/** The held plan as the report has it. Until a listing is complete again after a restart, that of before is the one. */
export function reportedPlan(
  previous: Report | undefined,
  { held, kept }: SyncOutcome,
  decision: DeletionDecision | undefined,
): ReportedPlan | undefined {
  if (held) return toReported(held, verdictOn(held, decision));
  const { held: before } = previous ?? {};
  return before && before.id === kept.held?.id ? before : undefined;
}

/** What a person said about it, also since the synchronization that found it: the next one may be a while away. */
function verdictOn({ id, isRejected }: HeldPlan, decision: DeletionDecision | undefined): Verdict | undefined {
  if (decision?.plan === id) return decision.verdict;
  return isRejected ? 'rejected' : undefined;
}

function toReported(
  { id, count, names, since, budget, why, goesAt }: HeldPlan,
  decision: Verdict | undefined,
): ReportedPlan {
  return present<ReportedPlan>({
    id,
    count,
    names,
    since: formatTime(since),
    budget,
    why: clip(why),
    goesAt: goesAt === undefined || decision ? undefined : formatTime(goesAt),
    decision,
  });
}

/**
 * The condition DeletionsHeld, while there is a plan; `before` is the one that was written last, which stands until a
 * synchronization has told more.
 */
export function heldFinding(
  before: Condition | undefined,
  observation: Observation,
): Pick<Condition, 'status' | 'reason' | 'message'> | undefined {
  const outcome = currentOutcome(observation);
  if (!outcome?.held) {
    return isOver(observation) || !before
      ? undefined
      : { status: before.status, reason: before.reason, message: before.message };
  }
  return { status: 'True', reason: 'DeletionsHeld', message: describe(outcome.held, observation) };
}

/** Whether it is known that there is no plan. */
function isOver(observation: Observation): boolean {
  const { connection, purge } = observation;
  const isAnother = isNewlyPaired(observation) || connection.error?.reason === 'Disconnected' || purge !== undefined;
  const outcome = currentOutcome(observation);
  return isAnother || (outcome !== undefined && outcome.kept.held === undefined);
}

function describe(held: HeldPlan, { sync, decision }: Observation): string {
  const { count, id, goesAt } = held;
  const verdict = verdictOn(held, decision);
  const deletions = `${count} ${count === 1 ? 'deletion is' : 'deletions are'} held as plan ${id}`;
  if (verdict === 'rejected') return `${deletions}, which was rejected; nothing is deleted`;
  if (sync?.suspended) return `${deletions}, and deletions are suspended; nothing was deleted`;
  if (verdict === 'approved') return `${deletions}, which was approved; it goes once two listings confirm it`;
  return `${deletions} until ${goesAt === undefined ? 'somebody approves it' : formatTime(goesAt)}; nothing was deleted`;
}

/** Which plan a condition of ours is about: another one is news. */
export function planOf({ message }: Condition): string | undefined {
  return / as plan (\w+)/.exec(message)?.[1];
}
