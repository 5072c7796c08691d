import type { Condition } from '../pod.ts';

/** A time as the API holds it: RFC 3339 in UTC, whole seconds. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/**
 * A condition with its times: the transition is that of the last change of status, the update that of the last change
 * of anything. Those that say the same keep both.
 */
export function condition(known: readonly Condition[], next: Condition, nowMs: number): Condition {
  const before = known.find(({ type }) => type === next.type);
  const now = timeText(nowMs);
  const isSame =
    before?.status === next.status && before.reason === next.reason && (before.message ?? '') === (next.message ?? '');
  return {
    ...next,
    lastUpdateTime: (isSame && before?.lastUpdateTime) || now,
    lastTransitionTime: (before?.status === next.status && before.lastTransitionTime) || now,
  };
}
