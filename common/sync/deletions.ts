import { hash } from 'node:crypto';

/** Something present that is not listed. `key` is its uid: whatever is made anew under the name starts anew. */
export interface Candidate {
  readonly key: string;
  readonly name: string;
}

/** An orphaned Secret or an unlisted Application, and when it was first seen to be one. */
type Sightings = ReadonlyMap<string, number>;

/** What is remembered between rounds. Times are of the clock that never steps. */
export interface DeletionState {
  /** The complete and equal listings in a row so far. */
  readonly run?: { readonly digest: string; readonly ids: ReadonlySet<string>; readonly sinceMs: number } | undefined;
  readonly sightings: Sightings;
  readonly held?: HeldPlan | undefined;
}

export const NO_DELETIONS: DeletionState = { sightings: new Map() };

/** A plan of deletions that is not carried out. */
export interface HeldPlan {
  readonly id: string;
  /** When it was held first, in this form: monotonic milliseconds, and the wall clock's. */
  readonly sinceMs: number;
  readonly since: number;
  readonly names: readonly string[];
  /** How many Applications may go at once. */
  readonly budget: number;
  readonly why: string;
}

export type DeletionBudget = { readonly count: number } | { readonly fraction: number };

export interface DeletionInput {
  readonly nowMs: number;
  /** The wall clock, for what people read. */
  readonly now: number;
  readonly listing: { readonly complete: boolean; readonly digest: string; readonly ids: ReadonlySet<string> };
  /** Applications present that this connection keeps, the candidates among them. */
  readonly present: number;
  readonly applications: readonly Candidate[];
  readonly secrets: readonly Candidate[];
  readonly budget: DeletionBudget;
  /** How long a plan is held before it goes by itself; Infinity is for ever. */
  readonly holdMs: number;
  readonly approvedPlanId?: string | undefined;
}

export interface DeletionVerdict {
  readonly state: DeletionState;
  /** The keys of what may go now. */
  readonly applications: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly held: HeldPlan | undefined;
}

/** Two listings that confirm each other are at least so far apart. */
export const CONFIRMATION_MS = 60_000;

const SMALLEST_BUDGET = 10;
const PLAN_ID_DIGITS = 12;

/**
 * The one rule of deleting: what the Director no longer lists goes when it is absent from two complete and equal
 * listings at least 60 seconds apart, and not while the plan is held. Pure; a listing that is not complete changes
 * nothing, but ends the run of equal ones where it shows something that the run did not.
 */
export function judgeDeletions(state: DeletionState, input: DeletionInput): DeletionVerdict {
  if (!input.listing.complete) return nothing(afterIncomplete(state, input.listing.ids));
  const run = extend(state.run, input);
  const known = run === state.run ? state.sightings : new Map<string, number>();
  const sightings = new Map(
    [...input.applications, ...input.secrets].map(({ key }) => [key, known.get(key) ?? input.nowMs]),
  );
  const confirmed = (candidates: readonly Candidate[]) =>
    new Set(
      candidates
        .map(({ key }) => key)
        .filter((key) => input.nowMs - (sightings.get(key) ?? input.nowMs) >= CONFIRMATION_MS),
    );
  const plan = toHeld(state.held, input);
  const held = plan && isReleased(plan, run.sinceMs, input) ? undefined : plan;
  return {
    state: { run, sightings, held },
    applications: held ? new Set() : confirmed(input.applications),
    secrets: confirmed(input.secrets),
    held,
  };
}

function afterIncomplete(state: DeletionState, ids: ReadonlySet<string>): DeletionState {
  return state.run && [...ids].every((id) => state.run?.ids.has(id))
    ? state
    : { sightings: new Map(), held: state.held };
}

function nothing(state: DeletionState): DeletionVerdict {
  return { state, applications: new Set(), secrets: new Set(), held: state.held };
}

function extend(run: DeletionState['run'], { listing, nowMs }: DeletionInput): NonNullable<DeletionState['run']> {
  if (run?.digest === listing.digest) return run;
  return { digest: listing.digest, ids: listing.ids, sinceMs: nowMs };
}

/** The plan, where it is one to hold: the same set of Applications is the same plan, since when it was seen first. */
function toHeld(before: HeldPlan | undefined, input: DeletionInput): HeldPlan | undefined {
  const budget = budgetOf(input.budget, input.present);
  const why = holdReason(input, budget);
  if (why === undefined) return undefined;
  const keys = input.applications.map(({ key }) => key).sort();
  const id = hash('sha256', keys.join('\n'), 'hex').slice(0, PLAN_ID_DIGITS);
  const { sinceMs, since } = before?.id === id ? before : { sinceMs: input.nowMs, since: input.now };
  return { id, sinceMs, since, names: input.applications.map(({ name }) => name).sort(), budget, why };
}

function holdReason({ applications, listing, present }: DeletionInput, budget: number): string | undefined {
  const count = applications.length;
  if (count === 0) return undefined;
  if (listing.ids.size === 0) return `the Director lists no Application, and ${present} are present`;
  if (count === present && present > 1) return `it would delete all ${present} Applications`;
  return count > budget
    ? `it would delete ${count} of ${present} Applications, more than the budget of ${budget}`
    : undefined;
}

function budgetOf(budget: DeletionBudget, present: number): number {
  if ('count' in budget) return budget.count;
  return budget.fraction === 0 ? 0 : Math.max(SMALLEST_BUDGET, Math.floor(budget.fraction * present));
}

function isReleased(plan: HeldPlan, runSinceMs: number, { nowMs, holdMs, approvedPlanId }: DeletionInput): boolean {
  return approvedPlanId === plan.id || nowMs - Math.max(plan.sinceMs, runSinceMs) >= holdMs;
}
