import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Invocation } from '../command.ts';
import { readSecretFromFile, readSecretFromStdin } from '../compass/read-secret.ts';
import type { Flag } from '../flags.ts';

/** Where the operator's own bearer token for the Director comes from: never from the command line itself. */
export const LOGIN_FLAGS: readonly Flag[] = [
  {
    name: 'auth-token-file',
    kind: 'text',
    value: 'FILE',
    summary: 'your own bearer token for the Director, in a file',
  },
  { name: 'auth-token-stdin', kind: 'switch', summary: 'read your own bearer token from stdin' },
];

/** What a header can carry (RFC 9110, section 5.5), without white space. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Reads the bearer token, with or without the word `Bearer`. Throws Usage, without any of its content. */
export async function readLogin(
  invocation: Pick<Invocation, 'flags' | 'stdin' | 'stderr' | 'interrupted'>,
): Promise<Sensitive> {
  const { flags } = invocation;
  const file = flags.text('auth-token-file');
  const isStdin = flags.isOn('auth-token-stdin');
  if ((file === undefined) !== isStdin) {
    const how = '--auth-token-file FILE or --auth-token-stdin';
    const message = isStdin
      ? `your bearer token was given twice: once is enough, by ${how}`
      : `the Director wants your own bearer token: ${how}`;
    throw new CompassError('Usage', message);
  }
  const text =
    file === undefined || file === '-'
      ? await readSecretFromStdin(invocation, 'your bearer token')
      : await readSecretFromFile('auth-token-file', file);
  const token = text
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/^Bearer\s+/i, '');
  if (TOKEN.test(token)) return new Sensitive(token);
  const what = token === '' ? 'is empty' : 'holds a character that no bearer token has';
  throw new CompassError('Usage', `your bearer token ${what}`);
}
