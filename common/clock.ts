import { setTimeout as delay } from 'node:timers/promises';

/** Time as the program sees it. Handed in everywhere, so that a test can own it. */
export interface Clock {
  /** The wall clock, in milliseconds since the epoch: for dates that others wrote (certificates, status). */
  now(): number;
  /** A clock that never steps, in milliseconds from an arbitrary start: for durations and leases. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. Any length: longer waits than a timer holds are chunked. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest wait that one timer holds: above 2^31 - 1 ms Node fires at once. */
const LONGEST_TIMER_MS = 2_000_000_000;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let remainingMs = Math.max(0, ms);
  do {
    const chunkMs = Math.min(remainingMs, LONGEST_TIMER_MS);
    try {
      await delay(chunkMs, undefined, signal ? { signal } : {});
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    remainingMs -= chunkMs;
  } while (remainingMs > 0);
}

/** As Clock has it. Not by `performance`: Node loads eight modules for it, which a short run would pay for. */
function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now(), monotonicMs, sleep };

/** What two machines' clocks may differ by, in milliseconds, before it is taken for anything: what one wrote, the other judges. */
export const CLOCK_GRACE_MS = 30_000;

/** RFC 3339 in UTC with whole seconds, as the API conventions write `metav1.Time`. */
export function formatTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}
