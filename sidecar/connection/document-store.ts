import { backoffMs } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { SecretDocument, StoredDocument } from './secret-document.ts';

const RETRY = { firstMs: 500, longestMs: 10_000 };

export interface LastingWrite<T> {
  readonly clock: Clock;
  /** Whether what is stored is an earlier state of the same thing, and not what somebody else put in its place. */
  readonly isOwn: (stored: T) => boolean;
  /** Whether it may be stored where nothing is, which may be somebody else's doing. Throws what the cluster throws. */
  readonly mayBeFirst?: () => Promise<boolean>;
  readonly isOfUse: () => boolean;
  /** Told of each failure. */
  readonly onFailure: (error: CompassError) => Promise<void>;
}

/**
 * A document of our own held in memory: read once, written when it changes. The Secret is ours alone, so memory and
 * cluster differ only if somebody edits or deletes it: an edit is a conflict and is read anew, a deletion is written back.
 */
export class DocumentStore<T> {
  readonly #document: SecretDocument<T>;
  #stored: StoredDocument<T> | undefined;
  #loaded = false;
  #isFound = false;

  constructor(document: SecretDocument<T>) {
    this.#document = document;
  }

  /** Reads it unless that was done; throws what the cluster throws. */
  async load(): Promise<T | undefined> {
    if (!this.#loaded) {
      this.#stored = await this.#document.read();
      this.#loaded = true;
      this.#isFound = true;
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

  /** What is in memory was read, not written by this process, which so does not know what was done after it was written. */
  get isFound(): boolean {
    return this.#isFound;
  }

  /** Durable when it resolves. After a conflict nothing is written, and the next load() reads anew. */
  async write(value: T): Promise<void> {
    await this.load();
    try {
      await this.#put(value);
    } catch (error) {
      if (!hasReason(error, 'ClusterNotFound') || !this.#stored) throw error;
      this.#stored = undefined;
      await this.#put(value);
    }
  }

  async #put(value: T): Promise<void> {
    try {
      this.#stored = await this.#document.write(value, this.#stored);
      this.#isFound = false;
    } catch (error) {
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
  async writeAtLast(value: T, lasting: LastingWrite<T>): Promise<boolean> {
    const { clock, isOfUse } = lasting;
    for (let failures = 1; isOfUse(); failures++) {
      const tried = await this.#putIfOwn(value, lasting);
      if (typeof tried === 'boolean') return tried;
      await lasting.onFailure(tried);
      // What somebody else has made of it decides, and is read at once.
      if (this.#loaded || failures > 1) await clock.sleep(backoffMs(failures, Math.random, RETRY));
    }
    return false;
  }

  /** Whether it was stored, or the failure that is to be tried again. */
  async #putIfOwn(value: T, lasting: LastingWrite<T>): Promise<boolean | CompassError> {
    try {
      if (!(await this.#mayPut(lasting))) return false;
      await this.#put(value);
      return true;
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      if (error.reason === 'ClusterNotFound') this.#loaded = false;
      return error;
    }
  }

  async #mayPut({ isOwn, mayBeFirst = () => Promise.resolve(true) }: LastingWrite<T>): Promise<boolean> {
    const stored = await this.load();
    return stored === undefined ? mayBeFirst() : isOwn(stored);
  }

  /** A write of it, without storing anything. Throws what the write would throw. */
  tryWrite(): Promise<void> {
    return this.#document.tryWrite();
  }

  /** Takes away what was read, and nothing that somebody wrote since: that is a ClusterConflict, and the next load() reads it. */
  async remove(): Promise<void> {
    await this.load();
    try {
      await this.#document.remove(this.#stored);
      this.#stored = undefined;
    } catch (error) {
      this.#loaded = false;
      throw error;
    }
  }
}
