import { askedWaitMs, backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { CompassError, hasReason } from '../errors.ts';
import type { Cluster, WatchEvent } from './cluster.ts';
import type { Kind, KubeObject } from './objects.ts';

/** What a watch tells of objects. */
export type ObjectEvent<T> = Exclude<WatchEvent<T>, { readonly type: 'bookmark' }>;

/** A complete listing that went through. */
export interface Listed {
  /** From which a watch goes on. */
  readonly resourceVersion: string;
  /** Takes it as the truth; gives the number of changes that it showed. */
  apply(): number;
}

/** Whoever wants to know what happens to the objects of a kind. Nothing here may throw but `list`, what the cluster throws. */
export interface Followed<T extends KubeObject> {
  list(signal: AbortSignal): Promise<Listed>;
  take(event: ObjectEvent<T>): void;
  /** The kind does not exist. */
  absent(): void;
  /** Something failed, and is tried again after `retryInMs`. */
  failed(error: unknown, retryInMs: number): void;
}

export interface FollowLoopOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
  /** How often everything is listed beside the watch, in milliseconds. Also the longest wait after failures. */
  readonly pollMs: number;
  /** How long to wait while the server refuses it again and again: without a right, say. Unless said, as after any failure. */
  readonly refusedMs?: number;
  /** After how many seconds the server ends each watch; 300 unless said. */
  readonly timeoutSeconds?: number;
  /** Where a listing that was made already leaves off, in place of the first one. */
  readonly from?: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A watch that ends sooner and said nothing counts as a failure, so that a broken server is not asked without a pause. */
const SHORTEST_WATCH_MS = 1_000;
/** The longest wait after failures, however seldom it is listed. */
const LONGEST_WAIT_MS = 60_000;

/**
 * Follows the objects of a kind until the signal ends it; then it resolves. It never gives up: it lists, watches with
 * bookmarks, lists anew after a 410 or a broken watch, backs off while something fails (Retry-After honoured), waits for a
 * kind that does not exist yet, and lists every `pollMs` as a second path, so that a watch which hears nothing any more is
 * found out.
 */
export async function follow<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind,
  options: FollowLoopOptions,
  followed: Followed<T>,
): Promise<void> {
  await new Follower(cluster, kind, options, followed).run();
}

class Follower<T extends KubeObject> {
  readonly #cluster: Cluster;
  readonly #kind: Kind;
  readonly #options: FollowLoopOptions;
  readonly #followed: Followed<T>;
  /** How many changes the watch has delivered: it hears while this grows. A bookmark proves only that somebody speaks. */
  #delivered = 0;
  #failures = 0;

  constructor(cluster: Cluster, kind: Kind, options: FollowLoopOptions, followed: Followed<T>) {
    this.#cluster = cluster;
    this.#kind = kind;
    this.#options = options;
    this.#followed = followed;
  }

  async run(): Promise<void> {
    const { clock, signal } = this.#options;
    let { from } = this.#options;
    let deliveredBefore = 0;
    while (!signal.aborted) {
      try {
        await this.#listAndWatch(from);
      } catch (error) {
        if (signal.aborted) return;
        this.#failures = this.#delivered > deliveredBefore ? 1 : this.#failures + 1;
        deliveredBefore = this.#delivered;
        await clock.sleep(this.#afterFailure(error), signal);
      }
      from = undefined;
    }
  }

  /** Lists, then watches again and again, until something fails or the signal ends it. */
  async #listAndWatch(start: string | undefined): Promise<void> {
    const { signal } = this.#options;
    let from = start;
    while (!signal.aborted) {
      if (from === undefined) {
        const listed = await this.#followed.list(signal);
        listed.apply();
        from = listed.resourceVersion;
      }
      from = await this.#watchOnce(from);
      this.#failures = 0;
    }
  }

  /** One watch with its poll beside it, until either ends. Gives the version to go on from; undefined where a listing is due. */
  async #watchOnce(from: string): Promise<string | undefined> {
    const { clock, signal } = this.#options;
    const either = new AbortController();
    const both = AbortSignal.any([signal, either.signal]);
    const end = () => either.abort();
    const startMs = clock.monotonicMs();
    const before = this.#delivered;
    const [watched, polled] = await Promise.allSettled([
      this.#watchFrom(from, both).finally(end),
      this.#pollBeside(both).finally(end),
    ]);
    if (watched.status === 'rejected') throw watched.reason;
    if (polled.status === 'rejected') throw polled.reason;
    if (polled.value) return undefined;
    if (this.#delivered === before && !signal.aborted && clock.monotonicMs() - startMs < SHORTEST_WATCH_MS) {
      throw new CompassError('ClusterUnavailable', `cannot watch ${this.#kind.plural}: the server ended it at once`);
    }
    return watched.value;
  }

  /** Watches from a version on until the watch ends. Gives the version reached. */
  async #watchFrom(from: string, signal: AbortSignal): Promise<string> {
    const {
      namespace,
      labelSelector = '',
      fieldSelector = '',
      metadataOnly = false,
      timeoutSeconds = 300,
    } = this.#options;
    let resourceVersion = from;
    const selection = { namespace, labelSelector, fieldSelector, metadataOnly };
    const watch = this.#cluster.watch<T>(this.#kind, { ...selection, timeoutSeconds, resourceVersion, signal });
    for await (const event of watch) {
      resourceVersion = this.#take(event);
    }
    return resourceVersion;
  }

  #take(event: WatchEvent<T>): string {
    if (event.type === 'bookmark') return event.resourceVersion;
    this.#delivered += 1;
    this.#followed.take(event);
    return event.object.metadata.resourceVersion ?? '';
  }

  /** Lists beside a watch, as a second path. Gives true when that showed what the watch did not: then the watch is deaf. */
  async #pollBeside(watch: AbortSignal): Promise<boolean> {
    const { clock, pollMs } = this.#options;
    for (;;) {
      await clock.sleep(pollMs, watch);
      if (watch.aborted) return false;
      const before = this.#delivered;
      try {
        const listed = await this.#followed.list(watch);
        // Events that came meanwhile may be newer than the listing, and prove that the watch hears.
        if (this.#delivered === before && listed.apply() > 0) return true;
      } catch (error) {
        if (watch.aborted) return false;
        throw error;
      }
    }
  }

  /** What a failure means: how long to wait before the next try. */
  #afterFailure(error: unknown): number {
    const { random } = this.#options;
    // An expired watch is the server's everyday way to ask for a new listing.
    if (hasReason(error, 'ClusterWatchExpired') && this.#failures === 1) return 0;
    const waitMs = this.#waitAfter(error);
    const askedMs = error instanceof CompassError ? askedWaitMs(error.retryAfterMs ?? 0, random) : 0;
    const retryInMs = Math.max(waitMs, askedMs);
    if (hasReason(error, 'NotInstalled')) this.#followed.absent();
    else this.#followed.failed(error, retryInMs);
    return retryInMs;
  }

  #waitAfter(error: unknown): number {
    const { random, pollMs, refusedMs } = this.#options;
    const longestMs = Math.min(pollMs, LONGEST_WAIT_MS);
    // Once may be a server that has not read its rules yet.
    const isRefused = this.#failures > 1 && hasReason(error, 'ClusterForbidden', 'ClusterRefused');
    if (isRefused && refusedMs !== undefined) return refusedMs * (1 - random() / 5);
    return backoffMs(this.#failures, random, { firstMs: 1_000, longestMs });
  }
}
