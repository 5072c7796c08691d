import { probe } from '#common/compass/connector.ts';
import type { ObservedCall, Transport } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import { connectorUrlFor, type GivenToken, givenToken } from '../../compass/one-time-token.ts';
import { compassTransport } from '../../compass/transport.ts';
import { readDryRun } from '../../dry-run.ts';
import { shellWord } from '../../output/shell-words.ts';
import { isThere } from './durable.ts';
import { endpointOf, type IssueRequest, issueToFiles, resumeIssue } from './issue.ts';
import { type CredentialPaths, newPaths } from './paths.ts';
import { readPending } from './pending.ts';
import { readKeySize } from './settings.ts';
import { nextFromHere } from './token-fate.ts';
import { type FilesOutcome, filesDocument, formatFiles } from './view.ts';

/** `cert issue`: checks everything, then spends the token. The exit code. */
export async function issueCertificate(invocation: Invocation): Promise<number> {
  const { flags, clock, style } = invocation;
  const paths = newPaths(flags);
  const request = { keySize: readKeySize(flags), allowedHosts: flags.texts('allowed-host'), paths };
  const outcome = flags.isOn('resume') ? await resume(invocation, request) : await issue(invocation, request);
  const now = clock.now();
  await invocation.print({
    document: () => filesDocument(outcome, now),
    names: [outcome.paths.key, outcome.paths.certificate],
    text: () => formatFiles(outcome, now, style),
  });
  if (outcome.status === 'Issued') {
    const { certificate, key } = outcome.paths;
    invocation.hint(
      `before it ends: kubectl compass cert renew --cert ${shellWord(certificate)} --key ${shellWord(key)}`,
    );
  }
  return outcome.exitCode;
}

type Settings = Pick<IssueRequest, 'keySize' | 'allowedHosts' | 'paths'>;

async function issue(invocation: Invocation, settings: Settings): Promise<FilesOutcome> {
  const { flags, names, progress } = invocation;
  const isDryRun = readDryRun(flags) !== 'none';
  const given = await requireToken(invocation, names[0]);
  const connectorUrl = connectorUrlFor(invocation, given);
  await refuseOverwriting(settings.paths, flags.isOn('force'));
  progress.step('ok', 'token', `one-time, ${given.source}`);
  const transport = await reach(invocation, connectorUrl);
  const { paths } = settings;
  if (isDryRun) {
    return {
      status: 'DryRun',
      exitCode: 0,
      paths,
      message: 'a certificate would be asked for (dry run): the token is still good',
    };
  }
  const request = { ...settings, connectorUrl, token: given.token, resumeCommand: resumeCommand(invocation) };
  const connection = await issueToFiles(invocation, transport, request);
  return { status: 'Issued', exitCode: 0, connection, paths, message: 'a client certificate was issued' };
}

async function resume(invocation: Invocation, settings: Settings): Promise<FilesOutcome> {
  const { flags, names } = invocation;
  if (names.length > 0 || flags.isOn('token-stdin') || flags.text('token-file') !== undefined) {
    throw new CompassError(
      'Usage',
      '--resume goes on with the token that it has: leave the other out, or leave out --resume',
    );
  }
  const { paths } = settings;
  const begun = await readPending(paths.pending);
  if (!begun) throw new CompassError('Usage', `there is nothing to go on with: no issue was begun in ${paths.pending}`);
  const transport = await reach(invocation, begun.connectorUrl);
  if (readDryRun(flags) !== 'none') {
    return { status: 'DryRun', exitCode: 0, paths, message: 'the issue would be gone on with (dry run)' };
  }
  const request = { ...settings, connectorUrl: begun.connectorUrl, resumeCommand: resumeCommand(invocation) };
  const connection = await resumeIssue(invocation, transport, request, begun);
  return { status: 'Issued', exitCode: 0, connection, paths, message: 'a client certificate was issued' };
}

async function requireToken(invocation: Invocation, argument: string | undefined): Promise<GivenToken> {
  const given = await givenToken(invocation, argument);
  if (given) return given;
  const message = 'a one-time token is needed: --token-stdin, --token-file FILE, or --resume to go on';
  throw new CompassError('Usage', message, { next: 'kubectl compass cert issue --help' });
}

async function refuseOverwriting(paths: CredentialPaths, isForced: boolean): Promise<void> {
  if (isForced) return;
  for (const path of [paths.key, paths.certificate, paths.chain, paths.ca, paths.connection]) {
    if (!(await isThere(path))) continue;
    throw new CompassError('ConfirmationRequired', `${path} is there already; the token was not used`, {
      next: 'give another --out DIRECTORY, or --force to replace it',
    });
  }
}

/** The way to the Connector is tried before a token is spent on it. */
async function reach(invocation: Invocation, connectorUrl: string): Promise<Transport> {
  const { progress } = invocation;
  const { host } = new URL(connectorUrl);
  let seen: ObservedCall | undefined;
  const transport = {
    ...(await compassTransport(invocation)),
    observe: (call: ObservedCall) => {
      seen = call;
    },
  };
  progress.busy('reach', host);
  try {
    await probe(endpointOf(connectorUrl), transport);
  } catch (error) {
    progress.clear();
    throw error instanceof CompassError ? withUnsentToken(error) : error;
  }
  const skew =
    seen?.clockSkewMs === undefined ? '' : `, clocks differ by ${Math.round(Math.abs(seen.clockSkewMs) / 1_000)}s`;
  progress.step('ok', 'reach', `${host}, ${Math.round(seen?.durationMs ?? 0)}ms${skew}`);
  return transport;
}

function withUnsentToken(error: CompassError): CompassError {
  const { reason, requestId, status } = error;
  const options = { cause: error, requestId, status, next: nextFromHere(error) };
  return new CompassError(reason, `${error.message}; the token was not sent, and is still good`, options);
}

/** The same files again, without the token. */
function resumeCommand({ flags }: Invocation): string {
  const named = ['out', 'cert', 'key', 'chain', 'ca', 'compass-ca'].flatMap((name) => {
    const value = flags.text(name);
    return value === undefined ? [] : [`--${name} ${shellWord(value)}`];
  });
  const allowed = flags.texts('allowed-host').map((host) => `--allowed-host ${shellWord(host)}`);
  return ['kubectl compass cert issue --resume', ...named, ...allowed].join(' ');
}
