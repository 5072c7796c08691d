import type { Cluster } from '#common/cluster/cluster.ts';
import { type FollowLoopOptions, follow, type ObjectEvent } from '#common/cluster/follow.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import type { KeptKind } from './kept-kind.ts';

/** So many events of one kind between two rounds are told one by one; a list of metadata tells of more of them at less cost. */
const MOST_EVENTS = 500;

export type RestingWatchOptions = Pick<
  FollowLoopOptions,
  'pollMs' | 'refusedMs' | 'clock' | 'random' | 'signal' | 'metadataOnly'
>;

/**
 * The watch of a kind that is kept. It rests after too many events: a round that writes thousands of objects would hear of
 * each of them what it knows, while it is busy. Before the next round a list of metadata tells what it missed, and it goes on
 * from there.
 */
export class RestingWatch {
  readonly #cluster: Cluster;
  readonly #kept: KeptKind;
  readonly #options: RestingWatchOptions;
  #from = '';
  #events = 0;
  #following: AbortController | undefined;
  #isResting = false;

  constructor(cluster: Cluster, kept: KeptKind, options: RestingWatchOptions) {
    this.#cluster = cluster;
    this.#kept = kept;
    this.#options = options;
  }

  /** Everything was read whole in that version: what came before does not matter any more. */
  readAt(resourceVersion: string): void {
    if (this.#following) return;
    this.#from = resourceVersion;
    this.#isResting = false;
  }

  /** Learns what came while it rested; false where there is no right to. Throws CompassError. */
  async catchUp(signal: AbortSignal = new AbortController().signal): Promise<boolean> {
    this.#events = 0;
    if (!this.#isResting) return true;
    try {
      const listed = await this.#kept.list(signal);
      listed.apply();
      this.readAt(listed.resourceVersion);
      return true;
    } catch (error) {
      if (hasReason(error, 'ClusterForbidden')) return false;
      throw error;
    }
  }

  /** Watches, unless it does already or is to catch up first; resolves when that is over. */
  async watch(): Promise<void> {
    const { signal } = this.#options;
    if (this.#following || this.#isResting || signal.aborted) return;
    const following = new AbortController();
    this.#following = following;
    this.#kept.begin();
    const { kind, namespace, labelSelector = '' } = this.#kept.objects;
    const either = AbortSignal.any([signal, following.signal]);
    const options = { ...this.#options, namespace, labelSelector, from: this.#from, signal: either };
    await follow(this.#cluster, kind, options, {
      list: (aborting) => this.#kept.list(aborting),
      take: (event) => this.#take(event),
      absent: () => this.#kept.absent(),
      failed: (error, retryInMs) => this.#kept.failed(error, retryInMs),
    });
  }

  #take(event: ObjectEvent<KubeObject>): void {
    this.#kept.take(event);
    this.#events += 1;
    if (this.#events <= MOST_EVENTS) return;
    this.#isResting = true;
    this.#following?.abort();
    this.#following = undefined;
  }
}
