import { X509Certificate } from 'node:crypto';

/** What a PEM text (RFC 7468) holds, as far as it is of use. */
export interface PemContent {
  /** In the order of the text. */
  readonly certificates: readonly X509Certificate[];
  /** Labels of blocks that are no certificates: `PRIVATE KEY`, `X509 CRL`, … */
  readonly others: readonly string[];
  /** How many blocks CERTIFICATE cannot be read. */
  readonly unreadable: number;
}

/** Many times what a bundle of an operating system has; each takes some 50 µs. */
const MOST_BLOCKS = 2_000;

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

export function readPem(text: string): PemContent {
  const certificates: X509Certificate[] = [];
  const others: string[] = [];
  let unreadable = 0;
  for (const [block, label = ''] of text.matchAll(BLOCK)) {
    if (certificates.length + others.length + unreadable === MOST_BLOCKS) break;
    const certificate = label === 'CERTIFICATE' ? readCertificate(block) : undefined;
    if (certificate) certificates.push(certificate);
    else if (label === 'CERTIFICATE') unreadable += 1;
    else others.push(label);
  }
  return { certificates, others, unreadable };
}

function readCertificate(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block);
  } catch {
    return undefined;
  }
}

/** PEM of all of them, one after the other, each with a newline at its end. */
export function joinPem(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => `${certificate.toString().trim()}\n`).join('');
}

/** SHA-256 of the DER in lower-case hex. The only identity of a certificate here: every serial number is 2. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** The first CN of the subject; undefined where there is none. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const name: unknown = certificate.toLegacyObject().subject?.CN;
  const first: unknown = Array.isArray(name) ? name[0] : name;
  return typeof first === 'string' ? first : undefined;
}
