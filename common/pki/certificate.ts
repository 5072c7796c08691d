import { createPrivateKey, type X509Certificate } from 'node:crypto';
import type { ClientCredential } from '../compass/endpoint.ts';
import { CompassError } from '../errors.ts';
import { Sensitive } from '../sensitive.ts';
import { orderChain } from './chain.ts';
import { commonNameOf, fingerprintOf, joinPem, readPem } from './pem.ts';

/** What the client Secret holds, as it is. */
export interface StoredPair {
  readonly crt: string;
  readonly key: string;
  readonly crtChain: string;
}

/** A credential that can be presented, and what its certificate says. Times in milliseconds since the epoch. */
export interface StoredCredential extends ClientCredential {
  readonly notBefore: number;
  readonly notAfter: number;
  /** The earliest end in the whole chain: with an expired CA in it the certificate is of no use either. */
  readonly chainNotAfter: number;
  /** The client id, as Compass knows it. */
  readonly commonName: string | undefined;
  readonly notYetValid: boolean;
}

/**
 * Judges the client Secret's content. The chain is brought into order, leaf first; one that lacks its CAs still serves.
 * Throws InvalidCredential where something is missing, unreadable or no pair, and CertificateExpired.
 */
export function readStored(pair: StoredPair, now: number): StoredCredential {
  const leaf = requireLeaf(pair);
  const notAfter = leaf.validToDate.getTime();
  if (notAfter <= now) {
    throw new CompassError(
      'CertificateExpired',
      `the client certificate has expired since ${leaf.validToDate.toISOString()}`,
    );
  }
  const chain = orderChain(leaf, readPem(pair.crtChain).certificates);
  const notBefore = leaf.validFromDate.getTime();
  return {
    certificateChain: joinPem(chain),
    key: new Sensitive(pair.key),
    fingerprint: fingerprintOf(leaf),
    notBefore,
    notAfter,
    chainNotAfter: Math.min(...chain.map((certificate) => certificate.validToDate.getTime())),
    commonName: commonNameOf(leaf),
    notYetValid: notBefore > now,
  };
}

/** The Secret's content for a credential, as installing it wrote it. */
export function pairOf({ certificateChain, key }: StoredCredential): StoredPair {
  const crt = joinPem(readPem(certificateChain).certificates.slice(0, 1));
  return { crt, key: key.reveal(), crtChain: certificateChain };
}

/** Whether each of the Secret's keys holds what it should for this credential: certificate and chain begin with its leaf. */
export function isWhole(
  { crt, crtChain }: StoredPair,
  { fingerprint }: Pick<StoredCredential, 'fingerprint'>,
): boolean {
  return [crt, crtChain].every((pem) => {
    const [first] = readPem(pem).certificates;
    return first !== undefined && fingerprintOf(first) === fingerprint;
  });
}

function requireLeaf({ crt, key, crtChain }: StoredPair): X509Certificate {
  const invalid = (what: string) => new CompassError('InvalidCredential', `the client credentials: ${what}`);
  if (key.trim() === '') throw invalid('there is no key');
  if (crt.trim() === '' && crtChain.trim() === '') throw invalid('there is no certificate');
  const candidates = [...readPem(crt).certificates, ...readPem(crtChain).certificates];
  if (candidates.length === 0) throw invalid('the certificate is no certificate in PEM');
  const leaf = candidates.find((certificate) => isPair(certificate, key));
  if (leaf === undefined) throw invalid('key and certificate are no pair, or the key cannot be read');
  return leaf;
}

/** Whether the certificate is of this private key (PEM). */
export function isPair(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/**
 * The roots of two PEM texts without repetition, `fresh` first: old and new serve together while a CA changes. `present` comes
 * back as it is where it has all of `fresh` already, so that nothing is written needlessly.
 */
export function joinRoots(fresh: string, present: string): string {
  const old = readPem(present).certificates;
  const known = new Set(old.map(fingerprintOf));
  const added = readPem(fresh).certificates.filter((certificate) => !known.has(fingerprintOf(certificate)));
  return added.length === 0 ? present : joinPem([...added, ...old]);
}
