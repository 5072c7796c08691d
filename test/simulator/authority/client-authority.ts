import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { issueCaCertificate } from './ca-certificate.ts';
import type { AuthorityKeys } from './keys.ts';

/** Every certificate of Compass has this one. */
const SERIAL = '02';

interface IssuanceTerms {
  notBeforeMs: number;
  lifetimeSeconds: number;
}

/** The Connector's CA: a root, and the issuing CA below it that signs client certificates. */
export interface ClientAuthority {
  rootPem: string;
  issuingPem: string;
  /** Signs without looking: check the request first. Dates have whole seconds. */
  sign(request: x509.Pkcs10CertificateRequest, terms: IssuanceTerms): Promise<x509.X509Certificate>;
}

export async function createClientAuthority(keys: AuthorityKeys, nowMs: number): Promise<ClientAuthority> {
  const root = await issueCaCertificate({ subject: 'CN=Compass Simulator Client Root', keys: keys.clientRoot, nowMs });
  const issuing = await issueCaCertificate({
    subject: 'CN=Compass Simulator Client CA',
    keys: keys.clientIssuing,
    issuer: { certificate: root, key: keys.clientRoot.privateKey },
    nowMs,
  });

  return {
    rootPem: root.toString('pem'),
    issuingPem: issuing.toString('pem'),
    sign: async (request, { notBeforeMs, lifetimeSeconds }) =>
      x509.X509CertificateGenerator.create({
        serialNumber: SERIAL,
        subject: request.subjectName.toJSON(),
        issuer: issuing.subject,
        notBefore: new Date(notBeforeMs),
        notAfter: new Date(notBeforeMs + lifetimeSeconds * 1000),
        publicKey: request.publicKey,
        signingKey: keys.clientIssuing.privateKey,
        signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5' },
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
          await x509.AuthorityKeyIdentifierExtension.create(keys.clientIssuing.publicKey),
        ],
      }),
  };
}
