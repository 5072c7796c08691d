import type { ObjectRef } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';

/** An object as it would be by now. */
export interface Draft {
  /** Whether the cluster has this object, none of the name, or another one that would be gone by now. */
  readonly origin: 'live' | 'new' | 'replacement';
  /** Undefined where it would be gone, and of the oldest where all of them are too many to keep. */
  readonly object: KubeObject | undefined;
  readonly isGone: boolean;
}

/** What the objects may weigh that are kept whole, as JSON: a sidecar has little memory. */
const MOST_BYTES = 8 * 1024 * 1024;

/** The objects that a plan has written so far, the latest ones whole: an Application's writes follow one another. */
export class Drafts {
  readonly #drafts = new Map<string, Draft>();
  readonly #bytes = new Map<string, number>();
  readonly #mostBytes: number;
  #total = 0;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  get(ref: ObjectRef): Draft | undefined {
    return this.#drafts.get(keyOf(ref));
  }

  put(ref: ObjectRef, object: KubeObject, origin: Draft['origin']): void {
    const key = keyOf(ref);
    this.#forgetBytes(key);
    this.#drafts.set(key, { origin, object, isGone: false });
    const bytes = JSON.stringify(object).length;
    this.#bytes.set(key, bytes);
    this.#total += bytes;
    for (const oldest of this.#bytes.keys()) {
      if (this.#total <= this.#mostBytes || oldest === key) return;
      this.#forgetBytes(oldest);
      this.#drafts.set(oldest, {
        origin: this.#drafts.get(oldest)?.origin ?? 'live',
        object: undefined,
        isGone: false,
      });
    }
  }

  remove(ref: ObjectRef): void {
    const key = keyOf(ref);
    this.#forgetBytes(key);
    if (this.#drafts.get(key)?.origin === 'new') this.#drafts.delete(key);
    else this.#drafts.set(key, { origin: 'live', object: undefined, isGone: true });
  }

  #forgetBytes(key: string): void {
    this.#total -= this.#bytes.get(key) ?? 0;
    this.#bytes.delete(key);
  }
}

function keyOf({ kind, namespace = '', name }: ObjectRef): string {
  return `${kind.plural} ${namespace}/${name}`;
}
