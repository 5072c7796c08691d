import { type Log, silentLog } from '#common/log.ts';

/**
 * Remembers what the API server made of an object that it did not keep as it was written: an admission webhook changed
 * it, or an older CRD pruned it. Writing the same again would only be altered again, at every round.
 */
export class Alterations {
  readonly #log: Log;
  readonly #altered = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** As much as is known now, for a round that only plans: what it learns stays there. */
  copy(): Alterations {
    const copy = new Alterations(silentLog);
    for (const [object, digests] of this.#altered) copy.#altered.set(object, digests);
    return copy;
  }

  /** Whether an object with the digest `kept` is what became of one that was written with the digest `wanted`. */
  isExpected(object: string, wanted: string, kept: string): boolean {
    return wanted === kept || this.#altered.get(object) === `${wanted} ${kept}`;
  }

  /** Takes down what was written, and what was kept of it. */
  record(object: string, wanted: string, kept: string): void {
    if (wanted === kept) this.#altered.delete(object);
    else {
      this.#altered.set(object, `${wanted} ${kept}`);
      this.#log.warn('the API server keeps something else than was written', { object });
    }
  }
}
