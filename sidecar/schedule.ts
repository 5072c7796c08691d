import { askedWaitMs, type BackoffPolicy, backoffMs, DEFAULT_BACKOFF } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason } from '#common/errors.ts';

/**
 * Waits after a 429 of Compass. Its rate limit is one bucket for the whole fleet, and names no time to wait: whoever is
 * refused waits no less than `leastMs`, an ordinary period, so that a refusal never makes anybody ask more often than an
 * answer would, and those who wait get their turn.
 */
export function throttledBackoff(leastMs: number): BackoffPolicy {
  const floorMs = Math.min(leastMs, DEFAULT_BACKOFF.longestMs / 2);
  return { firstMs: 2 * floorMs, longestMs: DEFAULT_BACKOFF.longestMs };
}

/** When a step is due next: after its period when it went well, after a growing back-off when it did not. At first, now. */
export class Schedule {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #policy: BackoffPolicy;
  readonly #throttled: BackoffPolicy;
  #failures = 0;
  #dueAtMs = Number.NEGATIVE_INFINITY;

  /** `throttled` is for what Compass refuses by its rate limit. */
  constructor(
    clock: Clock,
    random: () => number,
    policy: BackoffPolicy = DEFAULT_BACKOFF,
    throttled: BackoffPolicy = policy,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
    this.#throttled = throttled;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds until it is due; 0 when it is. */
  get dueInMs(): number {
    return Math.max(0, this.#dueAtMs - this.#clock.monotonicMs());
  }

  get isDue(): boolean {
    return this.dueInMs === 0;
  }

  succeed(nextInMs: number): void {
    this.#failures = 0;
    this.#dueAtMs = this.#clock.monotonicMs() + nextInMs;
  }

  /** Backs off; longer where the other side asked for it, and never longer than `mostMs`. */
  fail(error?: unknown, mostMs = Number.POSITIVE_INFINITY): void {
    this.#failures += 1;
    const policy = hasReason(error, 'CompassThrottled') ? this.#throttled : this.#policy;
    const askedMs = error instanceof CompassError ? askedWaitMs(error.retryAfterMs ?? 0, this.#random) : 0;
    const waitMs = Math.max(backoffMs(this.#failures, this.#random, policy), Math.min(askedMs, policy.longestMs));
    this.#dueAtMs = this.#clock.monotonicMs() + Math.min(waitMs, mostMs);
  }

  /** Due now, as at the start: what it waited for has changed. */
  hurry(): void {
    this.#failures = 0;
    this.#dueAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Due now, and the wait after the next failure is as long as it would have been. */
  bringForward(): void {
    this.#dueAtMs = Number.NEGATIVE_INFINITY;
  }
}
