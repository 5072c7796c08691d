import {
  type OneTimeToken,
  requestOneTimeTokenForApplication,
  requestOneTimeTokenForRuntime,
} from '#common/compass/director.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { compassTransport, errorFromHere } from '../compass/transport.ts';
import { readDryRun } from '../dry-run.ts';
import { TOKEN_FORMATS, type TokenFormat } from './format.ts';
import { readLogin } from './login.ts';
import { requireWritable, writeOutFile } from './out-file.ts';
import { type TokenSubject, tokenSubject } from './subject.ts';

/** What is shown of a new token: everything but the token. */
export interface RequestedToken {
  readonly subject: TokenSubject;
  readonly connectorUrl: string | undefined;
  /** RFC 3339, as the Director writes it. */
  readonly expiresAt: string | undefined;
  /** Whether none was asked for, since this was to be tried only: then nothing says what it is good for. */
  readonly dryRun: boolean;
  /** The file that holds it; `-` is stdout. */
  readonly out: string;
  readonly format: TokenFormat;
}

/** Asks the Director for a one-time token with the operator's own login, and puts it where --out says, and nowhere else. */
export async function requestToken(invocation: Invocation): Promise<RequestedToken> {
  const { flags, stdout, progress } = invocation;
  const url = directorUrl(flags.text('director-url'));
  const out = requireOut(invocation);
  const format = TOKEN_FORMATS.find((candidate) => candidate === flags.text('format')) ?? 'rawEncoded';
  const bearer = await readLogin(invocation);
  const subject = await tokenSubject(invocation);
  if (out !== '-') await requireWritable(out);
  if (readDryRun(flags) !== 'none') {
    return { subject, connectorUrl: undefined, expiresAt: undefined, dryRun: true, out, format };
  }
  progress.busy('director', `asking ${new URL(url).host} for a token`);
  try {
    const token = await ask(invocation, { url, bearer, target: 'director', tenant: subject.tenant }, subject);
    const text = `${textOf(token, format)}\n`;
    if (out === '-') stdout.write(text);
    else await writeOutFile(out, text);
    return { subject, connectorUrl: token.connectorUrl, expiresAt: token.expiresAt, dryRun: false, out, format };
  } catch (error) {
    throw errorFromHere(error, { Rejected: NEW_LOGIN });
  }
}

/** It is no client certificate that is refused here. */
const NEW_LOGIN = 'log in at the Director again, and give its new bearer token';

async function ask(invocation: Invocation, endpoint: Endpoint, { kind, id }: TokenSubject): Promise<OneTimeToken> {
  const transport = await compassTransport(invocation);
  const request = { id, systemAuthId: invocation.flags.text('system-auth-id') };
  return kind === 'runtime'
    ? requestOneTimeTokenForRuntime({ ...endpoint, runtimeId: id }, transport, request)
    : requestOneTimeTokenForApplication(endpoint, transport, request);
}

/** The encoded form holds all that connect wants to know; a Director that leaves it out is helped. */
function textOf({ token, rawEncoded, connectorUrl, expiresAt }: OneTimeToken, format: TokenFormat): string {
  if (format === 'token') return token.reveal();
  if (rawEncoded) return rawEncoded.reveal();
  const fields = { token: token.reveal(), connectorURL: connectorUrl, used: false, expiresAt };
  return Buffer.from(JSON.stringify(fields)).toString('base64');
}

function directorUrl(text: string | undefined): string {
  if (text === undefined) {
    throw new CompassError(
      'Usage',
      'where is the Director that takes your login? Give --director-url https://…/director/graphql',
    );
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isGood = url?.protocol === 'https:' && url.username === '' && url.password === '';
  if (isGood) return url.href;
  throw new CompassError('Usage', '--director-url must be an https:// URL, without a user name or password');
}

function requireOut({ flags, output, stdout }: Invocation): string {
  const out = flags.text('out');
  if (out === undefined) {
    throw new CompassError(
      'Usage',
      'the token is shown nowhere unless you say where: --out FILE (mode 0600), or --out - (stdout, for a pipe into reconnect --token-stdin)',
    );
  }
  if (out === '-' && output.format !== 'default') {
    throw new CompassError('Usage', '--out - and -o both want stdout: give --out FILE, or no -o');
  }
  if (out === '-' && stdout.isTerminal) {
    throw new CompassError(
      'Usage',
      '--out - is for a pipe, and stdout is a terminal, which would show the token: give --out FILE',
    );
  }
  return out;
}
