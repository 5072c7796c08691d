import { type BackoffPolicy, backoffMs } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { messageOf } from '#common/errors.ts';
import type { Log } from '#common/log.ts';
import type { NotifySignal } from '../config/neighbours.ts';
import { callUrl } from './call-url.ts';
import type { Swap } from './credential-files.ts';
import { signalProcesses } from './signal-processes.ts';

export interface NotifyOptions {
  readonly url: string | undefined;
  readonly signal: NotifySignal | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** How somebody is told. Throws an Error that says what is wrong, for people. */
interface Way {
  readonly by: 'url' | 'signal';
  tell(swap: Swap): Promise<void>;
}

/** What came of telling, by ways. */
export type NotifyCounts = Readonly<Record<Way['by'], { readonly ok: number; readonly failed: number }>>;

const MOST_TRIES = 5;
const WAITS: BackoffPolicy = { firstMs: 1_000, longestMs: 10_000 };

/**
 * Tells the workloads that there are other files: at most five times within half a minute for each change, and no more about one
 * that another has followed. Who missed it sees the generation in `connection.json` rise.
 */
export class Notifier {
  readonly #options: NotifyOptions;
  readonly #ways: readonly Way[];
  readonly #counts = { url: { ok: 0, failed: 0 }, signal: { ok: 0, failed: 0 } };
  readonly #problems = new Map<Way['by'], string>();
  #newest: Swap | undefined;

  constructor(options: NotifyOptions) {
    this.#options = options;
    const { url, signal } = options;
    this.#ways = [
      ...(url === undefined ? [] : [{ by: 'url' as const, tell: (swap: Swap) => callUrl(url, swap) }]),
      ...(signal ? [{ by: 'signal' as const, tell: () => signalProcesses(signal) }] : []),
    ];
  }

  get counts(): NotifyCounts {
    return this.#counts;
  }

  /** Who could not be told of the newest files, and why; undefined where nobody waits. */
  get problem(): string | undefined {
    return this.#problems.size === 0 ? undefined : [...this.#problems.values()].join('; ');
  }

  /** Resolves when everybody was told, could not be, or is told of newer files; or after `stopping`. Never throws. */
  async tell(swap: Swap, stopping: AbortSignal): Promise<void> {
    this.#newest = swap;
    await Promise.all(this.#ways.map((way) => this.#tellBy(way, swap, stopping)));
  }

  async #tellBy(way: Way, swap: Swap, stopping: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#options;
    const isOver = () => stopping.aborted || this.#newest !== swap;
    for (let tries = 1; ; tries += 1) {
      const error = await way.tell(swap).then(
        () => undefined,
        (failure: unknown) => messageOf(failure),
      );
      if (error === undefined) return this.#told(way, swap);
      if (isOver()) return;
      if (tries === MOST_TRIES) {
        this.#counts[way.by].failed += 1;
        this.#problems.set(way.by, error);
        // At the very first files nobody may have started yet, and who starts later reads them anyway.
        const level = swap.isFirst ? 'info' : 'warn';
        return log[level]('a neighbour could not be told of other credentials', { by: way.by, error, tries });
      }
      await clock.sleep(backoffMs(tries, random, WAITS), stopping);
      if (isOver()) return;
    }
  }

  #told({ by }: Way, swap: Swap): void {
    this.#counts[by].ok += 1;
    this.#problems.delete(by);
    this.#options.log.debug('a neighbour was told of other credentials', { by, generation: swap.generation });
  }
}
