import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const DAY_MS = 24 * 60 * 60 * 1000;
const CA_LIFETIME_MS = 3650 * DAY_MS;

export interface CaCertificateRequest {
  subject: string;
  keys: webcrypto.CryptoKeyPair;
  /** Absent for a root. */
  issuer?: { certificate: x509.X509Certificate; key: webcrypto.CryptoKey };
  nowMs: number;
}

function signingAlgorithm(key: webcrypto.CryptoKey): webcrypto.Algorithm | webcrypto.EcdsaParams {
  return key.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: key.algorithm.name };
}

/** A CA certificate of ten years, valid since yesterday. */
export async function issueCaCertificate({ subject, keys, issuer, nowMs }: CaCertificateRequest) {
  const signingKey = issuer?.key ?? keys.privateKey;
  return x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + CA_LIFETIME_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: signingAlgorithm(signingKey),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      // Successive CAs have one name: the key identifiers tell a client's OpenSSL which of them signed.
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer?.certificate.publicKey ?? keys.publicKey),
    ],
  });
}
