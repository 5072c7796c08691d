import type { StoredCredential } from '#common/pki/certificate.ts';
import { parseSubject } from '#common/pki/subject.ts';
import type { ConnectionContext } from './context.ts';
import { DocumentStore } from './document-store.ts';
import type { Journal } from './journal.ts';
import { memoryDocument } from './memory-document.ts';

/** Whether a token was spent for what the journal holds, so that nothing else may take its place. */
export function isPairingUnderWay(journal: Journal | undefined): boolean {
  return journal?.purpose === 'pair' && journal.phase !== 'prepared';
}

/**
 * The journal of a renewal while that of a pairing waits in its place: in memory alone, since a renewal spends nothing and is
 * begun again after a crash.
 */
export class Aside {
  #of: string | undefined;
  #journal = new DocumentStore(memoryDocument<Journal>());

  /** The context for a renewal of this credential. What another's renewal left is dropped. */
  contextFor(context: ConnectionContext, { fingerprint }: StoredCredential): ConnectionContext {
    if (!isPairingUnderWay(context.journal.value)) return context;
    if (this.#of !== fingerprint) this.#journal = new DocumentStore(memoryDocument<Journal>());
    this.#of = fingerprint;
    return { ...context, journal: this.#journal };
  }
}

interface Dates {
  readonly renewAt: number;
  readonly notAfter: number;
}

/**
 * From when on, in ms since the epoch, a credential may be renewed beside what the journal holds. A second token that waits
 * is made void by a renewal of its own identity, which has one slot for tokens: so that waits until half of the time is gone
 * that is left for it, and then gives what the token would have given.
 */
export function renewableFrom(
  journal: Journal | undefined,
  { commonName }: Pick<StoredCredential, 'commonName'>,
  { renewAt, notAfter }: Dates,
): number {
  const isTokenAtStake = journal?.purpose === 'pair' && journal.phase === 'configured';
  if (!isTokenAtStake) return renewAt;
  const asked = commonNameIn(journal.subject);
  const isAnothers = asked !== undefined && commonName !== undefined && asked !== commonName;
  return isAnothers ? renewAt : (renewAt + notAfter) / 2;
}

function commonNameIn(subject: string): string | undefined {
  try {
    return parseSubject(subject).commonName;
  } catch {
    return undefined;
  }
}
