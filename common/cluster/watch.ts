import { askedWaitMs, backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import { CompassError, hasReason } from '../errors.ts';
import type { Cluster, WatchEvent } from './cluster.ts';
import { type Change, Known } from './known.ts';
import type { Kind, KubeObject } from './objects.ts';

/** What happens to the objects of a kind, as one who keeps watching sees it. */
export type FollowEvent<T> =
  | Change<T>
  /** A complete listing went through; comes after the changes that it showed. Not `installed`: the kind does not exist. */
  | { readonly type: 'synced'; readonly count: number; readonly installed: boolean }
  /** Something failed, and is tried again after `retryInMs`. */
  | { readonly type: 'failed'; readonly error: unknown; readonly retryInMs: number };

export interface FollowOptions<T> {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** How often everything is listed beside the watch, in milliseconds; 60 s unless said. Also the longest wait after failures. */
  readonly pollMs?: number;
  /** After how many seconds the server ends each watch; 300 unless said. */
  readonly timeoutSeconds?: number;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told of everything in order, one at a time. It must not throw, and should take note and return. */
  readonly onEvent: (event: FollowEvent<T>) => void;
}

/** A watch that ends sooner and said nothing counts as a failure, so that a broken server is not asked without a pause. */
const SHORTEST_WATCH_MS = 1_000;

interface Follower<T extends KubeObject> {
  readonly cluster: Cluster;
  readonly kind: Kind;
  readonly options: FollowOptions<T>;
  readonly known: Known<T>;
  readonly pollMs: number;
  /** How many changes the watch has delivered: it hears while this grows. A bookmark proves only that somebody speaks. */
  delivered: number;
  installed: boolean;
}

function selectionOf<T>({ namespace, labelSelector = '', fieldSelector = '' }: FollowOptions<T>) {
  return { namespace, labelSelector, fieldSelector };
}

function tell<T extends KubeObject>(follower: Follower<T>, changes: readonly Change<T>[]): void {
  for (const change of changes) follower.options.onEvent(change);
}

async function listAll<T extends KubeObject>({ cluster, kind, options }: Follower<T>, signal: AbortSignal) {
  const items: T[] = [];
  let resourceVersion = '';
  for await (const page of cluster.listPages<T>(kind, { ...selectionOf(options), signal })) {
    items.push(...page.items);
    resourceVersion = page.resourceVersion;
  }
  return { items, resourceVersion };
}

/** Takes a listing as the truth and tells what it changed. Gives the number of changes. */
function sync<T extends KubeObject>(follower: Follower<T>, items: readonly T[], installed: boolean): number {
  const changes = follower.known.replace(items);
  tell(follower, changes);
  follower.installed = installed;
  follower.options.onEvent({ type: 'synced', count: items.length, installed });
  return changes.length;
}

/** Lists beside a watch, as a second path. Gives true when that showed what the watch did not: then the watch is deaf. */
async function pollBeside<T extends KubeObject>(follower: Follower<T>, watch: AbortSignal): Promise<boolean> {
  for (;;) {
    await follower.options.clock.sleep(follower.pollMs, watch);
    if (watch.aborted) return false;
    const before = follower.delivered;
    try {
      const { items } = await listAll(follower, watch);
      // Events that came meanwhile may be newer than the listing, and prove that the watch hears.
      if (follower.delivered === before && sync(follower, items, true) > 0) return true;
    } catch (error) {
      if (watch.aborted) return false;
      throw error;
    }
  }
}

function take<T extends KubeObject>(follower: Follower<T>, event: WatchEvent<T>): void {
  if (event.type === 'bookmark') return;
  follower.delivered += 1;
  tell(follower, event.type === 'deleted' ? follower.known.remove(event.object) : follower.known.put(event.object));
}

/** Watches from a version on until the watch ends. Gives the version reached. */
async function watchFrom<T extends KubeObject>(follower: Follower<T>, from: string, signal: AbortSignal) {
  const { cluster, kind, options } = follower;
  const { timeoutSeconds = 300 } = options;
  let resourceVersion = from;
  const watch = cluster.watch<T>(kind, { ...selectionOf(options), timeoutSeconds, resourceVersion, signal });
  for await (const event of watch) {
    take(follower, event);
    resourceVersion = event.type === 'bookmark' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? '');
  }
  return resourceVersion;
}

/** One watch with its poll beside it, until either ends. Gives the version to go on from; undefined where a listing is due. */
async function watchOnce<T extends KubeObject>(follower: Follower<T>, from: string): Promise<string | undefined> {
  const { clock, signal } = follower.options;
  const either = new AbortController();
  const both = AbortSignal.any([signal, either.signal]);
  const end = () => either.abort();
  const startMs = clock.monotonicMs();
  const before = follower.delivered;
  const [watched, polled] = await Promise.allSettled([
    watchFrom(follower, from, both).finally(end),
    pollBeside(follower, both).finally(end),
  ]);
  if (watched.status === 'rejected') throw watched.reason;
  if (polled.status === 'rejected') throw polled.reason;
  if (polled.value) return undefined;
  if (follower.delivered === before && !signal.aborted && clock.monotonicMs() - startMs < SHORTEST_WATCH_MS) {
    throw new CompassError('ClusterUnavailable', `cannot watch ${follower.kind.plural}: the server ended it at once`);
  }
  return watched.value;
}

/** Lists, then watches again and again, until something fails or the signal ends it. */
async function listAndWatch<T extends KubeObject>(follower: Follower<T>, onProgress: () => void): Promise<void> {
  const { signal } = follower.options;
  let from: string | undefined;
  while (!signal.aborted) {
    if (from === undefined) {
      const { items, resourceVersion } = await listAll(follower, signal);
      sync(follower, items, true);
      from = resourceVersion;
    }
    from = await watchOnce(follower, from);
    onProgress();
  }
}

/** What a failure means: how long to wait before the next try. */
function afterFailure<T extends KubeObject>(follower: Follower<T>, error: unknown, failures: number): number {
  const { random, onEvent } = follower.options;
  // An expired watch is the server's everyday way to ask for a new listing.
  if (hasReason(error, 'ClusterWatchExpired') && failures === 1) return 0;
  const waitMs = backoffMs(failures, random, { firstMs: 1_000, longestMs: follower.pollMs });
  const retryInMs = Math.max(waitMs, error instanceof CompassError ? askedWaitMs(error.retryAfterMs ?? 0, random) : 0);
  if (!hasReason(error, 'NotInstalled')) onEvent({ type: 'failed', error, retryInMs });
  else if (follower.installed) sync(follower, [], false);
  return retryInMs;
}

/**
 * Keeps watching the objects of a kind until the signal ends it; then it resolves. It never gives up: it lists by pages,
 * watches with bookmarks, lists anew after a 410 or a broken watch, backs off while something fails (Retry-After
 * honoured), waits for a kind that does not exist yet, and lists every `pollMs` as a second path, so that a watch which
 * hears nothing any more is found out.
 */
export async function keepWatching<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind,
  options: FollowOptions<T>,
): Promise<void> {
  const { clock, signal, pollMs = 60_000 } = options;
  const follower: Follower<T> = { cluster, kind, options, known: new Known(), pollMs, delivered: 0, installed: true };
  let failures = 0;
  let deliveredBefore = 0;
  while (!signal.aborted) {
    try {
      await listAndWatch(follower, () => {
        failures = 0;
      });
    } catch (error) {
      if (signal.aborted) return;
      failures = follower.delivered > deliveredBefore ? 1 : failures + 1;
      deliveredBefore = follower.delivered;
      await clock.sleep(afterFailure(follower, error, failures), signal);
    }
  }
}
