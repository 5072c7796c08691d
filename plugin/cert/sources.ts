import type { KeyObject, X509Certificate } from 'node:crypto';
import { commonNameOf, fingerprintOf } from '#common/pki/pem.ts';
import type { MissingRight } from '../connection/right.ts';
import { colonHex } from './fingerprint.ts';

/** What one source says of the client certificate; what it does not say is absent. Times in milliseconds since the epoch. */
export interface CertificateFacts {
  readonly commonName?: string | undefined;
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  /** SHA-256 as OpenSSL prints it. */
  readonly fingerprint?: string | undefined;
  readonly issuer?: string | undefined;
  /** `RSA 4096`. */
  readonly publicKey?: string | undefined;
}

/** One of the three: what it says, or why it says nothing. */
export type Source =
  | { readonly state: 'read'; readonly facts: CertificateFacts }
  | { readonly state: 'absent'; readonly why: string }
  | { readonly state: 'not permitted'; readonly right: MissingRight };

/** What is known of the client certificate of one connection, from three sides. */
export interface Sources {
  readonly name: string;
  readonly namespace: string;
  /** The CompassConnection. */
  readonly status: Source;
  /** The client Secret. */
  readonly secret: Source;
  /** What the sidecar presents to Compass, as it reports it. */
  readonly wire: Source;
  /** Whether the sidecar presents what it found stored; undefined where it does not say. */
  readonly isStoredInUse: boolean | undefined;
  /** Whether the key in the Secret is the certificate's. */
  readonly isPair: boolean | undefined;
  /** Of the Secret: leaf first; undefined where it may not be read. */
  readonly chain: readonly X509Certificate[] | undefined;
  /** Of the CA Secret; undefined where it was not asked for, or may not be read. */
  readonly ca: readonly X509Certificate[] | undefined;
  readonly notPermitted: readonly MissingRight[];
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    commonName: commonNameOf(certificate),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    fingerprint: colonHex(fingerprintOf(certificate)),
    issuer: oneLine(certificate.issuer),
    publicKey: describeKey(certificate.publicKey),
  };
}

/** A name as OpenSSL prints it on one line. */
export function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function describeKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  const type = asymmetricKeyType?.toUpperCase() ?? '';
  const size = asymmetricKeyDetails?.modulusLength ?? asymmetricKeyDetails?.namedCurve ?? '';
  return `${type} ${size}`.trim();
}
