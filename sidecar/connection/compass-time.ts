import type { Clock } from '#common/clock.ts';

/** Clocks that differ by no more are taken for equal: an answer takes its time, and `Date` has whole seconds. */
export const SKEW_TOLERATED_MS = 5 * 60_000;

/** How far wall and monotonic clock may drift apart before our clock counts as set anew. */
const STEP_MS = 60_000;

interface Sighting {
  readonly skewMs: number;
  /** Our wall clock less the monotonic one when it was seen. */
  readonly offsetMs: number;
}

/**
 * What time it is at Compass, which is what the dates of certificates are judged by: our own time, unless the answers of
 * Compass (their `Date`) say that the two clocks are more than five minutes apart.
 */
export class CompassTime {
  readonly #clock: Clock;
  #seen: Sighting | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An answer came: their clock less ours, in ms. */
  observe(skewMs: number): void {
    this.#seen = { skewMs, offsetMs: this.#offsetMs };
  }

  /** Their clock less ours, in ms; undefined before any answer, and after our own clock was set. */
  get skewMs(): number | undefined {
    const isSet = this.#seen && Math.abs(this.#seen.offsetMs - this.#offsetMs) > STEP_MS;
    return isSet ? undefined : this.#seen?.skewMs;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    const { skewMs = 0 } = this;
    return this.#clock.now() + (Math.abs(skewMs) > SKEW_TOLERATED_MS ? skewMs : 0);
  }

  get #offsetMs(): number {
    return this.#clock.now() - this.#clock.monotonicMs();
  }
}
