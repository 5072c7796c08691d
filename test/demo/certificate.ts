import { X509Certificate } from 'node:crypto';
import type { Secret } from '#common/cluster/objects.ts';
import { clientSecretRef } from './place.ts';
import type { Scene } from './scene.ts';

export interface StoredCertificate {
  /** SHA-256, in hex. */
  readonly fingerprint: string;
  /** The client id. */
  readonly commonName: string;
  readonly notAfter: Date;
}

/** The client certificate that the cluster holds now; never its key. */
export async function findCertificate({ target }: Scene): Promise<StoredCertificate | undefined> {
  const secret = await target.cluster.find<Secret>(clientSecretRef(target.place));
  const pem = secret?.data?.['crt'];
  if (!pem) return undefined;
  const certificate = new X509Certificate(Buffer.from(pem, 'base64'));
  return {
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    commonName: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? '',
    notAfter: certificate.validToDate,
  };
}

/** `4f09d2a1…e1, valid until 2027-02-19`. */
export function describeCertificate({ narrator }: Scene, { fingerprint, notAfter }: StoredCertificate): string {
  const short = `${fingerprint.slice(0, 8)}${narrator.symbols.ellipsis}${fingerprint.slice(-2)}`;
  return `${short}, valid until ${notAfter.toISOString().slice(0, 10)}`;
}
