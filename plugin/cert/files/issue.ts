import { dirname } from 'node:path';
import { fetchConfiguration } from '#common/compass/connector.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { hashToken } from '#common/compass/token.ts';
import { hasReason } from '#common/errors.ts';
import { generatePrivateKey } from '#common/pki/private-key.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Invocation } from '../../command.ts';
import { shellWord } from '../../output/shell-words.ts';
import { uninterrupted } from '../../wait/interruption.ts';
import { certify, shortSubject } from './certify.ts';
import { type ConnectionFile, describeConnection } from './connection-file.ts';
import { isThere, PRIVATE, readIfThere, remove, removeIfEmpty, writeDurably } from './durable.ts';
import { installNew } from './install.ts';
import { requireUninterrupted } from './interrupted.ts';
import { trustedUrls, untrustedHosts } from './named-urls.ts';
import { type CredentialPaths, unfinished } from './paths.ts';
import { type PendingIssue, readPending, writePending } from './pending.ts';
import { afterSecondToken, withTokenFate } from './token-fate.ts';

export interface IssueRequest {
  readonly connectorUrl: string;
  /** The user's one-time token. */
  readonly token: Sensitive;
  readonly keySize: number;
  readonly allowedHosts: readonly string[];
  readonly paths: CredentialPaths;
  /** The command that goes on where this one stopped. */
  readonly resumeCommand: string;
}

type Caller = Pick<Invocation, 'clock' | 'interrupted' | 'progress' | 'hint' | 'stderr'>;

/**
 * From a one-time token to files. The key is on the disk before the token leaves, and the second token before it is used, so
 * that nothing but an answer that is lost on its way can cost a token. Throws what the Connector's calls throw; whatever
 * fails after the first token says how to go on.
 */
export async function issueToFiles(
  caller: Caller,
  transport: Transport,
  request: IssueRequest,
): Promise<ConnectionFile> {
  const begun = await readPending(request.paths.pending);
  if (begun && begun.tokenHash === hashToken(request.token)) {
    caller.hint('this token was used by an issue that did not finish: it goes on');
    return resumeIssue(caller, transport, request, begun);
  }
  const folder = dirname(request.paths.key);
  const isNewFolder = !(await isThere(folder));
  try {
    return await issueFromStart(caller, transport, request, begun !== undefined);
  } catch (error) {
    if (isNewFolder) await removeIfEmpty(folder);
    throw error;
  }
}

async function issueFromStart(
  caller: Caller,
  transport: Transport,
  request: IssueRequest,
  isBegun: boolean,
): Promise<ConnectionFile> {
  const key = await prepareKey(caller, request, isBegun);
  requireUninterrupted(caller, 'the token was not used, and is still good', 'the same command again');
  const pending = await uninterrupted(caller.interrupted, configure(caller, transport, request, isBegun));
  requireUninterrupted(caller, 'what the token gave is kept', request.resumeCommand);
  return complete(caller, transport, request, { key, pending });
}

/** Goes on with an issue whose first token is spent. What Compass said is asked anew only where it cannot be used. */
export async function resumeIssue(
  caller: Caller,
  transport: Transport,
  request: Omit<IssueRequest, 'token'>,
  begun: PendingIssue,
): Promise<ConnectionFile> {
  const stored = await readIfThere(unfinished(request.paths.key));
  const key = stored === undefined ? await prepareKey(caller, request, false) : new Sensitive(stored);
  if (isUsable(begun, request)) return complete(caller, transport, request, { key, pending: begun });
  const again = { ...request, connectorUrl: begun.connectorUrl, token: begun.secondToken };
  const pending = await uninterrupted(caller.interrupted, configure(caller, transport, again, true, begun.tokenHash));
  return complete(caller, transport, request, { key, pending });
}

/** The key of an issue that did not finish serves again: with another, what is kept of that one would be lost. */
async function prepareKey(
  { progress }: Caller,
  { paths, keySize }: Omit<IssueRequest, 'token'>,
  isBegun: boolean,
): Promise<Sensitive> {
  const path = unfinished(paths.key);
  const kept = isBegun ? await readIfThere(path) : undefined;
  if (kept !== undefined) return new Sensitive(kept);
  progress.busy('key', `generating RSA-${keySize}`);
  const key = await generatePrivateKey(keySize);
  await writeDurably(path, key.reveal(), PRIVATE);
  progress.step('ok', 'key', `RSA-${keySize} generated, stored for you alone`);
  return key;
}

/** Spends the token, and stores what it gave before anything else is done. */
async function configure(
  { progress }: Caller,
  transport: Transport,
  { connectorUrl, token, paths }: IssueRequest,
  isBegun: boolean,
  tokenHash = hashToken(token),
): Promise<PendingIssue> {
  progress.busy('configuration', 'asking Compass what the certificate is to say');
  try {
    const answer = await fetchConfiguration(endpointOf(connectorUrl), transport, token);
    const pending: PendingIssue = {
      tokenHash,
      connectorUrl,
      secondToken: answer.token ?? token,
      subject: answer.subject,
      certificateSecuredConnectorUrl: answer.certificateSecuredConnectorUrl ?? '',
      directorUrl: answer.directorUrl ?? '',
    };
    await writePending(paths.pending, pending);
    progress.step(
      'ok',
      'configuration',
      `${shortSubject(answer.subject)}, ${answer.keyAlgorithm} asked, second token received`,
    );
    return pending;
  } catch (error) {
    progress.clear();
    // No certificate was asked for with this key.
    if (!isBegun) await remove(unfinished(paths.key));
    throw withTokenFate(error);
  }
}

async function complete(
  caller: Caller,
  transport: Transport,
  { paths, allowedHosts, resumeCommand }: Omit<IssueRequest, 'token'>,
  { key, pending }: { readonly key: Sensitive; readonly pending: PendingIssue },
): Promise<ConnectionFile> {
  try {
    const { connectorUrl, secondToken: token } = pending;
    const subject = parseSubject(pending.subject);
    const urls = { connectorUrl, ...trustedUrls(namedBy(pending), { connectorUrl, allowedHosts }) };
    const signing = certify(caller, { endpoint: endpointOf(connectorUrl), transport, key, subject, token });
    const issued = await uninterrupted(caller.interrupted, signing);
    const connection = describeConnection(urls, pending.subject, issued, paths);
    await uninterrupted(caller.interrupted, installNew(caller, { issued, connection, paths }));
    await remove(paths.pending);
    return connection;
  } catch (error) {
    if (hasReason(error, 'InvalidCertificate')) await remove(paths.pending, unfinished(paths.key));
    throw afterSecondToken(
      error,
      hasReason(error, 'UntrustedUrl') ? allowing(pending, { allowedHosts, resumeCommand }) : resumeCommand,
    );
  }
}

/** The command that goes on, with the hosts allowed that Compass names: without them it would end as this one did. */
function allowing(
  pending: PendingIssue,
  { allowedHosts, resumeCommand }: Pick<IssueRequest, 'allowedHosts' | 'resumeCommand'>,
): string {
  const { connector, director } = namedBy(pending);
  const hosts = untrustedHosts([connector, director], { connectorUrl: pending.connectorUrl, allowedHosts });
  return [resumeCommand, ...hosts.map((host) => `--allowed-host ${shellWord(host)}`)].join(' ');
}

function isUsable(pending: PendingIssue, { allowedHosts }: Pick<IssueRequest, 'allowedHosts'>): boolean {
  try {
    parseSubject(pending.subject);
    trustedUrls(namedBy(pending), { connectorUrl: pending.connectorUrl, allowedHosts });
    return true;
  } catch {
    return false;
  }
}

function namedBy({ certificateSecuredConnectorUrl, directorUrl }: PendingIssue) {
  return { connector: certificateSecuredConnectorUrl, director: directorUrl };
}

export function endpointOf(url: string): Endpoint {
  return { url, target: 'connector' };
}
