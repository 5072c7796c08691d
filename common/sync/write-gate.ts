import { askedWaitMs } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { hasReason } from '#common/errors.ts';

interface Bounds {
  readonly least: number;
  readonly first: number;
  readonly most: number;
}

/** What a large cluster takes without noticing, and what one that is pressed still takes. */
const BOUNDS: Bounds = { least: 2, first: 8, most: 16 };

/** What is waited at least, where the API server asks to wait. */
const SHORTEST_PAUSE_MS = 1_000;
/** Whoever is asked to wait longer comes back in another round. */
export const LONGEST_PAUSE_MS = 30_000;

/** Writes that take so many times as long as they can: more at a time would only wait in the API server. */
const QUEUED = 2;
/** How fast the quickest window is forgotten: a server may have become slower for good. */
const FORGETTING = 1.02;

/**
 * How many writes are under way at a time, all of a process together: one more after a window of writes that went as quickly
 * as they can, half as many where the API server is pressed (429, 503, 504, no answer in time). What one write is asked to
 * wait (429), all wait, and up to half as long again; not what is longer than LONGEST_PAUSE_MS.
 */
export class WriteGate {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #bounds: Bounds;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #running = 0;
  #windowMs: number[] = [];
  #quickestMs = Number.POSITIVE_INFINITY;
  #slowedAtMs = Number.NEGATIVE_INFINITY;
  /** How often in a row it was told to wait. */
  #pauses = 0;
  #pausedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number, bounds: Bounds = BOUNDS) {
    this.#clock = clock;
    this.#random = random;
    this.#bounds = bounds;
    this.#limit = bounds.first;
  }

  /** How many may be under way now. */
  get limit(): number {
    return this.#limit;
  }

  /** Carries out one write when it is its turn; `signal` ends what the API server asked to wait. Throws what the write throws. */
  async run<T>(write: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#enter(signal);
    const startMs = this.#clock.monotonicMs();
    try {
      const result = await write();
      this.#took(this.#clock.monotonicMs() - startMs);
      return result;
    } catch (error) {
      this.#failed(error, startMs);
      throw error;
    } finally {
      this.#leave();
    }
  }

  async #enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.#running >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    for (let waitMs = this.#pauseMs; waitMs > 0 && !signal?.aborted; waitMs = this.#pauseMs) {
      await this.#clock.sleep(waitMs, signal);
    }
  }

  get #pauseMs(): number {
    return this.#pausedUntilMs - this.#clock.monotonicMs();
  }

  /** Its place goes to the one that has waited longest, unless there are fewer places now. */
  #leave(): void {
    this.#running -= 1;
    this.#admit();
  }

  #admit(): void {
    while (this.#running < this.#limit && this.#waiting.length > 0) {
      this.#running += 1;
      this.#waiting.shift()?.();
    }
  }

  #took(durationMs: number): void {
    this.#pauses = 0;
    this.#windowMs.push(durationMs);
    if (this.#windowMs.length < this.#limit) return;
    const medianMs = this.#windowMs.toSorted((a, b) => a - b)[Math.floor(this.#windowMs.length / 2)] ?? 0;
    this.#windowMs = [];
    this.#quickestMs = Math.min(this.#quickestMs * FORGETTING, medianMs);
    if (medianMs <= QUEUED * this.#quickestMs) this.#limit = Math.min(this.#bounds.most, this.#limit + 1);
  }

  /** What was sent before the last time that it slowed down says nothing new. */
  #failed(error: unknown, startMs: number): void {
    if (!isPressed(error)) return;
    this.#windowMs = [];
    const isNew = startMs >= this.#slowedAtMs;
    if (hasReason(error, 'ClusterThrottled')) this.#pause(error.retryAfterMs, isNew);
    if (!isNew) return;
    this.#slowedAtMs = this.#clock.monotonicMs();
    this.#limit = Math.max(this.#bounds.least, Math.floor(this.#limit / 2));
  }

  /** Without a word on how long, the pauses double. */
  #pause(retryAfterMs: number | undefined, isNew: boolean): void {
    if (isNew) this.#pauses += 1;
    const askedMs = retryAfterMs ?? Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** this.#pauses);
    if (askedMs > LONGEST_PAUSE_MS) return;
    const waitMs = askedWaitMs(Math.max(SHORTEST_PAUSE_MS, askedMs), this.#random);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.monotonicMs() + waitMs);
  }
}

function isPressed(error: unknown): boolean {
  return hasReason(error, 'ClusterThrottled', 'ClusterUnavailable', 'ClusterUnreachable');
}
