import { randomBytes } from 'node:crypto';
import { Needles } from './needles.ts';
import { Redactor } from './redactor.ts';

/** As base64 of random bytes looks. */
const RANDOM = 'q83T0bW/9kJxVt2LmN7+RfYc4ZsAeHu1';

/** How many forms and places were tried. */
export interface SelfTest {
  readonly tried: number;
}

/**
 * Has made-up secrets of this moment taken out, in every form that they are looked for in and every place that they are
 * known to turn up in. Throws an error, a bug of this program, where one is left: then nothing may be written.
 */
export function testRedaction(): SelfTest {
  const value = `${randomBytes(9).toString('hex')}!"/${randomBytes(6).toString('base64')}`;
  const needles = new Needles();
  needles.add(value);
  const known = new Redactor(needles);
  const bytes = Buffer.from(value);
  const forms = [
    value,
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(value),
    new URLSearchParams([['', value]]).toString().slice(1),
    JSON.stringify(value),
    JSON.stringify(JSON.stringify(value)),
    Buffer.from(`somebody:${value}`).toString('base64'),
  ];
  const word = `x${randomBytes(6).toString('hex')}`;
  const places: readonly (readonly [secret: string, text: string])[] = [
    [word, `https://user:${word}@host.example/path`],
    [word, `https%3A%2F%2Fuser%3A${word}%40host.example`],
    [word, `password=${word}&next=1`],
    [word, `{"clientSecret":"${word}"}`],
    [word, `client_secret: "${word}"`],
    [word, `Authorization: Bearer ${word}`],
    [Buffer.from(`u:${word}`).toString('base64'), `Basic ${Buffer.from(`u:${word}`).toString('base64')}`],
    [word, `-----BEGIN RSA PRIVATE KEY-----\n${word}\n-----END RSA PRIVATE KEY-----`],
    [RANDOM, `got ${RANDOM} from it`],
    [`eyJhbGciOiJub25lIn0.${word}`, `token eyJhbGciOiJub25lIn0.${word}.`],
  ];
  const unknown = new Redactor(new Needles());
  const isLeft =
    forms.some((form) => known.text(`before ${form} after`).includes(form)) ||
    places.some(([secret, text]) => unknown.text(text).includes(secret)) ||
    !String((unknown.value({ password: word }) as { password: string }).password).startsWith('[');
  if (isLeft) throw new Error('the self-test of the redaction has found a secret that stays: nothing is written');
  return { tried: forms.length + places.length + 1 };
}
