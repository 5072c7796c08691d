import { hash } from 'node:crypto';

const LONGEST_NAME = 57;
const SUFFIX_DIGITS = 5;

/**
 * A bundle's or API's name as it stands in gateway URLs: each run of characters outside A-Za-z0-9 is one `-`, lower case,
 * at most 57 characters, no `-` at the start. The `-` at the end is dropped before the cut, so a cut may leave one,
 * as the reference does: whoever calls the gateway has these URLs. May be empty.
 */
export function normalizeName(name: string): string {
  let normalized = '';
  for (const { index, 0: word } of name.matchAll(/[A-Za-z0-9]+/g)) {
    normalized += `${index > 0 ? '-' : ''}${word}`;
    // A name of a megabyte is not read to its end.
    if (normalized.length > LONGEST_NAME) break;
  }
  return normalized.toLowerCase().slice(0, LONGEST_NAME).replace(/^-/, '');
}

/** The name of a bundle's service: the normalized name and the first five hex digits of SHA-1 of the bundle's id. */
export function serviceName(bundleName: string, bundleId: string): string {
  const suffix = hash('sha1', bundleId, 'hex').slice(0, SUFFIX_DIGITS);
  return `${normalizeName(bundleName)}-${suffix}`.replace(/^-/, '');
}
