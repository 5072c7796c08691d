import { hasReason } from '#common/errors.ts';
import { isWhole, pairOf, readStored, type StoredCredential } from '#common/pki/certificate.ts';
import type { ConnectionContext } from './context.ts';
import { readPair, restorePair, type StoredPair } from './credential-store.ts';

/** The client Secret, judged: what can be used, or why not. */
export type CredentialJudgement =
  | {
      readonly usable: StoredCredential;
      /** Set where the Secret was written back just now: why, for people. */
      readonly restored?: string;
      readonly error?: undefined;
    }
  | { readonly usable?: undefined; readonly error: unknown; readonly isAbsent: boolean };

interface Kept {
  readonly pair: StoredPair;
  readonly credential: StoredCredential;
}

const DAMAGED = 'was deleted or damaged';
const REFUSED = 'held a certificate that Compass refuses';

/**
 * Keeps the last good pair in memory, and the last one that Compass accepted, so that a client Secret that somebody
 * deletes, damages or replaces by one that is of no use is written back as it was.
 */
export class CredentialKeeper {
  readonly #context: ConnectionContext;
  #kept: Kept | undefined;
  #accepted: Kept | undefined;
  #details: string | undefined;
  /** Which pair could not be written back, so that it is said once. */
  #unwritable: string | undefined;

  constructor(context: ConnectionContext) {
    this.#context = context;
  }

  /** What stood beside the pair for readers when it was read last; undefined where nothing did. */
  get details(): string | undefined {
    return this.#details;
  }

  /** What was given up must not come back. */
  forget(): void {
    this.#kept = undefined;
    this.#accepted = undefined;
  }

  /** Reads and judges what is stored; throws only what the cluster throws. */
  async read(): Promise<CredentialJudgement> {
    try {
      return await this.#read();
    } catch (error) {
      if (hasReason(error, 'ForeignObject')) return { error, isAbsent: false };
      throw error;
    }
  }

  /** A new pair has been stored just now, and beside it what readers are to know. */
  keep(credential: StoredCredential, details?: string): void {
    this.#kept = { pair: { ...pairOf(credential), details }, credential };
  }

  /** Compass accepts the pair of this fingerprint; undefined where none is known to be accepted. */
  accept(fingerprint: string | undefined): void {
    if (this.#kept?.credential.fingerprint === fingerprint) this.#accepted = this.#kept;
  }

  /**
   * Compass refuses what is stored: where that took the place of a pair that it accepts (an old backup was restored), the
   * accepted one is written back. Undefined where there is none.
   */
  async afterRefusal(refused: string): Promise<CredentialJudgement | undefined> {
    const accepted = this.#accepted;
    this.#accepted = undefined;
    return accepted && accepted.credential.fingerprint !== refused ? this.#restore(accepted, REFUSED) : undefined;
  }

  async #read(): Promise<CredentialJudgement> {
    const { cluster, config } = this.#context;
    const pair = await readPair(cluster, config);
    this.#details = pair?.details;
    const judged = this.#judge(pair);
    const kept = this.#kept;
    if (pair && judged.usable) {
      const isDamaged = kept?.credential.fingerprint === judged.usable.fingerprint && !isWhole(pair, judged.usable);
      if (isDamaged) return (await this.#restore(kept, DAMAGED)) ?? judged;
      this.#kept = { pair, credential: judged.usable };
      this.#unwritable = undefined;
      return judged;
    }
    return (kept && (await this.#restore(kept, DAMAGED))) ?? judged;
  }

  #judge(pair: StoredPair | undefined): CredentialJudgement {
    try {
      return { usable: readStored(pair ?? { crt: '', key: '', crtChain: '' }, this.#context.compassTime.now()) };
    } catch (error) {
      return { error, isAbsent: pair === undefined };
    }
  }

  async #restore({ pair, credential }: Kept, why: string): Promise<CredentialJudgement | undefined> {
    const { cluster, config, compassTime, log } = this.#context;
    if (credential.notAfter <= compassTime.now()) return undefined;
    const secret = `${config.clientSecret.namespace}/${config.clientSecret.name}`;
    try {
      await restorePair(cluster, config, pair);
    } catch (error) {
      if (!hasReason(error, 'ClusterForbidden', 'ClusterRefused', 'ClusterNotFound')) throw error;
      if (this.#unwritable !== credential.fingerprint) {
        log.warn(`the client secret ${why}, and cannot be written back; the one in memory serves`, {
          secret,
          error: error.message,
        });
      }
      this.#unwritable = credential.fingerprint;
      return { usable: credential };
    }
    this.#kept = { pair, credential };
    log.warn(`the client secret ${why}; it was written back from memory`, { secret });
    return { usable: credential, restored: `the client secret ${secret} ${why}; it was written back from memory` };
  }
}
