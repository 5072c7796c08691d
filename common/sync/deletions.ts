import type { DeletionDecision } from './deletion-decision.ts';
import type { DeletionBudget, HeldPlan } from './held-plan.ts';
import { settlePlan } from './settle-plan.ts';

/** Something present that is not listed. `key` is its uid: whatever is made anew under the name starts anew. */
export interface Candidate {
  readonly key: string;
  readonly name: string;
}

/** Keys of many, which may be found only when they are asked for. */
export interface Keys extends Iterable<string> {
  readonly length: number;
}

/** An orphaned Secret or an unlisted Application, and when it was first seen to be one. */
type Sightings = ReadonlyMap<string, number>;

/** The complete and equal listings in a row so far. Times are of the clock that never steps. */
interface Run {
  readonly digest: string;
  readonly ids: ReadonlySet<string>;
  /** When the first of them ended. */
  readonly sinceMs: number;
  /** When the last of them ended. */
  readonly lastMs: number;
}

/** What is remembered between rounds. */
export interface DeletionState {
  readonly run?: Run | undefined;
  readonly sightings: Sightings;
  readonly held?: HeldPlan | undefined;
  /** The keys of the plan that was let go in this run, as long as something of it is left. */
  readonly released?: ReadonlySet<string> | undefined;
}

export const NO_DELETIONS: DeletionState = { sightings: new Map() };

/** What a listing says of absence. */
export interface ListedIds {
  readonly complete: boolean;
  readonly digest: string;
  /** A set, or what has them as keys. */
  readonly ids: Pick<ReadonlySet<string>, 'has' | 'keys' | 'size'>;
}

export interface DeletionInput {
  /** When the listing began, and when it ended, on the clock that never steps. */
  readonly beganMs: number;
  readonly nowMs: number;
  /** The wall clock, for what people read. */
  readonly now: number;
  readonly listing: ListedIds;
  /** The keys of the Applications that this connection keeps, the candidates among them. */
  readonly present: Keys;
  readonly applications: readonly Candidate[];
  readonly secrets: readonly Candidate[];
  readonly budget: DeletionBudget;
  /** After so long without a complete listing, whatever the ones before said counts no more. */
  readonly longestGapMs: number;
  /** How long a plan is held before it goes by itself; Infinity is for ever. */
  readonly holdMs: number;
  /** What a person said of a plan for the Runtime that was listed. */
  readonly decision?: DeletionDecision | undefined;
  /** What was held before this process began: its time is shown on, and not counted. */
  readonly heldBefore?: { readonly id: string; readonly since: number } | undefined;
  /** Somebody suspended deletions: what would go is seen, and nothing of it goes or comes nearer to going. */
  readonly isSuspended?: boolean | undefined;
}

export interface DeletionVerdict {
  readonly state: DeletionState;
  /** The keys of what may go now. */
  readonly applications: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly held: HeldPlan | undefined;
  /** The decision as it still stands, with its members; undefined once what it was about is no more. */
  readonly decision: DeletionDecision | undefined;
}

/** Two listings that confirm each other are at least so far apart. */
export const CONFIRMATION_MS = 60_000;

/**
 * The one rule of deleting: what the Director no longer lists goes when it is absent from two complete and equal
 * listings at least 60 seconds apart, and not while the plan is held. Pure; a listing that is not complete changes
 * nothing, but ends the run of equal ones where it shows something that the run did not.
 */
export function judgeDeletions(state: DeletionState, input: DeletionInput): DeletionVerdict {
  if (!input.listing.complete) {
    const passed = passOver(state, input.listing);
    return { ...GOES_NOTHING, state: passed, held: passed.held, decision: input.decision };
  }
  const run = extend(state.run, input);
  const isSameRun = run.sinceMs === state.run?.sinceMs && run.digest === state.run.digest;
  const known = isSameRun ? state.sightings : new Map<string, number>();
  const sightings = new Map(
    [...input.applications, ...input.secrets].map(({ key }) => [key, known.get(key) ?? input.nowMs]),
  );
  const confirmed = (candidates: readonly Candidate[]) =>
    new Set(
      candidates
        .map(({ key }) => key)
        .filter((key) => input.beganMs - (sightings.get(key) ?? input.nowMs) >= CONFIRMATION_MS),
    );
  if (input.isSuspended) {
    const { held, decision } = settlePlan({ held: state.held, released: undefined }, run.sinceMs, {
      ...input,
      holdMs: Number.POSITIVE_INFINITY,
    });
    return { ...GOES_NOTHING, state: { run, sightings, held }, held, decision };
  }
  const before = { held: state.held, released: isSameRun ? state.released : undefined };
  const { held, released, decision } = settlePlan(before, run.sinceMs, input);
  return {
    state: { run, sightings, held, released },
    applications: held ? new Set() : confirmed(input.applications),
    secrets: confirmed(input.secrets),
    held,
    decision,
  };
}

const GOES_NOTHING = { applications: new Set<string>(), secrets: new Set<string>() };

/** What is left of what was known after a listing by which nothing is judged: one that contradicts the run ends it. */
export function passOver(state: DeletionState, { complete, digest, ids }: ListedIds): DeletionState {
  const { run } = state;
  const agrees = run && (complete ? digest === run.digest : [...ids.keys()].every((id) => run.ids.has(id)));
  if (agrees) return state;
  return begunAnew(state);
}

/** What is left where absence is to be confirmed anew, and a held plan waits its whole time again. */
export function begunAnew({ held }: DeletionState): DeletionState {
  return { sightings: new Map(), held: held && { ...held, goesAt: undefined, goesAtMs: undefined } };
}

function extend(run: Run | undefined, input: DeletionInput): Run {
  const { digest, ids } = input.listing;
  const { beganMs, nowMs, longestGapMs } = input;
  if (run?.digest === digest && beganMs - run.lastMs <= longestGapMs) return { ...run, lastMs: nowMs };
  return { digest, ids: new Set(ids.keys()), sinceMs: nowMs, lastMs: nowMs };
}
