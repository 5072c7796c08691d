import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { issueCaCertificate } from './ca-certificate.ts';
import { type AuthorityKeys, privateKeyPem } from './keys.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What is right or wrong about the certificate that the listeners show. */
export type ServerCertificateKind = 'valid' | 'expired' | 'wrongHost' | 'selfSigned';

export interface ServerCredential {
  certPem: string;
  keyPem: string;
}

/** The private CA behind the listeners' certificates; clients trust `rootPem`. */
export interface ServerAuthority {
  rootPem: string;
  issue(kind: ServerCertificateKind): Promise<ServerCredential>;
}

function alternativeNames(kind: ServerCertificateKind): x509.JsonGeneralName[] {
  if (kind === 'wrongHost') return [{ type: 'dns', value: 'compass.example.com' }];
  return [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ];
}

export async function createServerAuthority(keys: AuthorityKeys, nowMs: number): Promise<ServerAuthority> {
  const subject = 'CN=Compass Simulator Server Root';
  const root = await issueCaCertificate({ subject, keys: keys.serverRoot, nowMs });
  const keyPem = await privateKeyPem(keys.server.privateKey);

  async function issue(kind: ServerCertificateKind): Promise<ServerCredential> {
    const selfSigned = kind === 'selfSigned';
    const certificate = await x509.X509CertificateGenerator.create({
      subject: 'CN=localhost',
      issuer: selfSigned ? 'CN=localhost' : root.subject,
      notBefore: new Date(nowMs - 30 * DAY_MS),
      notAfter: new Date(kind === 'expired' ? nowMs - DAY_MS : nowMs + 365 * DAY_MS),
      publicKey: keys.server.publicKey,
      signingKey: selfSigned ? keys.server.privateKey : keys.serverRoot.privateKey,
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      extensions: [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(alternativeNames(kind)),
      ],
    });
    return { certPem: certificate.toString('pem'), keyPem };
  }

  return { rootPem: root.toString('pem'), issue };
}
