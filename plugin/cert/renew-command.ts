import { formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { type DryRun, dryRunNote, readDryRun } from '../dry-run.ts';
import { humanDuration } from '../output/age.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { askSidecar, patchConnection } from '../requests/ask.ts';
import { findAskedConnection } from '../requests/asked-connection.ts';
import { readTimeoutMs } from '../wait/flags.ts';
import { isRenewalDue } from './check.ts';
import { identityOf, type KnownIdentity } from './identity.ts';
import { CERTIFICATE_RENEWAL_KIND } from './kinds.ts';
import { awaitRenewal, awaitRenewalOfOther } from './renewal.ts';

/** The exit code of a run that found nothing to do, where it was asked to tell. */
const NOT_NEEDED = 9;

const TIMEOUT_MS = 120_000;

interface RenewalOutcome {
  readonly status: 'Renewed' | 'Requested' | 'NotNeeded' | 'DryRun';
  readonly exitCode: number;
  readonly identity: KnownIdentity;
  readonly requestId?: string;
  readonly message: string;
}

/** `cert renew` of the cluster's own certificate: asks the sidecar, and waits until the new one is in use. The exit code. */
export async function renewInCluster(invocation: Invocation): Promise<number> {
  const outcome = await renew(invocation);
  const now = invocation.clock.now();
  await invocation.print({
    document: () => renewalDocument(outcome, now),
    names: [connectionFullName(outcome.identity.name)],
    text: () => `${outcome.message}\n`,
  });
  return outcome.exitCode;
}

async function renew(invocation: Invocation): Promise<RenewalOutcome> {
  const { flags, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const { cluster, connection } = await findAskedConnection(invocation);
  const { name } = connection;
  const identity = identityOf(connection);
  const now = clock.now();
  if (flags.isOn('detailed-exitcode') && !flags.isOn('force') && !isRenewalDue(identity, now)) {
    const left = humanDuration((identity.notAfter ?? now) - now);
    const message = `nothing to do: the certificate of ${name} is valid for ${left}, and its renewal is not due`;
    return { status: 'NotNeeded', exitCode: NOT_NEEDED, identity, message };
  }
  requireAlive(identity, now);
  const id = await ask(cluster, connection, now, dryRun);
  if (dryRun !== 'none') return { status: 'DryRun', exitCode: 0, identity, message: dryRunMessage(name, dryRun) };
  const asked = id === undefined ? '' : ` (request ${id})`;
  const request = id === undefined ? {} : { requestId: id };
  if (flags.switched('wait') === false) {
    const message = `a renewal of the certificate of ${name} is asked for${asked}`;
    return { status: 'Requested', exitCode: 0, identity, ...request, message };
  }
  const wait = { cluster, connection, timeoutMs };
  const renewed = await (id === undefined
    ? awaitRenewalOfOther(invocation, wait)
    : awaitRenewal(invocation, { ...wait, id }));
  const { notBefore, notAfter } = renewed;
  const life =
    notBefore === undefined || notAfter === undefined ? '' : `, valid ${humanDuration(notAfter - notBefore)}`;
  const message = `the certificate of ${name} was renewed with a new key, and is in use${life}`;
  return { status: 'Renewed', exitCode: 0, identity: renewed, ...request, message };
}

/** Asks by request and flag in one patch; by the flag alone where no report would carry the answer. */
async function ask(
  cluster: Cluster,
  { name, found }: FoundConnection,
  now: number,
  dryRun: DryRun,
): Promise<string | undefined> {
  if (found?.report) {
    return askSidecar(cluster, name, { verb: 'renew', flag: 'refreshCredentialsNow' }, { now, dryRun });
  }
  await patchConnection(cluster, name, { annotations: {}, spec: { refreshCredentialsNow: true } }, dryRun);
  return undefined;
}

/** Without a certificate that Compass takes there is nothing that a renewal could be asked with. */
function requireAlive({ name, notAfter, isRefused }: KnownIdentity, now: number): void {
  const next = 'kubectl compass reconnect --help';
  if (notAfter !== undefined && notAfter <= now) {
    const message = `the certificate of ${name} expired ${humanDuration(now - notAfter)} ago, and only a new token helps`;
    throw new CompassError('CertificateExpired', message, { next });
  }
  if (isRefused)
    throw new CompassError('Rejected', `Compass refuses the certificate of ${name}: only a new token helps`, { next });
}

function dryRunMessage(name: string, dryRun: DryRun): string {
  return `compassconnection/${name} would be asked for a renewal${dryRunNote(dryRun)}`;
}

function renewalDocument(
  { status, exitCode, identity, requestId, message }: RenewalOutcome,
  now: number,
): ReportDocument {
  const { name, source, commonName, notBefore, notAfter, renewAt } = identity;
  return {
    ...documentHead(CERTIFICATE_RENEWAL_KIND, { status, exitCode }, now),
    ...{
      connection: name,
      source,
      message,
      ...(requestId ? { requestId } : {}),
      ...(commonName ? { commonName } : {}),
      ...(notBefore === undefined ? {} : { notBefore: formatTime(notBefore) }),
      ...(notAfter === undefined ? {} : { notAfter: formatTime(notAfter) }),
      ...(renewAt === undefined ? {} : { renewAt: formatTime(renewAt) }),
    },
  };
}
