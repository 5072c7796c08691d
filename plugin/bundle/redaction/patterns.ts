import { looksSecret } from '#common/redact.ts';
import { WITHHELD } from './needles.ts';

/** Words behind which nothing but a secret stands: `DB_PASSWORD=…`, `"client_secret": "…"`. */
const PLAIN = 'pass(?:word|wd|phrase)|pwd|secret|(?:api|access|private|shared|signing|secret)[-_]?key|authorization';

/** Words behind which something else may stand as well: `token: used`. */
const DOUBTFUL = 'token|credentials?|cookie|assertion|signature|sig|session(?:id)?';

/** Between such a word and its value: `=`, `": "`, also percent-encoded, and in JSON inside of JSON. */
const IS = String.raw`\\*["']?\s{0,4}(?:=|:|%3D|%3A)\s{0,4}`;

const VALUE = String.raw`[^\s"',;&\\[\]{}]{1,4096}`;

/** A keyed fingerprint, which is there to be seen. */
const FINGERPRINT = /^hmac:[0-9a-f]{16,64}$/;

interface Pattern {
  readonly pattern: RegExp;
  /** What stays of a match; undefined where it is no secret. Groups are those of the pattern. */
  readonly kept: (groups: readonly string[]) => string | undefined;
}

const named = (names: string, tail: string): RegExp =>
  new RegExp(String.raw`(\b[\w.-]{0,64}?(?:${names})${IS})${tail}`, 'gi');

const keepsName = ([head = '', , value = '']: readonly string[]) => (FINGERPRINT.test(value) ? undefined : head);

/** In this order. Everything is bounded: a line may be long, and somebody else's. */
const PATTERNS: readonly Pattern[] = [
  // With line breaks as they are, and as JSON writes them; one that was cut off hides all that is left.
  {
    pattern: /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,32}PRIVATE KEY-----|$)/g,
    kept: () => '',
  },
  { pattern: /(\/\/)[^\s"'<>\\/?#]{0,1024}(?=@)/g, kept: ([slashes]) => slashes },
  // A password with a slash in it, which is no URL any more, and people write it all the same.
  { pattern: /(\/\/)[^\s"'<>\\/?#:@[]{1,256}:[^\s"'<>\\/:@][^\s"'<>\\@]{0,512}(?=@)/g, kept: ([slashes]) => slashes },
  // A proxy's address needs no scheme.
  {
    pattern: new RegExp(String.raw`(\bhttps?_proxy${IS}\\*["']?(?:\w{1,8}:\/\/)?)[^\s"'\\]{1,1024}(?=@)`, 'gi'),
    kept: ([head]) => head,
  },
  { pattern: /(%2F%2F)(?:(?!%2F|%3F|%23|%22)[\w.~%+-]){0,1024}?(?=%40)/gi, kept: ([slashes]) => slashes },
  { pattern: /\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, kept: () => '' },
  { pattern: /\b(bearer(?:\s+|%20|\+))[^\s"',;\\[]+/gi, kept: ([head]) => head },
  {
    pattern: /\b(basic(?:\s+|%20|\+))([A-Za-z0-9+/_-]{4,}={0,2})/gi,
    kept: ([head = '', value = '']) => (isUserAndPassword(value) ? head : undefined),
  },
  // With a blank as well where it is a flag.
  {
    pattern: new RegExp(String.raw`(--[\w-]{0,64}?(?:${PLAIN})\s{1,4})(?!-)${VALUE}`, 'gi'),
    kept: ([head]) => head,
  },
  { pattern: /\b((?:set-)?cookie\\*["']?\s{0,4}[:=]\s{0,4})[^\r\n"'\\[]{1,4096}/gi, kept: ([head]) => head },
  { pattern: named(PLAIN, String.raw`(\\*["'])([^"'\\]{1,4096})`), kept: (groups) => keepsQuote(groups) },
  { pattern: named(DOUBTFUL, String.raw`(\\*["'])([^"'\\]{8,4096})`), kept: (groups) => keepsQuote(groups) },
  { pattern: named(PLAIN, `()(${VALUE})`), kept: keepsName },
  // A word of a sentence is no token; what has a digit in it, or is long, is.
  { pattern: named(DOUBTFUL, String.raw`()((?=\S{0,4096}?[\d]|\S{16})${VALUE})`), kept: keepsName },
];

/** What every one of them needs, and most texts do not have. */
const MARKED = /[=:@%]|--|eyJ|bearer|basic/i;

function keepsQuote(groups: readonly string[]): string | undefined {
  const [, quote = ''] = groups;
  const head = keepsName(groups);
  return head === undefined ? undefined : head + quote;
}

/** As RFC 7617 has it: base64 of a user, a colon and a password. */
function isUserAndPassword(value: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

/** A word of base64, base64url or a token; also a longer word of any language, path or name. */
const WORD = /[A-Za-z0-9+/_.~-]{16,}={0,2}/g;

/**
 * Takes out of any text what has the look of a secret, whoever wrote it and whatever it is: private keys, tokens, the user
 * and password of a URL, what stands behind a word such as `password`, and random characters.
 */
export function withoutSecretLooks(text: string): string {
  let left = text;
  for (const { pattern, kept } of MARKED.test(text) ? PATTERNS : []) {
    left = left.replace(pattern, (match: string, ...rest: unknown[]) => {
      const groups = rest.filter((group) => typeof group === 'string').slice(0, -1);
      const head = kept(groups);
      return head === undefined || match.endsWith(WITHHELD) ? match : head + WITHHELD;
    });
  }
  return left.replace(WORD, (word) => (looksSecret(word) || looksRandom(word) ? WITHHELD : word));
}

/** How often a word changes between cases and digits, from so many characters on, and no word of a language does. */
const LONG = 20;
const MANY_CHANGES = 0.25;

/** Stricter than what logs and messages are held to: an archive goes to others, and one word less harms nobody. */
function looksRandom(word: string): boolean {
  if (word.length < LONG || !(/[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word))) return false;
  const changes = word.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|\d(?=[A-Za-z])/g)?.length ?? 0;
  return changes / word.length > MANY_CHANGES;
}
