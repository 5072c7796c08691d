import 'reflect-metadata';
import { generateKeyPair, KeyObject, type webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';

const DAY_MS = 24 * 3_600_000;
const EC: webcrypto.EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };

/** A certificate with its private key. */
export interface Issued {
  readonly certificate: x509.X509Certificate;
  readonly pem: string;
  readonly keyPem: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface Terms {
  readonly subject: string;
  /** Absent: signed by itself. */
  readonly issuer?: Issued;
  readonly isCa?: boolean;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Names that a server is reached by. */
  readonly hosts?: readonly string[];
  readonly keys?: webcrypto.CryptoKeyPair;
}

/** A real certificate, valid from yesterday to next week unless said otherwise. Serial number 2, as Compass has it. */
export async function issue(terms: Terms): Promise<Issued> {
  const keys = terms.keys ?? (await crypto.subtle.generateKey(EC, true, ['sign', 'verify']));
  const signingKey = terms.issuer?.keys.privateKey ?? keys.privateKey;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: terms.subject,
    issuer: terms.issuer?.certificate.subject ?? terms.subject,
    notBefore: new Date(terms.notBefore ?? Date.now() - DAY_MS),
    notAfter: new Date(terms.notAfter ?? Date.now() + 7 * DAY_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: { name: signingKey.algorithm.name, hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(terms.isCa ?? false, undefined, true),
      ...(terms.hosts ? [new x509.SubjectAlternativeNameExtension(terms.hosts.map(alternativeName))] : []),
    ],
  });
  const exported = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return { certificate, pem: `${certificate.toString('pem')}\n`, keyPem: String(exported), keys };
}

function alternativeName(host: string): x509.JsonGeneralName {
  return /^[\d.]+$/.test(host) ? { type: 'ip', value: host } : { type: 'dns', value: host };
}

export function issueRoot(name: string, terms: Partial<Terms> = {}): Promise<Issued> {
  return issue({ subject: `CN=${name}`, isCa: true, ...terms });
}

let rsaKeys: Promise<{ pem: string; keys: webcrypto.CryptoKeyPair }> | undefined;

/** One RSA key for all tests of a process, as PKCS#1 PEM and for signing. */
export function sharedRsaKey(): Promise<{ pem: string; keys: webcrypto.CryptoKeyPair }> {
  rsaKeys ??= generateRsaKey();
  return rsaKeys;
}

export async function generateRsaKey(): Promise<{ pem: string; keys: webcrypto.CryptoKeyPair }> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  return {
    pem: String(privateKey.export({ type: 'pkcs1', format: 'pem' })),
    keys: {
      privateKey: privateKey.toCryptoKey(algorithm, true, ['sign']),
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
  };
}
