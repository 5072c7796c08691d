import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { CompassError } from '../errors.ts';
import { Sensitive } from '../sensitive.ts';

/** The least that any CA accepts today; less is refused before a token is spent on it. */
const LEAST_BITS = 2048;

/**
 * A new RSA key as PKCS#1 PEM (RFC 8017, appendix A.1.2: `RSA PRIVATE KEY`), made off the event loop. Throws InvalidSetting
 * for too few bits, and InternalError where the machine makes no key (no entropy, no memory), which may pass.
 */
export async function generatePrivateKey(bits: number): Promise<Sensitive> {
  if (!(bits >= LEAST_BITS)) throw new CompassError('InvalidSetting', `an RSA key needs at least ${LEAST_BITS} bits`);
  const keys = promisify(generateKeyPair)('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const { privateKey } = await keys.catch(({ code }: NodeJS.ErrnoException) => {
    throw new CompassError('InternalError', `this machine cannot make an RSA key of ${bits} bits (${code})`);
  });
  return new Sensitive(privateKey);
}
