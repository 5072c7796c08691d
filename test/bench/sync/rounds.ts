import { systemClock } from '#common/clock.ts';
import { APPLICATIONS } from '#common/compass/documents.ts';
import type { LogLine, RunningSidecar } from './sidecar-program.ts';
import type { SyncBench } from './world.ts';

/** What the sidecar said of one synchronization, and how long that took: from its first request to its last word. */
export interface RoundSeen {
  readonly line: LogLine;
  /** In milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  readonly tookS: number;
}

const ENDED = 'applications were synchronized';
const LONGEST_MS = 600_000;
const LOOK_EVERY_MS = 20;

/** The environment in which rounds follow each other quickly, and each says when it ended, also where it changed nothing. */
export const QUICK_ROUNDS = { APP_LOG_LEVEL: 'debug', APP_MINIMAL_COMPASS_SYNC_TIME: '100ms' } as const;

/** Rounds of one sidecar, one after the other. */
export class Rounds {
  readonly #bench: SyncBench;
  readonly #sidecar: RunningSidecar;
  #seen = 0;

  constructor(bench: SyncBench, sidecar: RunningSidecar) {
    this.#bench = bench;
    this.#sidecar = sidecar;
  }

  /**
   * Waits for the end of the next round. It began when the Director got its first request, and ended when the log said so:
   * two clocks of one machine, in whole milliseconds. Throws where it did not bring all to what it is to be.
   */
  async next(): Promise<RoundSeen> {
    const line = await this.#line();
    const { simulator } = this.#bench;
    const startMs = await simulator.firstRequestMs(APPLICATIONS.operationName);
    await simulator.forget();
    const { failed } = line;
    if (failed !== 0) throw new Error(`a round did not succeed: ${JSON.stringify(line)}`);
    const endMs = Date.parse(String(line['time']));
    return { line, startMs, endMs, tookS: (endMs - startMs) / 1_000 };
  }

  /** The next round that changed nothing. */
  async nextQuiet(): Promise<RoundSeen> {
    for (;;) {
      const round = await this.next();
      const { created, updated, deleted } = round.line;
      if (created === 0 && updated === 0 && deleted === 0) return round;
    }
  }

  async #line(): Promise<LogLine> {
    const untilMs = performance.now() + LONGEST_MS;
    for (;;) {
      const line = this.#sidecar.lines.filter(({ msg }) => msg === ENDED)[this.#seen];
      if (line) {
        this.#seen += 1;
        return line;
      }
      this.#sidecar.assertRuns();
      if (performance.now() > untilMs) throw new Error('no round ended in time');
      await systemClock.sleep(LOOK_EVERY_MS);
    }
  }
}
