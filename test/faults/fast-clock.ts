import { type Clock, systemClock } from '#common/clock.ts';

/**
 * A clock that runs `factor` times as fast as the machine's: minutes pass in seconds, and leases, periods and back-offs
 * keep their proportions. What a library times by itself, a time-out of a request say, is the machine's.
 */
export function fastClock(factor: number): Clock {
  const wallStart = systemClock.now();
  const start = systemClock.monotonicMs();
  const passed = () => (systemClock.monotonicMs() - start) * factor;
  return {
    now: () => wallStart + passed(),
    monotonicMs: () => start + passed(),
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}
