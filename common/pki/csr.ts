import { createPrivateKey, createPublicKey, type webcrypto } from 'node:crypto';
import { CompassError } from '../errors.ts';
import type { Sensitive } from '../sensitive.ts';
import type { Subject } from './subject.ts';

const RSA_SHA256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/**
 * The certificate signing request as the Connector takes it: base64, without line breaks, of the PEM. RSA with SHA-256 whatever
 * the server offers: its CA copies the algorithm, and fails on any other only after the token is gone.
 * Throws InvalidCredential where `key` is no RSA private key in PEM.
 */
export async function buildCsr(key: Sensitive, subject: Subject): Promise<string> {
  const keys = readKeyPair(key);
  if (!keys)
    throw new CompassError('InvalidCredential', 'the private key for the new certificate is no RSA key in PEM');
  // Loaded on use: it costs 17 MB, and is needed a few times a year.
  const { createRequest } = await import('./x509.ts');
  const pem = await createRequest(keys, subject);
  return Buffer.from(`${pem.trim()}\n`).toString('base64');
}

function readKeyPair(key: Sensitive): webcrypto.CryptoKeyPair | undefined {
  try {
    const privateKey = createPrivateKey(key.reveal());
    return {
      privateKey: privateKey.toCryptoKey(RSA_SHA256, false, ['sign']),
      publicKey: createPublicKey(privateKey).toCryptoKey(RSA_SHA256, true, ['verify']),
    };
  } catch {
    return undefined;
  }
}
