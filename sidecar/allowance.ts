import type { Clock } from '#common/clock.ts';

export interface AllowanceRate {
  /** So many may come at once after a rest. */
  readonly burst: number;
  /** In the long run one comes so often. */
  readonly everyMs: number;
}

/** Bounds how often something is done that others can ask for without measure: a few at once, and then one by one. */
export class Allowance {
  readonly #clock: Clock;
  readonly #rate: AllowanceRate;
  #fullAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, rate: AllowanceRate) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** In how many ms the next one may come; 0 where it may now. */
  get waitMs(): number {
    const { burst, everyMs } = this.#rate;
    return Math.max(0, this.#fullAtMs - (burst - 1) * everyMs - this.#clock.monotonicMs());
  }

  take(): void {
    this.#fullAtMs = Math.max(this.#clock.monotonicMs(), this.#fullAtMs) + this.#rate.everyMs;
  }
}
