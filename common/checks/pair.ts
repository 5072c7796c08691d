import type { X509Certificate } from 'node:crypto';
import { CompassError, messageOf, reasonOf } from '../errors.ts';
import { readStored, type StoredCredential, type StoredPair } from '../pki/certificate.ts';
import { orderChain } from '../pki/chain.ts';
import { fingerprintOf, readPem } from '../pki/pem.ts';
import type { Finding } from './finding.ts';

/** Whether key and certificate are a pair; gives the credential, where it can be used. */
export function checkPair(
  pair: StoredPair,
  now: number,
): { readonly finding: Finding; readonly credential?: StoredCredential } {
  const base = { category: 'identity', name: 'key' } as const;
  try {
    const credential = readStored(pair, now);
    return { finding: { ...base, status: 'ok', message: 'key matches certificate' }, credential };
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    // Whether it has expired is another question than whether it is a pair.
    if (error.reason === 'CertificateExpired') {
      return { finding: { ...base, status: 'ok', message: 'key matches certificate' } };
    }
    return { finding: { ...base, status: 'error', reason: reasonOf(error), message: messageOf(error) } };
  }
}

/**
 * Whether the chain of the client certificate ends in the stored roots of Compass (`caPem`), and none in it has expired.
 * Without roots nothing is said: they are a courtesy to gateways, and may lie where nobody may read them.
 */
export function checkChain({ crt, crtChain }: StoredPair, caPem: string | undefined, now: number): Finding {
  const base = { category: 'identity', name: 'chain' } as const;
  const [leaf, ...rest] = [...readPem(crt).certificates, ...readPem(crtChain).certificates];
  if (!leaf) return { ...base, status: 'skipped', message: 'there is no certificate whose chain could be looked at' };
  const roots = readPem(caPem ?? '').certificates;
  if (roots.length === 0) {
    return { ...base, status: 'skipped', message: 'the CA of Compass is not stored, or may not be read' };
  }
  const chain = orderChain(leaf, [...rest, ...roots]);
  const expired = chain.slice(1).find((certificate) => certificate.validToDate.getTime() <= now);
  if (expired) {
    const message = `a CA in the chain has expired on ${expired.validToDate.toISOString().slice(0, 10)}`;
    return { ...base, status: 'error', reason: 'InvalidCredential', message };
  }
  if (endsIn(chain, roots)) return { ...base, status: 'ok', message: 'chain ends in stored CA' };
  const message = 'the chain does not end in the stored CA: gateways that trust that CA alone refuse the certificate';
  return { ...base, status: 'warning', reason: 'InvalidCredential', message };
}

/** Whether one of the roots stands in the chain above the leaf, or ends it. */
function endsIn(chain: readonly X509Certificate[], roots: readonly X509Certificate[]): boolean {
  const known = new Set(roots.map(fingerprintOf));
  return chain.slice(1).some((certificate) => known.has(fingerprintOf(certificate)));
}
