import type { Clock } from '#common/clock.ts';

/** A clock that a test moves; whoever sleeps on it wakes when the time has come. */
export class ManualClock implements Clock {
  #epochMs: number;
  #monotonicMs = 0;
  #sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];

  constructor(epochMs: number) {
    this.#epochMs = epochMs;
  }

  now(): number {
    return this.#epochMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push({ untilMs: this.#monotonicMs + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Lets time pass, in milliseconds. */
  advance(ms: number): void {
    this.#epochMs += ms;
    this.#monotonicMs += ms;
    const due = this.#sleepers.filter(({ untilMs }) => untilMs <= this.#monotonicMs);
    this.#sleepers = this.#sleepers.filter(({ untilMs }) => untilMs > this.#monotonicMs);
    for (const { wake } of due) wake();
  }
}
