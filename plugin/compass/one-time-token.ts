import { formatTime } from '#common/clock.ts';
import { type ReadToken, readToken } from '#common/compass/token.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { Flag } from '../flags.ts';
import { humanDuration } from '../output/age.ts';
import { quotedPath } from '../quoted.ts';
import { readSecretFromFile, readSecretFromStdin } from './read-secret.ts';

/** Where a command takes a one-time token from. In any of its forms: bare, `rawEncoded`, or a URL with `?token=`. */
export const TOKEN_FLAGS: readonly Flag[] = [
  { name: 'token-stdin', kind: 'switch', summary: 'read the one-time token from stdin' },
  { name: 'token-file', kind: 'text', value: 'FILE', summary: 'read the one-time token from a file (- is stdin)' },
  {
    name: 'connector-url',
    kind: 'text',
    value: 'URL',
    summary: 'where the token is good for; needed with a bare token only',
  },
];

/** How a person comes by another token. */
export const REQUEST_TOKEN = 'kubectl compass token request --help';

export interface GivenToken extends ReadToken {
  /** For the step that shows it: never the token itself. */
  readonly source: string;
}

type TokenInvocation = Pick<Invocation, 'flags' | 'stdin' | 'stderr' | 'hint' | 'clock' | 'interrupted'>;

/**
 * The one-time token of a command line, or undefined where none was given; `argument` is the one that may hold it.
 * Throws Usage for two of them, a file that cannot be read, and what is no token; TokenRefused for one that says itself
 * that it is used or expired; never with any of its content.
 */
export async function givenToken(
  invocation: TokenInvocation,
  argument: string | undefined,
): Promise<GivenToken | undefined> {
  const { flags, hint } = invocation;
  const file = flags.text('token-file');
  const isStdin = flags.isOn('token-stdin') || file === '-' || argument === '-';
  const ways = [flags.isOn('token-stdin'), file !== undefined, argument !== undefined].filter((is) => is);
  if (ways.length > 1) {
    throw new CompassError(
      'Usage',
      'the one-time token was given twice: once is enough, by --token-stdin or --token-file',
    );
  }
  if (isStdin) {
    const typed = await readSecretFromStdin(invocation, 'the one-time token');
    return unspent(parse(typed, 'stdin'), 'from stdin', invocation.clock.now());
  }
  if (file !== undefined) {
    const stored = await readSecretFromFile('token-file', file);
    return unspent(parse(stored, `the file ${quotedPath(file)}`), `from ${quotedPath(file)}`, invocation.clock.now());
  }
  if (argument === undefined) return undefined;
  hint('warning: a token on the command line stays in the history of the shell; --token-stdin and --token-file do not');
  return unspent(parse(argument, 'the argument'), 'from the command line', invocation.clock.now());
}

/** Only the forms with more than the token in them say what became of it; whether it is still good, Compass alone knows. */
function unspent(token: ReadToken, source: string, now: number): GivenToken {
  const { used, expiresAt } = token;
  if (used === true) throw refused(`the one-time token ${source} says that it was used already`);
  if (expiresAt !== undefined && expiresAt <= now) {
    const when = `${formatTime(expiresAt)}, ${humanDuration(now - expiresAt)} ago by the clock of this machine`;
    throw refused(`the one-time token ${source} expired at ${when}`);
  }
  return { ...token, source };
}

function refused(message: string): CompassError {
  return new CompassError('TokenRefused', `${message}; nothing was sent or changed`, { next: REQUEST_TOKEN });
}

/**
 * Where the token goes: --connector-url, else what came with the token. Throws Usage without either, and ConfigurationInvalid
 * for what is no such URL.
 */
export function connectorUrlFor({ flags }: Pick<Invocation, 'flags'>, token: ReadToken | undefined): string {
  const url = flags.text('connector-url') ?? token?.connectorUrl;
  if (url !== undefined) return parseConnectorUrl(url);
  throw new CompassError('Usage', 'a bare token does not say where it is good for: give --connector-url');
}

function parse(text: string, where: string): ReadToken {
  try {
    return readToken(text);
  } catch (error) {
    const what = messageOf(error).replace(/^TOKEN /, '');
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `the one-time token of ${where} ${what}`, { cause: error });
  }
}
