import { askedWaitMs, type BackoffPolicy, backoffMs, DEFAULT_BACKOFF } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';

/** When a step is due next: after its period when it went well, after a growing back-off when it did not. At first, now. */
export class Schedule {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #policy: BackoffPolicy;
  #failures = 0;
  #dueAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number, policy: BackoffPolicy = DEFAULT_BACKOFF) {
    this.#clock = clock;
    this.#random = random;
    this.#policy = policy;
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

  /** Backs off; longer where the other side asked for it. */
  fail(error?: unknown): void {
    this.#failures += 1;
    const askedMs = error instanceof CompassError ? askedWaitMs(error.retryAfterMs ?? 0, this.#random) : 0;
    const waitMs = Math.max(
      backoffMs(this.#failures, this.#random, this.#policy),
      Math.min(askedMs, this.#policy.longestMs),
    );
    this.#dueAtMs = this.#clock.monotonicMs() + waitMs;
  }

  /** Due now, as at the start: what it waited for has changed. */
  hurry(): void {
    this.#failures = 0;
    this.#dueAtMs = Number.NEGATIVE_INFINITY;
  }
}
