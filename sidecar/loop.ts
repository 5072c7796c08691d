import type { Clock } from '#common/clock.ts';
import { errorFields, type Log } from '#common/log.ts';
import { Allowance } from './allowance.ts';
import { Schedule } from './schedule.ts';

/** One level-based pass: reads, acts, writes; returns in how many milliseconds it wants to run again at the latest. */
export type Pass = () => Promise<number>;

export interface LoopOptions {
  readonly pass: Pass;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Ends the loop, after the pass under way. */
  readonly stopping: AbortSignal;
  /** Told when a pass began (true) and ended (false): liveness. */
  readonly onPass?: (running: boolean) => void;
}

/** Watches can die silently, so a pass runs at least this often. */
const LONGEST_WAIT_MS = 60_000;

/** Events that come in a burst are one reason for a pass, not many. */
const SETTLE_MS = 50;

/** What an event tells may have ended whatever a pass failed with, so that it does not wait for the back-off of minutes. */
const LONGEST_DEAF_MS = 5_000;

/** Whoever may write what is watched could keep the loop busy: after so many passes for events one a second is enough. */
const WOKEN = { burst: 20, everyMs: 1_000 };

/** Turns watch events, deadlines and back-off into passes, one at a time, for ever. */
export class Loop {
  readonly #options: LoopOptions;
  readonly #woken: Allowance;
  #isWoken = false;
  #isHurried = false;
  #wake: (() => void) | undefined;
  #endSettling: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#woken = new Allowance(options.clock, WOKEN);
  }

  /** Something changed: a pass runs soon; any number of calls before it are one. */
  readonly trigger = (): void => {
    this.#isWoken = true;
    this.#wake?.();
  };

  /** What passes wait for has come: one runs as soon as none does; only what failed is left alone for a while. */
  readonly hurry = (): void => {
    this.#isHurried = true;
    this.trigger();
    this.#endSettling?.();
  };

  /** Resolves when `stopping` is set and the last pass has ended. */
  async run(): Promise<void> {
    const { pass, clock, log, random, stopping, onPass } = this.#options;
    const failing = new Schedule(clock, random);
    while (!stopping.aborted) {
      this.#isWoken = false;
      this.#isHurried = false;
      onPass?.(true);
      let waitMs: number;
      let leastMs = SETTLE_MS;
      try {
        waitMs = Math.min(await pass(), LONGEST_WAIT_MS);
        failing.succeed(0);
        log.debug('a pass ended', { nextInMs: waitMs });
      } catch (error) {
        failing.fail(error);
        waitMs = failing.dueInMs;
        leastMs = Math.min(waitMs, LONGEST_DEAF_MS);
        if (!stopping.aborted)
          log.warn('the pass failed and is tried again', { ...errorFields(error), retryInMs: waitMs });
      }
      onPass?.(false);
      await this.#rest(waitMs, leastMs);
    }
  }

  /** Waits until the deadline, or until woken, but not less than `leastMs`; who is woken too often waits longer. */
  async #rest(waitMs: number, leastMs: number): Promise<void> {
    const { clock, stopping } = this.#options;
    const deadlineMs = clock.monotonicMs() + waitMs;
    const leftMs = () => Math.max(0, deadlineMs - clock.monotonicMs());
    if (leastMs > SETTLE_MS) await clock.sleep(leastMs, stopping);
    else await this.#settle(leastMs);
    await this.#untilWoken(leftMs());
    if (!this.#isWoken) return;
    await clock.sleep(Math.min(this.#woken.waitMs, leftMs()), stopping);
    this.#woken.take();
  }

  async #settle(ms: number): Promise<void> {
    const { clock, stopping } = this.#options;
    if (this.#isHurried) return;
    const hurried = new AbortController();
    this.#endSettling = () => hurried.abort();
    await clock.sleep(ms, AbortSignal.any([hurried.signal, stopping]));
    this.#endSettling = undefined;
  }

  async #untilWoken(ms: number): Promise<void> {
    const { clock, stopping } = this.#options;
    if (this.#isWoken || stopping.aborted) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await clock.sleep(ms, AbortSignal.any([woken.signal, stopping]));
    this.#wake = undefined;
  }
}
