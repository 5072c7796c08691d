import { hash } from 'node:crypto';
import { countRejected, type DeletionDecision, memberMark } from './deletion-decision.ts';
import type { DeletionInput } from './deletions.ts';

/** A plan of deletions that is not carried out. */
export interface HeldPlan {
  /** Of the set of Applications: the same set is the same plan, another one is another. */
  readonly id: string;
  /** When it was held first, in this form: monotonic milliseconds since this start, and the wall clock's. */
  readonly sinceMs: number;
  readonly since: number;
  readonly names: readonly string[];
  /** See memberMark. */
  readonly members: readonly string[];
  /** How many Applications may go at once. */
  readonly budget: number;
  readonly why: string;
  /** When it goes by itself unless the listing changes, on both clocks; undefined where it does not, or nobody knows. */
  readonly goesAtMs?: number | undefined;
  readonly goesAt?: number | undefined;
  /** Somebody said that it is not to go. */
  readonly isRejected: boolean;
}

export type DeletionBudget = { readonly count: number } | { readonly fraction: number };

const SMALLEST_BUDGET = 10;
const PLAN_ID_DIGITS = 12;

/** The id of the plan that deletes these. */
export function planIdOf(keys: readonly string[]): string {
  return hash('sha256', keys.toSorted().join('\n'), 'hex').slice(0, PLAN_ID_DIGITS);
}

/** Why a plan is one to hold; undefined where its size is nothing to stop at. */
export function holdReason(input: DeletionInput, decision: DeletionDecision | undefined): string | undefined {
  const { applications, listing } = input;
  const count = applications.length;
  const present = input.present.length;
  const budget = budgetOf(input.budget, present);
  if (count === 0) return undefined;
  if (listing.ids.size === 0) return `the Director lists no Application, and ${present} are present`;
  if (count === present && present > 1) return `it would delete all ${present} Applications`;
  if (count > budget) {
    return `it would delete ${count} of ${present} Applications, more than the budget of ${budget}`;
  }
  const rejected = countRejected(
    decision,
    applications.map(({ key }) => key),
  );
  return rejected > 0 ? `the deletion of ${rejected} of its Applications was rejected in another plan` : undefined;
}

/** The plan as it is held; `before` is the one that was held last. */
export function toHeldPlan(
  input: DeletionInput,
  why: string,
  before: HeldPlan | undefined,
): Omit<HeldPlan, 'goesAt' | 'goesAtMs' | 'isRejected'> {
  const keys = input.applications.map(({ key }) => key);
  const id = planIdOf(keys);
  const { heldBefore } = input;
  const known = before?.id === id ? before : undefined;
  return {
    id,
    sinceMs: known?.sinceMs ?? input.nowMs,
    since: known?.since ?? (heldBefore?.id === id ? heldBefore.since : input.now),
    names: input.applications.map(({ name }) => name).sort(),
    members: keys.map(memberMark),
    budget: budgetOf(input.budget, input.present.length),
    why,
  };
}

function budgetOf(budget: DeletionBudget, present: number): number {
  if ('count' in budget) return budget.count;
  return budget.fraction === 0 ? 0 : Math.max(SMALLEST_BUDGET, Math.floor(budget.fraction * present));
}
