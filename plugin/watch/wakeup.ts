import type { Clock } from '#common/clock.ts';

/** Lets one who waits for the next turn be woken earlier; waking somebody who does not wait yet counts, too. */
export class Wakeup {
  #woken = new AbortController();

  wake(): void {
    this.#woken.abort();
  }

  /** Resolves when woken, after `ms`, or when the signal aborts. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    await clock.sleep(ms, AbortSignal.any([signal, this.#woken.signal]));
    this.#woken = new AbortController();
  }
}
