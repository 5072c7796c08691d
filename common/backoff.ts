/** How waits between tries grow: exponential with full jitter, so that a fleet does not come back in step. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const DEFAULT_BACKOFF: BackoffPolicy = { firstMs: 1_000, longestMs: 300_000 };

/**
 * The wait before the next try after `failures` failures in a row (1 = the first failure), in milliseconds:
 * evenly spread between half a first step and the exponential bound.
 */
export function backoffMs(failures: number, random: () => number, policy: BackoffPolicy = DEFAULT_BACKOFF): number {
  const exponent = Math.min(Math.max(failures, 1) - 1, 30);
  const boundMs = Math.min(policy.longestMs, policy.firstMs * 2 ** exponent);
  const floorMs = policy.firstMs / 2;
  return Math.round(floorMs + random() * Math.max(0, boundMs - floorMs));
}

/** How much longer than it was told to wait one waits at most. */
const SPREAD = 0.5;

/** A wait that the other side asked for (Retry-After), in milliseconds: never shorter, and up to half as long again, spread. */
export function askedWaitMs(askedMs: number, random: () => number): number {
  return Math.round(askedMs * (1 + SPREAD * random()));
}
