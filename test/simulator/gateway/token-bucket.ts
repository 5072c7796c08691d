/** The gateway's local rate limit: one bucket for the whole fleet, full at the start, refilled evenly. */
export class TokenBucket {
  readonly #perMinute: () => number;
  readonly #monotonicMs: () => number;
  #level: number | undefined;
  #filledAtMs = 0;

  constructor(perMinute: () => number, monotonicMs: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#monotonicMs = monotonicMs;
  }

  /** Takes one request out; false when the bucket is empty. A limit of 0 takes everything. */
  take(): boolean {
    const limit = this.#perMinute();
    if (limit === 0) return true;
    const nowMs = this.#monotonicMs();
    const gained = ((nowMs - this.#filledAtMs) / 60_000) * limit;
    this.#level = Math.min(limit, (this.#level ?? limit) + gained);
    this.#filledAtMs = nowMs;
    if (this.#level < 1) return false;
    this.#level -= 1;
    return true;
  }

  /** Full again, as after a restart of the gateway. */
  refill(): void {
    this.#level = undefined;
  }
}
