import { hash } from 'node:crypto';

/**
 * What a person said about a held plan. It counts for exactly that plan, for the same Runtime, and for what is left of it
 * once some of its Applications are gone from the cluster: one that is listed again, or another one that vanishes, makes
 * it another plan.
 */
export interface DeletionDecision {
  /** The plan's id. */
  readonly plan: string;
  readonly verdict: 'approved' | 'rejected';
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly runtimeId: string;
  /** Who decided, as they say. */
  readonly by?: string;
  /** The marks of what the plan deletes. */
  readonly members: readonly string[];
}

const MARK_DIGITS = 12;

/** Stands for an object's uid where thousands of them are stored. */
export function memberMark(key: string): string {
  return hash('sha256', key, 'hex').slice(0, MARK_DIGITS);
}

/** What would be deleted at the moment, and what is present. Keys are uids. */
export interface DecisionScene {
  readonly planId: string;
  readonly keys: readonly string[];
  readonly present: Iterable<string>;
}

/** Whether the plan at hand is the one that was decided on, or what is left of it. */
export function isDecided({ plan, members }: DeletionDecision, { planId, keys, present }: DecisionScene): boolean {
  if (plan === planId) return true;
  return isLeftOf(new Set(members), keys.map(memberMark), Array.from(present, memberMark));
}

/** Whether what goes now is what was to go, but for what is gone: nothing has come in, and nothing is wanted again. */
export function isLeftOf(members: ReadonlySet<string>, going: readonly string[], present: Iterable<string>): boolean {
  const goes = new Set(going);
  if (!going.every((one) => members.has(one))) return false;
  for (const one of present) if (members.has(one) && !goes.has(one)) return false;
  return true;
}

/** How many of these Applications somebody wanted to keep. */
export function countRejected(decision: DeletionDecision | undefined, keys: readonly string[]): number {
  if (decision?.verdict !== 'rejected') return 0;
  const members = new Set(decision.members);
  return keys.filter((key) => members.has(memberMark(key))).length;
}
