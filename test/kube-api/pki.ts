import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its key in PEM. */
export type KeyPair = { certPem: string; keyPem: string };

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const yearMs = 365 * 24 * 60 * 60 * 1000;

type Keys = { publicKey: webcrypto.CryptoKey; privateKey: webcrypto.CryptoKey; keyPem: string };

async function generateKeys(): Promise<Keys> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The server's own certificate authority. */
export class CertificateAuthority {
  readonly certPem: string;
  readonly #keys: Keys;

  private constructor(certPem: string, keys: Keys) {
    this.certPem = certPem;
    this.#keys = keys;
  }

  static async create(): Promise<CertificateAuthority> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serial(),
      name: 'CN=embedded-kube-api-ca',
      ...validity(),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
          true,
        ),
      ],
    });
    return new CertificateAuthority(certificate.toString('pem'), keys);
  }

  /** A server certificate for loopback. */
  server(): Promise<KeyPair> {
    const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
    return this.#issue('CN=kube-apiserver', [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
    ]);
  }

  /** A client certificate: the CN is the user, each O a group. */
  client(user: string, groups: string[]): Promise<KeyPair> {
    const name = [{ CN: [user] }, ...groups.map((group) => ({ O: [group] }))];
    return this.#issue(name, [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])]);
  }

  async #issue(
    subject: string | { [type: string]: string[] }[],
    extensions: (ExtendedKeyUsageExtension | SubjectAlternativeNameExtension)[],
  ): Promise<KeyPair> {
    const keys = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: 'CN=embedded-kube-api-ca',
      ...validity(),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions,
    });
    return { certPem: certificate.toString('pem'), keyPem: keys.keyPem };
  }
}

function serial(): string {
  return `01${randomBytes(8).toString('hex')}`;
}

function validity(): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 24 * 60 * 60 * 1000), notAfter: new Date(now + yearMs) };
}
