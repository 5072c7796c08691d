const MASK = '[sensitive]';

/** Shorter values are no secrets, and would tear a message to pieces. */
const SHORTEST_VALUE = 4;

/** The least of a secret that is taken for a piece of it. */
const SHORTEST_PIECE = 8;

/** The most of a text that is looked at, in characters: what is longer loses its end. */
const LONGEST_TEXT = 2_048;

/** A word of base64, base64url, hex or a JWT; also a longer word of any language, path or name. */
const WORD = /[A-Za-z0-9+/_.~-]{8,}={0,2}/g;

/**
 * Takes secrets out of somebody else's words, which may quote what was sent or stored: the values themselves, as they are, in
 * base64, percent-encoded or escaped as in JSON; pieces of them; and whatever has the look of a key or a token.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  const forms = secrets.filter((secret) => secret.length >= SHORTEST_VALUE).flatMap(formsOf);
  forms.sort((one, other) => other.length - one.length);
  let left = text.slice(0, LONGEST_TEXT);
  for (const form of forms) left = left.replaceAll(form, MASK);
  return left.replace(WORD, (word) => (isPiece(word, forms) || looksSecret(word) ? MASK : word));
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const all = [
    secret,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    encodeURIComponent(secret.toWellFormed()),
    escaped,
  ];
  return [...new Set(all)];
}

function isPiece(word: string, forms: readonly string[]): boolean {
  return word.length >= SHORTEST_PIECE && forms.some((form) => form.includes(word));
}

/** Words of people and programs change between cases and digits seldom; base64 of random bytes does at two places of three. */
const MOST_CHANGES = 0.35;

/** Whether a word is long and mixed, as base64 of random bytes is: names, paths, UUIDs, dates and hashes in hex are not. */
export function looksSecret(word: string): boolean {
  if (word.length < 2 * SHORTEST_PIECE || !/[a-z]/.test(word) || !/[A-Z]/.test(word)) return false;
  const changes = word.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|\d(?=[A-Za-z])/g)?.length ?? 0;
  return changes / word.length > MOST_CHANGES;
}
