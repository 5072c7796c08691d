import type { CompassError, Reason } from '#common/errors.ts';
import type { DeletionDecision } from './deletion-decision.ts';
import type { HeldPlan as Held } from './held-plan.ts';

/** What one synchronization came to. */
export interface SyncOutcome {
  readonly fetch: FetchOutcome;
  /** Applications in the cluster that this connection keeps, after the synchronization. */
  readonly present: number;
  /** Listed Applications that are in the cluster as they are listed. */
  readonly inSync: number;
  /** Names. */
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  /** How many Secrets. */
  readonly deletedSecrets: number;
  readonly unchanged: number;
  /** Secrets that Applications refer to, after the synchronization. */
  readonly secrets: number;
  readonly failed: readonly FailedApplication[];
  readonly held?: HeldPlan | undefined;
  /** How many Applications are not listed any more and stay because deletions are suspended; undefined unless they are. */
  readonly suspended?: number | undefined;
  /** What of the deletions is to outlive the process. */
  readonly kept: KeptDeletions;
  /** The last ones, oldest first: see MOST_CHANGES. */
  readonly changes: readonly Change[];
  /** What kept the whole plan from being applied, and not one Application only. */
  readonly applyError?: CompassError | undefined;
  /** Whether it was told to end before it was through. */
  readonly stopped: boolean;
  /** How long it took. */
  readonly durationMs: number;
  /** Requests that were sent to write something. */
  readonly writes: number;
  /** How many of them may be under way at a time, by what the API server takes: see WriteGate. */
  readonly writeLimit: number;
}

export interface FetchOutcome {
  readonly ok: boolean;
  readonly error?: CompassError | undefined;
  readonly pages: number;
  readonly listed: number;
  /** Every page read, counts agree, no duplicates: nothing is deleted without. */
  readonly complete: boolean;
  readonly incompleteBecause?: string | undefined;
  /** How long the Director was waited for, all its answers together. */
  readonly latencyMs: number;
}

export interface FailedApplication {
  readonly name: string;
  /** Empty where the Director listed it without one. */
  readonly id: string;
  readonly reason: Reason;
  readonly message: string;
}

/** A plan of deletions that waits. */
export interface HeldPlan {
  readonly id: string;
  readonly count: number;
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly budget: number;
  readonly why: string;
  /** When it goes by itself, in milliseconds since the epoch; undefined where it does not. */
  readonly goesAt?: number | undefined;
  readonly isRejected: boolean;
  /** Stand for what it deletes: see memberMark. */
  readonly members: readonly string[];
}

/** What is known of deletions whatever becomes of the process: the plan that is held, and what a person decided. */
export interface KeptDeletions {
  readonly held?: Pick<HeldPlan, 'id' | 'since' | 'members'> | undefined;
  readonly decision?: DeletionDecision | undefined;
}

export interface Change {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly kind: 'Application' | 'Secret';
  readonly name: string;
  readonly action: 'created' | 'updated' | 'renamed' | 'deleted';
  readonly cause: string;
  /** Of a Secret: the Application that it is of, where it was written with it. */
  readonly application?: string;
}

/** As many changes as the report shows. */
export const MOST_CHANGES = 50;

export function toHeldPlan(held: Held | undefined): HeldPlan | undefined {
  return held && { ...pick(held), count: held.names.length };
}

function pick({ sinceMs: _sinceMs, goesAtMs: _goesAtMs, ...held }: Held): Omit<HeldPlan, 'count'> {
  return held;
}
