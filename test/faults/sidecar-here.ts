import { type Clock, systemClock } from '#common/clock.ts';
import { runSidecar } from '../../sidecar/sidecar.ts';
import type { LogLine } from '../journeys/sidecar-process.ts';

/** The whole sidecar in this process: a second quicker to start than one of its own, and its clock can be the test's. */
export interface SidecarHere {
  readonly lines: readonly LogLine[];
  readonly output: () => string;
  /** As SIGTERM does; the exit code that it ends with. */
  stop(): Promise<number>;
  /** Whether it has ended by itself, not because it was stopped. */
  readonly hasEnded: boolean;
  readonly isStopped: boolean;
}

/** A clock that is off by what `offsetMs` says at the moment; it runs as fast as the machine's. */
export function shiftedClock(offsetMs: () => number): Clock {
  return { ...systemClock, now: () => Date.now() + offsetMs() };
}

export function startSidecarHere(
  env: Readonly<Record<string, string>>,
  clock: Clock = systemClock,
  random: () => number = Math.random,
): SidecarHere {
  const stop = new AbortController();
  const chunks: string[] = [];
  const lines: LogLine[] = [];
  let hasEnded = false;
  const write = (line: string) => {
    chunks.push(line);
    lines.push(JSON.parse(line) as LogLine);
  };
  const running = runSidecar({ env, write, clock, random, stopping: stop.signal }).finally(() => {
    hasEnded = !stop.signal.aborted;
  });
  return {
    lines,
    output: () => chunks.join(''),
    async stop() {
      stop.abort();
      return running;
    },
    get isStopped() {
      return stop.signal.aborted;
    },
    get hasEnded() {
      return hasEnded;
    },
  };
}
