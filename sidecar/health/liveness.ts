import type { Clock } from '#common/clock.ts';
import { formatDuration } from '#common/duration.ts';
import type { Verdict } from './verdict.ts';

/** Every call has its time-out, so that this is a last resort: the first synchronization of a huge landscape takes its time. */
const LONGEST_PASS_MS = 2 * 3_600_000;

/** A blocked event loop answers no probe while it is blocked; this is for one that is blocked again and again. */
const LONGEST_LAG_MS = 10_000;
const TICK_MS = 1_000;

/** Whether the process makes progress: the event loop turns, and no reconcile pass runs for ever. */
export class Liveness {
  readonly #clock: Clock;
  #passSinceMs: number | undefined;
  #tickedMs: number;
  #lagMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#tickedMs = clock.monotonicMs();
  }

  /** Told when a pass begins (true) and ends (false). */
  readonly onPass = (running: boolean): void => {
    this.#passSinceMs = running ? this.#clock.monotonicMs() : undefined;
  };

  /** Whether a pass is under way. */
  get isBusy(): boolean {
    return this.#passSinceMs !== undefined;
  }

  /** How late the last turn of the event loop was, in milliseconds. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** Measures the event loop until `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#tickedMs = this.#clock.monotonicMs();
      await this.#clock.sleep(TICK_MS, signal);
      this.#lagMs = Math.max(0, this.#clock.monotonicMs() - this.#tickedMs - TICK_MS);
    }
  }

  verdict(): Verdict {
    const nowMs = this.#clock.monotonicMs();
    const passMs = this.#passSinceMs === undefined ? 0 : nowMs - this.#passSinceMs;
    if (passMs > LONGEST_PASS_MS)
      return { ok: false, text: `a reconcile pass has been running for ${formatDuration(passMs)}` };
    const lagMs = Math.max(this.#lagMs, nowMs - this.#tickedMs - TICK_MS);
    if (lagMs > LONGEST_LAG_MS) return { ok: false, text: `the event loop was blocked for ${formatDuration(lagMs)}` };
    return { ok: true, text: 'ok' };
  }
}
