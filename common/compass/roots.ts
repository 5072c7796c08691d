import { X509Certificate } from 'node:crypto';

/** Many times what an operating system trusts. */
const MOST_BLOCKS = 2_000;

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** What a bundle of trusted roots held. */
export interface Roots {
  /** One PEM each, for `Transport.extraRoots`. */
  readonly roots: readonly string[];
  /** Why something was left out, one line each: to be reported, while the good ones are used. */
  readonly problems: readonly string[];
}

/**
 * Reads a PEM file of roots (APP_COMPASS_CA_BUNDLE). A bad certificate among good ones is left out and named by its position.
 * A bundle without any good one gives no roots and a problem: the verification then stands on the system's roots alone.
 */
export function readRoots(pem: string): Roots {
  const found = pem.match(BLOCK) ?? [];
  const blocks = found.slice(0, MOST_BLOCKS);
  const roots: string[] = [];
  const problems: string[] = [];
  for (const [index, block] of blocks.entries()) {
    if (isCertificate(block)) roots.push(`${block}\n`);
    else problems.push(`certificate ${index + 1} of ${blocks.length} cannot be read, and is left out`);
  }
  if (found.length > MOST_BLOCKS)
    problems.push(`only the first ${MOST_BLOCKS} of ${found.length} certificates are read`);
  if (blocks.length === 0) problems.push('there is no certificate in the bundle (no PEM block CERTIFICATE)');
  return { roots, problems };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
