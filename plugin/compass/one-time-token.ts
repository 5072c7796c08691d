import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type ReadToken, readToken } from '#common/compass/token.ts';
import { parseConnectorUrl } from '#common/compass/trusted-url.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { Flag } from '../flags.ts';

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

export interface GivenToken extends ReadToken {
  /** For the step that shows it: never the token itself. */
  readonly source: string;
}

type TokenInvocation = Pick<Invocation, 'flags' | 'names' | 'stdin' | 'hint'>;

/**
 * The one-time token of a command line, or undefined where none was given; `argument` is the one that may hold it.
 * Throws Usage for two of them, a file that cannot be read, and what is no token; never with any of its content.
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
  if (isStdin) return { ...(await fromStdin(invocation)), source: 'from stdin' };
  if (file !== undefined) return { ...parse(await fromFile(file), `the file ${file}`), source: `from ${file}` };
  if (argument === undefined) return undefined;
  hint('warning: a token on the command line stays in the history of the shell; --token-stdin and --token-file do not');
  return { ...parse(argument, 'the argument'), source: 'from the command line' };
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

async function fromStdin({ stdin }: TokenInvocation): Promise<ReadToken> {
  if (stdin.isTerminal) {
    throw new CompassError(
      'Usage',
      'stdin is a terminal, where a token would be shown: pipe it in, or use --token-file',
    );
  }
  return parse(await textOf(stdin.stream), 'stdin');
}

async function fromFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('Usage', `--token-file ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
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
