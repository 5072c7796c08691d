import { backoffMs } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { SecretDocument, StoredDocument } from './secret-document.ts';

const RETRY = { firstMs: 500, longestMs: 10_000 };

export interface LastingWrite<T> {
  readonly clock: Clock;
  /** Whether what is stored is an earlier state of the same thing, and not what somebody else put in its place. */
  readonly isOwn: (stored: T) => boolean;
  readonly isOfUse: () => boolean;
  /** Told of each failure. */
  readonly onFailure: (error: CompassError) => void;
}

/**
 * A document of our own held in memory: read once, written when it changes. The Secret is ours alone, so memory and
 * cluster differ only if somebody edits or deletes it: an edit is a conflict and is read anew, a deletion is written back.
 */
export class DocumentStore<T> {
  readonly #document: SecretDocument<T>;
  #stored: StoredDocument<T> | undefined;
  #loaded = false;

  constructor(document: SecretDocument<T>) {
    this.#document = document;
  }

  /** Reads it unless that was done; throws what the cluster throws. */
  async load(): Promise<T | undefined> {
    if (!this.#loaded) {
      this.#stored = await this.#document.read();
      this.#loaded = true;
    }
    return this.#stored?.value;
  }

  /** Somebody else may have written it since: the next load() reads it anew. */
  forget(): void {
    this.#loaded = false;
  }

  /** What is in memory; undefined before load() and where there is none. */
  get value(): T | undefined {
    return this.#stored?.value;
  }

  /** Durable when it resolves. After a conflict nothing is written, and the next load() reads anew. */
  async write(value: T): Promise<void> {
    await this.load();
    try {
      this.#stored = await this.#document.write(value, this.#stored);
    } catch (error) {
      if (hasReason(error, 'ClusterNotFound') && this.#stored) {
        this.#stored = await this.#document.write(value, undefined);
        return;
      }
      // Where nobody knows what became of the write, what is there decides.
      const isUnknown = error instanceof CompassError && error.maybeDone;
      if (isUnknown || hasReason(error, 'ClusterConflict', 'ClusterAlreadyExists')) this.#loaded = false;
      throw error;
    }
  }

  /**
   * For what cannot be had a second time: keeps trying, with back-off, for as long as the process lives or it is of use.
   * False where it is not stored: it is of no use any more, or somebody else has gone on meanwhile.
   */
  async writeAtLast(value: T, { clock, isOwn, isOfUse, onFailure }: LastingWrite<T>): Promise<boolean> {
    for (let failures = 1; isOfUse(); failures++) {
      try {
        const stored = await this.load();
        if (stored !== undefined && !isOwn(stored)) return false;
        await this.write(value);
        return true;
      } catch (error) {
        if (!(error instanceof CompassError)) throw error;
        onFailure(error);
        await clock.sleep(backoffMs(failures, Math.random, RETRY));
      }
    }
    return false;
  }

  /** A write of it, without storing anything. Throws what the write would throw. */
  tryWrite(): Promise<void> {
    return this.#document.tryWrite();
  }

  async remove(): Promise<void> {
    await this.#document.remove();
    this.#stored = undefined;
    this.#loaded = true;
  }
}
