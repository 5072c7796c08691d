import type { X509Certificate } from 'node:crypto';
import type { CertificationResult } from '../compass/connector.ts';
import { CompassError } from '../errors.ts';
import type { Sensitive } from '../sensitive.ts';
import { isPair } from './certificate.ts';
import { orderChain } from './chain.ts';
import { commonNameOf, fingerprintOf, joinPem, type PemContent, readPem } from './pem.ts';
import type { Subject } from './subject.ts';

/** A certificate that was judged to fit what was asked for. Times in milliseconds since the epoch. */
export interface IssuedCertificate {
  readonly leafPem: string;
  /** Leaf first, then each one's issuer. */
  readonly chainPem: string;
  /** The CA's certificates, to be trusted by others. */
  readonly caPem: string;
  readonly fingerprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Its time begins later, by our clock: one call shows whether the other side's clock agrees. */
  readonly notYetValid: boolean;
  /** What is unusual, and no reason to refuse it. */
  readonly warnings: readonly string[];
}

const LONGEST_LIFETIME_MS = 5 * 365 * 24 * 3_600_000;

/**
 * Judges what the Connector signed, before any of it is stored. Certificates in a wrong order are put right, and blocks that
 * are no certificates left out. Throws InvalidCertificate where it does not fit: not ours (key, CN), not one chain, expired.
 */
export function judgeIssued(
  answer: CertificationResult,
  asked: { readonly key: Sensitive; readonly subject: Subject; readonly now: number },
): IssuedCertificate {
  const client = readField(answer.clientCertificate, 'clientCertificate');
  const chainField = readField(answer.certificateChain, 'certificateChain');
  const ca = readField(answer.caCertificate, 'caCertificate');
  const leaf = requireOwn(client.certificates, asked.key);
  requireFit(leaf, chainField.certificates, asked.subject, asked.now);
  const chain = orderChain(leaf, [...chainField.certificates, ...ca.certificates]);
  if (chain.length === 1) throw invalid('its issuer is neither in certificateChain nor in caCertificate');
  const notBefore = leaf.validFromDate.getTime();
  return {
    leafPem: joinPem([leaf]),
    chainPem: joinPem(chain),
    caPem: joinPem(ca.certificates),
    fingerprint: fingerprintOf(leaf),
    notBefore,
    notAfter: leaf.validToDate.getTime(),
    notYetValid: notBefore > asked.now,
    warnings: [...unusual(leaf, chain, asked.now), ...leftOut(chainField, chain)],
  };
}

function readField(pem: string, field: string): PemContent {
  const content = readPem(pem);
  if (content.unreadable > 0) throw invalid(`${field} holds a certificate that cannot be read`);
  if (content.certificates.length === 0) throw invalid(`${field} holds no certificate`);
  return content;
}

function requireOwn(certificates: readonly X509Certificate[], key: Sensitive): X509Certificate {
  const own = certificates.find((certificate) => isPair(certificate, key.reveal()));
  if (own === undefined) throw invalid('it is not for the key that was sent');
  return own;
}

function requireFit(leaf: X509Certificate, chain: readonly X509Certificate[], subject: Subject, now: number): void {
  const fingerprint = fingerprintOf(leaf);
  if (!chain.some((certificate) => fingerprintOf(certificate) === fingerprint)) {
    throw invalid('clientCertificate is not in certificateChain');
  }
  const commonName = commonNameOf(leaf);
  if (commonName !== subject.commonName) {
    throw invalid(`its CN is ${JSON.stringify(commonName ?? '')}, not ${JSON.stringify(subject.commonName)}`);
  }
  if (leaf.validToDate.getTime() <= now) throw invalid(`it has expired since ${leaf.validToDate.toISOString()}`);
}

function unusual(leaf: X509Certificate, chain: readonly X509Certificate[], now: number): string[] {
  const warnings: string[] = [];
  const from = leaf.validFromDate;
  if (from.getTime() > now) warnings.push(`it is not valid before ${from.toISOString()}, by our clock`);
  if (leaf.validToDate.getTime() - from.getTime() > LONGEST_LIFETIME_MS) {
    warnings.push(`it is valid until ${leaf.validToDate.toISOString()}, unusually long`);
  }
  const expired = chain.slice(1).filter((issuer) => issuer.validToDate.getTime() <= now);
  for (const issuer of expired) {
    warnings.push(`a CA in its chain has expired since ${issuer.validToDate.toISOString()}`);
  }
  return warnings;
}

function leftOut({ certificates, others }: PemContent, chain: readonly X509Certificate[]): string[] {
  const kept = new Set(chain.map(fingerprintOf));
  const foreign = certificates.filter((certificate) => !kept.has(fingerprintOf(certificate))).length;
  return [
    ...(foreign > 0 ? [`certificateChain holds ${foreign} more that do not belong to it; left out`] : []),
    ...(others.length > 0
      ? [`certificateChain holds blocks that are no certificates (${others.join(', ')}); left out`]
      : []),
  ];
}

function invalid(what: string): CompassError {
  return new CompassError('InvalidCertificate', `the certificate that Compass issued: ${what}`);
}
