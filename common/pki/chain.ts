import type { X509Certificate } from 'node:crypto';
import { fingerprintOf } from './pem.ts';

/** Longer chains do not occur, and a circle of issuers must end. */
const LONGEST_CHAIN = 10;

/**
 * The chain from `leaf` upwards: each is followed by the one that signed it, as far as `pool` has them, whatever their
 * order there. It ends at a self-signed certificate, or where the issuer is missing; what does not belong is left out.
 */
export function orderChain(leaf: X509Certificate, pool: readonly X509Certificate[]): X509Certificate[] {
  const chain = [leaf];
  const used = new Set([fingerprintOf(leaf)]);
  while (chain.length < LONGEST_CHAIN) {
    const last = chain.at(-1) ?? leaf;
    const issuer = pool.find((candidate) => !used.has(fingerprintOf(candidate)) && isIssuedBy(last, candidate));
    if (!issuer) break;
    used.add(fingerprintOf(issuer));
    chain.push(issuer);
  }
  return chain;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
