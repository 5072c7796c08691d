import { countRejected, type DeletionDecision, isDecided, isLeftOf } from './deletion-decision.ts';
import type { DeletionInput } from './deletions.ts';
import { type HeldPlan, holdReason, planIdOf, toHeldPlan } from './held-plan.ts';

/** What is known of the plan from the rounds before. */
interface Before {
  readonly held: HeldPlan | undefined;
  /** The keys of the plan that was let go; undefined where another run of equal listings has begun. */
  readonly released: ReadonlySet<string> | undefined;
}

interface Settled {
  /** Undefined where nothing is held back. */
  readonly held?: HeldPlan | undefined;
  readonly released?: ReadonlySet<string> | undefined;
  readonly decision: DeletionDecision | undefined;
}

/**
 * Whether what is not listed is a plan to hold, and if so, whether it is let go: by time, by approval, or because it is
 * what is left of one that was. `runSinceMs` is when the present run of equal listings began.
 */
export function settlePlan(before: Before, runSinceMs: number, input: DeletionInput): Settled {
  const keys = input.applications.map(({ key }) => key);
  const { decision, isNamed } = settleDecision(input, keys);
  const why = holdReason(input, decision);
  const isLeft = before.released !== undefined && isLeftOf(before.released, keys, input.present);
  const left = isLeft ? before.released : undefined;
  if (why === undefined) return { released: left, decision };
  if (decision?.verdict === 'approved') return { released: new Set(keys), decision };
  const plan = toHeldPlan(input, why, before.held);
  if (isNamed && decision?.verdict === 'rejected') return { held: { ...plan, isRejected: true }, decision };
  if (left) return { released: left, decision };
  const goesAtMs = Math.max(plan.sinceMs, runSinceMs) + input.holdMs;
  if (input.beganMs >= goesAtMs) return { released: new Set(keys), decision };
  return { held: { ...plan, isRejected: false, ...departure(goesAtMs, before.held, input) }, decision };
}

/** The decision as long as it stands, and whether it is about the plan at hand. */
function settleDecision(
  { decision, present }: DeletionInput,
  keys: readonly string[],
): { readonly decision?: DeletionDecision; readonly isNamed: boolean } {
  if (!decision || keys.length === 0) return { isNamed: false };
  const isNamed = isDecided(decision, { planId: planIdOf(keys), keys, present });
  return isNamed || countRejected(decision, keys) > 0 ? { decision, isNamed } : { isNamed };
}

/** The wall clock's time is told once: to compute it anew each time would make it tremble. */
function departure(
  goesAtMs: number,
  before: HeldPlan | undefined,
  { now, nowMs }: DeletionInput,
): Pick<HeldPlan, 'goesAt' | 'goesAtMs'> {
  if (!Number.isFinite(goesAtMs)) return {};
  const goesAt = before?.goesAtMs === goesAtMs ? before.goesAt : now + goesAtMs - nowMs;
  return { goesAtMs, goesAt };
}
