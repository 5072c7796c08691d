import type { Followed, Listed, ObjectEvent } from '#common/cluster/follow.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { hasReason, reasonOf } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import { concurrently } from './concurrently.ts';
import { Marks } from './marks.ts';

/** Objects a page of a poll: metadata only. */
const POLL_PAGE = 500;
/** Up to so many objects of a kind are read one by one, more of them by lists. */
const MOST_READ_SINGLY = 200;
const CONCURRENT_READS = 4;

/** A kind of objects that is kept, and where its records are. */
export interface KeptObjects<T extends KubeObject> {
  readonly kind: Kind;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  /** The version that is known of an object; undefined where none is. */
  versionOf(name: string): string | undefined;
  names(): Iterable<string>;
  /** Takes an object as it was read; undefined where there is none. */
  put(name: string, found: T | undefined): void;
}

/** Lists the metadata of the objects of a kind, page by page. */
export type ListMetadata = (signal: AbortSignal, pageSize: number) => AsyncIterable<MetadataPage>;

interface MetadataPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
}

export interface KeptKindOptions<T extends KubeObject> {
  readonly objects: KeptObjects<T>;
  readonly list: ListMetadata;
  /** Reads one object, whole. */
  readonly find: (name: string, signal: AbortSignal | undefined) => Promise<T | undefined>;
  readonly log: Log;
}

/** One kind of objects that is kept, as a watch of its metadata and the rounds see it. */
export class KeptKind<T extends KubeObject = KubeObject> implements Followed<KubeObject> {
  readonly objects: KeptObjects<T>;
  readonly #options: KeptKindOptions<T>;
  readonly #marks: Marks;
  #isSound = false;
  #failure: string | undefined;
  #isRefused = false;

  constructor(options: KeptKindOptions<T>) {
    this.objects = options.objects;
    this.#options = options;
    this.#marks = new Marks((name) => options.objects.versionOf(name), MOST_READ_SINGLY);
  }

  /** Whether nothing has failed since everything was listed: what is not marked is as it is known. */
  get isSound(): boolean {
    return this.#isSound;
  }

  /** Everything is about to be read whole: what is told from now on is compared with that. */
  readAnew(): void {
    this.#marks.clear();
  }

  /** A watch begins where everything was read whole. */
  begin(): void {
    this.#isSound = true;
  }

  /**
   * Reads what was marked; false where that is too much, or there is no right to. What could not be read is marked as before.
   * Throws CompassError.
   */
  async refresh(signal: AbortSignal | undefined): Promise<boolean> {
    const names = this.#marks.take();
    if (!names) return false;
    const left = new Set(names);
    try {
      await concurrently(names, CONCURRENT_READS, async (name) => {
        if (await this.#read(name, signal)) left.delete(name);
      });
      return true;
    } catch (error) {
      if (hasReason(error, 'ClusterForbidden')) return false;
      throw error;
    } finally {
      for (const name of left) this.#marks.putBack(name);
    }
  }

  async list(signal: AbortSignal): Promise<Listed> {
    const listed = new Set<string>();
    let resourceVersion = '';
    let news = 0;
    for await (const page of this.#options.list(signal, POLL_PAGE)) {
      resourceVersion = page.resourceVersion;
      for (const { metadata } of page.items) {
        listed.add(metadata.name);
        if (this.#marks.note(metadata.name, metadata.resourceVersion ?? '', false)) news += 1;
      }
    }
    return { resourceVersion, apply: () => news + this.#conclude(listed, resourceVersion) };
  }

  take({ type, object: { metadata } }: ObjectEvent<KubeObject>): void {
    this.#failure = undefined;
    this.#marks.note(metadata.name, metadata.resourceVersion ?? '', type === 'deleted');
  }

  absent(): void {
    this.#isSound = false;
  }

  /** One line for each new reason: an API server that is away for an hour, or a right that is wanting, is not told again. */
  failed(error: unknown, retryInMs: number): void {
    this.#isSound = false;
    const reason = reasonOf(error);
    if (reason === this.#failure) return;
    this.#failure = reason;
    this.#isRefused = hasReason(error, 'ClusterForbidden', 'ClusterRefused');
    const fields = { kind: this.objects.kind.kind, retryInMs, ...errorFields(error) };
    this.#options.log.warn('a watch failed and is tried again; until then everything is listed in each round', fields);
  }

  /** What a complete listing does not have is gone, unless it is newer. */
  #conclude(listed: ReadonlySet<string>, version: string): number {
    let news = 0;
    for (const name of this.objects.names()) {
      if (!listed.has(name) && this.#marks.note(name, version, true)) news += 1;
    }
    this.#isSound = true;
    // Who may list may not watch for that.
    if (!this.#isRefused) this.#failure = undefined;
    return news;
  }

  /** False where a write of ours came between: it may be newer than what was read. */
  async #read(name: string, signal: AbortSignal | undefined): Promise<boolean> {
    const { versionOf, put } = this.objects;
    const before = versionOf(name);
    const found = await this.#options.find(name, signal);
    if (versionOf(name) !== before) return false;
    put(name, found);
    return true;
  }
}
