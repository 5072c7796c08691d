import { backoffMs } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { SecretDocument, StoredDocument } from './secret-document.ts';

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
      if (hasReason(error, 'ClusterConflict')) this.#loaded = false;
      throw error;
    }
  }

  /**
   * For what cannot be had a second time: keeps trying, with back-off, for as long as the process lives.
   * `onFailure` is told of each failure.
   */
  async writeAtLast(value: T, clock: Clock, onFailure: (error: unknown) => void): Promise<void> {
    for (let failures = 1; ; failures++) {
      try {
        return await this.write(value);
      } catch (error) {
        if (!(error instanceof CompassError)) throw error;
        onFailure(error);
        await clock.sleep(backoffMs(failures, Math.random, { firstMs: 500, longestMs: 10_000 }));
      }
    }
  }

  async remove(): Promise<void> {
    await this.#document.remove();
    this.#stored = undefined;
    this.#loaded = true;
  }
}
