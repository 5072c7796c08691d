import type { webcrypto } from 'node:crypto';

const RSA: webcrypto.RsaHashedKeyGenParams = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const EC: webcrypto.EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };

/** The keys of the server's side and of the client CA. */
export interface AuthorityKeys {
  serverRoot: webcrypto.CryptoKeyPair;
  server: webcrypto.CryptoKeyPair;
  clientRoot: webcrypto.CryptoKeyPair;
  clientIssuing: webcrypto.CryptoKeyPair;
}

/** Fresh keys, generated off the event loop. The client CA's are RSA, like the real one's: it signs with the algorithm of the request. */
export async function generateKeys(): Promise<AuthorityKeys> {
  const usages: webcrypto.KeyUsage[] = ['sign', 'verify'];
  const [serverRoot, server, clientRoot, clientIssuing] = await Promise.all([
    crypto.subtle.generateKey(EC, true, usages),
    crypto.subtle.generateKey(EC, true, usages),
    crypto.subtle.generateKey(RSA, true, usages),
    crypto.subtle.generateKey(RSA, true, usages),
  ]);
  return { serverRoot, server, clientRoot, clientIssuing };
}

/** PKCS#8 PEM of a private key. */
export async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
