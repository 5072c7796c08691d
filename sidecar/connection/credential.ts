import { hasReason } from '#common/errors.ts';
import { readStored, type StoredCredential } from '#common/pki/certificate.ts';
import type { ConnectionContext } from './context.ts';
import { readPair, restorePair, type StoredPair } from './credential-store.ts';

/** The client Secret, judged: what can be used, or why not. */
export type CredentialJudgement =
  | { readonly usable: StoredCredential; readonly error?: undefined }
  | { readonly usable?: undefined; readonly error: unknown; readonly isAbsent: boolean };

/**
 * Keeps the last good pair in memory, so that a client Secret that somebody deletes or damages is written back as it was.
 */
export class CredentialKeeper {
  readonly #context: ConnectionContext;
  #kept: { readonly pair: StoredPair; readonly credential: StoredCredential } | undefined;

  constructor(context: ConnectionContext) {
    this.#context = context;
  }

  /** What was given up must not come back. */
  forget(): void {
    this.#kept = undefined;
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

  async #read(): Promise<CredentialJudgement> {
    const { cluster, config } = this.#context;
    const pair = await readPair(cluster, config);
    const judged = this.#judge(pair);
    if (pair && judged.usable) {
      this.#kept = { pair, credential: judged.usable };
      return judged;
    }
    return (await this.#restore()) ?? judged;
  }

  #judge(pair: StoredPair | undefined): CredentialJudgement {
    try {
      return { usable: readStored(pair ?? { crt: '', key: '', crtChain: '' }, this.#context.clock.now()) };
    } catch (error) {
      return { error, isAbsent: pair === undefined };
    }
  }

  async #restore(): Promise<CredentialJudgement | undefined> {
    const { cluster, config, clock, log } = this.#context;
    const kept = this.#kept;
    if (!kept || kept.credential.notAfter <= clock.now()) return undefined;
    const secret = `${config.clientSecret.namespace}/${config.clientSecret.name}`;
    try {
      await restorePair(cluster, config, kept.pair);
      log.warn('the client secret was deleted or damaged; it was written back from memory', { secret });
    } catch (error) {
      if (!hasReason(error, 'ClusterForbidden', 'ClusterRefused', 'ClusterNotFound')) throw error;
      log.warn('the client secret was deleted or damaged, and cannot be written back; the one in memory serves', {
        secret,
        error: error.message,
      });
    }
    return { usable: kept.credential };
  }
}
