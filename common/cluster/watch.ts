import type { Clock } from '../clock.ts';
import type { Cluster } from './cluster.ts';
import { type Followed, follow } from './follow.ts';
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

/**
 * Keeps watching the objects of a kind until the signal ends it; then it resolves. It tells each change once, whether it was
 * listed or watched. See `follow` for what it survives.
 */
export async function keepWatching<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind,
  { onEvent, pollMs = 60_000, ...options }: FollowOptions<T>,
): Promise<void> {
  const { namespace, labelSelector = '', fieldSelector = '' } = options;
  const known = new Known<T>();
  let installed = true;
  const tell = (changes: readonly Change<T>[]): number => {
    for (const change of changes) onEvent(change);
    return changes.length;
  };
  const sync = (items: readonly T[], isInstalled: boolean): number => {
    const changes = tell(known.replace(items));
    installed = isInstalled;
    onEvent({ type: 'synced', count: items.length, installed });
    return changes;
  };
  const followed: Followed<T> = {
    async list(signal) {
      const items: T[] = [];
      let resourceVersion = '';
      const pages = cluster.listPages<T>(kind, { namespace, labelSelector, fieldSelector, signal });
      for await (const page of pages) {
        items.push(...page.items);
        resourceVersion = page.resourceVersion;
      }
      return { resourceVersion, apply: () => sync(items, true) };
    },
    take({ type, object }) {
      tell(type === 'deleted' ? known.remove(object) : known.put(object));
    },
    absent() {
      if (installed) sync([], false);
    },
    failed: (error, retryInMs) => onEvent({ type: 'failed', error, retryInMs }),
  };
  await follow(cluster, kind, { ...options, pollMs }, followed);
}
