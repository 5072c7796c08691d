import 'reflect-metadata';
import { randomBytes, type webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority of a test's own. */
export interface Authority {
  /** In PEM. */
  readonly cert: string;
  serverPair(commonName: string, names: readonly string[]): Promise<Pair>;
  /** Organizations become groups. */
  clientPair(commonName: string, organizations: readonly string[]): Promise<Pair>;
}

function validity() {
  const now = Date.now();
  return { notBefore: new Date(now - 60_000), notAfter: new Date(now + DAY_MS) };
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

const newKeys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

type Subject = NonNullable<Parameters<typeof X509CertificateGenerator.create>[0]['subject']>;

export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await newKeys();
  const authority: X509Certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [commonName] }],
    keys,
    serialNumber: '01',
    ...validity(),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  });

  async function issue(subject: Subject, extensions: Extension[]): Promise<Pair> {
    const own = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: authority.subjectName,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      serialNumber: `01${randomBytes(8).toString('hex')}`,
      ...validity(),
      extensions,
    });
    return { cert: certificate.toString('pem'), key: await privatePem(own) };
  }

  return {
    cert: authority.toString('pem'),
    async serverPair(name, names) {
      const alternatives = names.map((value) => ({
        type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
        value,
      }));
      return issue(
        [{ CN: [name] }],
        [
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
          new SubjectAlternativeNameExtension(alternatives),
        ],
      );
    },
    async clientPair(name, organizations) {
      const subject: Subject = [...organizations.map((organization) => ({ O: [organization] })), { CN: [name] }];
      return issue(subject, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]);
    },
  };
}
