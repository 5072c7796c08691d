import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#common/clock.ts';

/** Whoever wakes within so many milliseconds wakes together, which makes it quicker. */
const STEP_MS = 20;

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
}

const isBefore = (one: Sleeper, other: Sleeper) =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

/** A clock for thousands of programs at once: it jumps from one sleeper's time to the next one's, as soon as nobody has anything to do. */
export class VirtualTime implements Clock {
  /** A binary heap: the next to wake is the first. */
  readonly #sleepers: Sleeper[] = [];
  #order = 0;
  #nowMs = 0;

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#order += 1;
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#push({ atMs: Math.ceil((this.#nowMs + ms) / STEP_MS) * STEP_MS, order: this.#order, wake });
      signal?.addEventListener('abort', wake);
    });
  }

  /** Lets all that happens until then happen. */
  async runUntil(ms: number): Promise<void> {
    await turn();
    for (let next = this.#sleepers[0]; next && next.atMs <= ms; next = this.#sleepers[0]) {
      this.#nowMs = next.atMs;
      while (this.#sleepers[0]?.atMs === this.#nowMs) this.#pop()?.wake();
      // All promises that can go on have gone on after this.
      await turn();
    }
    this.#nowMs = ms;
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#sleepers;
    let at = heap.length;
    heap.push(sleeper);
    for (let parent = (at - 1) >> 1; at > 0; parent = (at - 1) >> 1) {
      const above = heap[parent];
      if (!above || !isBefore(sleeper, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = sleeper;
  }

  #pop(): Sleeper | undefined {
    const heap = this.#sleepers;
    const [first] = heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let at = 0;
    for (let child = this.#lesserChild(at); child !== undefined; child = this.#lesserChild(at)) {
      const below = heap[child];
      if (!below || !isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  #lesserChild(at: number): number | undefined {
    const [left, right] = [this.#sleepers[2 * at + 1], this.#sleepers[2 * at + 2]];
    if (!left) return undefined;
    return right && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
  }
}
