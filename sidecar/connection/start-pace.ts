import { backoffMs } from '#common/backoff.ts';
import { formatDuration } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { ConnectionContext } from './context.ts';

/** Starts that were not followed by a clean stop count for so long. */
const REMEMBERED_MS = 10 * 60_000;

/** Whoever lives less than the first of these waits calls Compass in none of the starts that follow. */
const WAITS = { firstMs: 20_000, longestMs: 300_000 };

/** More than give the longest wait. */
const MOST_REMEMBERED = 10;

/**
 * The back-off of a process that dies again and again, which no memory of its own can keep: when it started stands in the
 * state, until it is stopped as it should be. Written once a start, and not before there is a state. A replica that takes over
 * from one that died waits for nothing: only the starts of one and the same Pod are counted.
 */
export class StartPace {
  readonly #context: ConnectionContext;
  readonly #random: () => number;
  #startedAt: number | undefined;
  #waitUntilMs = Number.NEGATIVE_INFINITY;

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#random = random;
  }

  /** In how many ms Compass may be called. */
  get dueInMs(): number {
    return Math.max(0, this.#waitUntilMs - this.#context.clock.monotonicMs());
  }

  /** Somebody did what it may be waiting for. */
  readonly hurry = (): void => {
    this.#waitUntilMs = Number.NEGATIVE_INFINITY;
  };

  /** Once, before the first pass of a leader. Never throws what the cluster throws: without a state there is no wait. */
  async begin(): Promise<void> {
    if (this.#startedAt !== undefined) return;
    const { clock, state, log, config } = this.#context;
    const now = clock.now();
    this.#startedAt = now;
    await this.#tolerant(async () => {
      const before = await state.load();
      if (!before) return;
      const own = before.startsOf === config.podName ? (before.starts ?? []) : [];
      const earlier = own.filter((at) => at <= now && now - at < REMEMBERED_MS);
      const starts = [...earlier.slice(1 - MOST_REMEMBERED), now];
      await state.write({ ...before, starts, startsOf: config.podName });
      if (earlier.length === 0) return;
      const waitMs = backoffMs(earlier.length, this.#random, WAITS);
      this.#waitUntilMs = clock.monotonicMs() + waitMs;
      log.warn('it started again and again without an end, so Compass is left alone for a while', {
        starts: earlier.length + 1,
        within: formatDuration(REMEMBERED_MS),
        waitMs,
      });
    });
  }

  /** At an orderly end: this start speaks against nobody. */
  async end(): Promise<void> {
    const { state, isLeader } = this.#context;
    if (this.#startedAt === undefined || !isLeader()) return;
    await this.#tolerant(async () => {
      const before = await state.load();
      if (!before?.starts?.some((at) => at === this.#startedAt)) return;
      const { startsOf, ...others } = before;
      const starts = before.starts.filter((at) => at !== this.#startedAt);
      await state.write(starts.length > 0 ? { ...others, startsOf, starts } : { ...others, starts: undefined });
    });
  }

  async #tolerant(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.#context.log.debug('when this process started could not be written down', errorFields(error));
    }
  }
}
