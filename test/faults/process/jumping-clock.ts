import { type Clock, systemClock } from '#common/clock.ts';

/** The machine's clock, which a test moves ahead as if the machine had slept: whoever waits is woken, and looks again. */
export interface JumpingClock extends Clock {
  jump(ms: number): void;
}

/** Above the time after which a Lease is renewed, below that after which it is lost. */
export const STEP_MS = 5_000;

export function jumpingClock(): JumpingClock {
  let aheadMs = 0;
  let jumped = new AbortController();
  const monotonicMs = () => systemClock.monotonicMs() + aheadMs;
  return {
    now: () => systemClock.now() + aheadMs,
    monotonicMs,
    async sleep(ms, signal) {
      const untilMs = monotonicMs() + ms;
      for (let leftMs = ms; leftMs > 0 && !signal?.aborted; leftMs = untilMs - monotonicMs()) {
        await systemClock.sleep(leftMs, signal ? AbortSignal.any([signal, jumped.signal]) : jumped.signal);
      }
    },
    jump(ms) {
      aheadMs += ms;
      const woken = jumped;
      jumped = new AbortController();
      woken.abort();
    },
  };
}
