import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { HeldPlan } from './outcome.ts';
import { comparable } from './plan-comparable.ts';
import { PLAN_SCHEMA_VERSION, type PlanEntry, type PlannedHold, planTotals, type SyncPlan } from './plan-document.ts';
import { planDoor } from './plan-door.ts';
import { entriesOf } from './plan-entries.ts';
import { isAbout, unchangedNames, unknownNames } from './plan-names.ts';
import { PlanRecord } from './plan-record.ts';
import { copiedPresent } from './present-source.ts';
import { SettledBefore } from './settled-before.ts';
import type { SynchronizerOptions, SyncRequest } from './synchronize.ts';
import { type Memory, type RoundResult, synchronizeOnce } from './synchronize-once.ts';
import { WriteGate } from './write-gate.ts';

export interface PlanRequest extends SyncRequest {
  /** Keys the fingerprints of what Secrets hold. */
  readonly fingerprintKey: Sensitive;
  /** Only what concerns these Applications, by the names of the objects or the Director's; all where there are none. */
  readonly names?: readonly string[];
}

/** What `before` and `after` of all entries may weigh together, as JSON. */
const MOST_CONTENT_BYTES = 2 * 1024 * 1024;

/**
 * What a synchronization would change now: one is carried out on a cluster that stores nothing. `memory` is what the
 * real one would go by, and stays as it is. Throws CompassError where the listing fails, or the cluster as a whole; what
 * concerns one Application is an entry.
 */
export async function planSync(
  options: SynchronizerOptions,
  request: PlanRequest,
  memory: Pick<Memory, 'deletions' | 'alterations'>,
): Promise<SyncPlan> {
  const record = new PlanRecord((object) => comparable(object, request.fingerprintKey), MOST_CONTENT_BYTES);
  const cluster = planDoor(options.cluster, (...write) => record.note(...write));
  // What is not stored waits for nothing, and says nothing of how fast the API server is.
  const gate = new WriteGate(options.clock, Math.random);
  const copy = {
    deletions: memory.deletions,
    alterations: memory.alterations.copy(),
    gate,
    before: new SettledBefore(),
  };
  const present = options.present && { present: copiedPresent(options.present) };
  const result = await synchronizeOnce({ ...options, ...present, cluster, log: silentLog }, request, copy);
  refuseFailure(result);
  return toPlan(entriesOf(result, record), result, request.names ?? [], options.clock.now());
}

function refuseFailure({ outcome: { fetch, applyError, stopped } }: RoundResult): void {
  const error = applyError ?? fetch.error;
  if (error) throw error;
  if (stopped) throw new CompassError('Stopping', 'the plan was not finished: told to stop');
}

function toPlan(all: readonly PlanEntry[], result: RoundResult, names: readonly string[], now: number): SyncPlan {
  const { fetch, held, unchanged } = result.outcome;
  const entries = all.filter((entry) => isAbout(entry, names));
  const unknown = unknownNames(names, entries, result);
  return {
    schemaVersion: PLAN_SCHEMA_VERSION,
    time: formatTime(now),
    listed: fetch.listed,
    complete: fetch.complete,
    ...(fetch.incompleteBecause === undefined ? {} : { incompleteBecause: fetch.incompleteBecause }),
    totals: planTotals(entries, names.length === 0 ? unchanged : unchangedNames(names, entries, result).length),
    entries,
    ...(held ? { held: plannedHold(held) } : {}),
    ...(unknown.length > 0 ? { unknown } : {}),
  };
}

function plannedHold({ id, count, since, budget, why, goesAt, isRejected }: HeldPlan): PlannedHold {
  return {
    ...{ id, count, since: formatTime(since), budget, why },
    ...(goesAt === undefined ? {} : { goesAt: formatTime(goesAt) }),
    ...(isRejected ? { decision: 'rejected' } : {}),
  };
}
