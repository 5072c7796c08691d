import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { canICommand, describeRight, hiddenReport } from '../connection/right.ts';
import { dryRunNote, readDryRun } from '../dry-run.ts';
import { confirm } from '../output/confirm.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { plain } from '../output/text.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar } from '../requests/ask.ts';
import { findAskedConnection } from '../requests/asked-connection.ts';
import { readTimeoutMs } from '../wait/flags.ts';
import { CERTIFICATE_REVOCATION_KIND } from './kinds.ts';

const TIMEOUT_MS = 120_000;

interface RevocationOutcome {
  readonly status: 'Revoked' | 'Requested' | 'DryRun';
  readonly name: string;
  readonly requestId?: string;
  readonly message: string;
}

/**
 * `cert revoke` of the cluster's own certificate: a connection without one is none, so the sidecar is asked to disconnect
 * and to revoke on the way. Applications stay. The exit code.
 */
export async function revokeInCluster(invocation: Invocation): Promise<number> {
  const outcome = await revoke(invocation);
  const now = invocation.clock.now();
  await invocation.print({
    document: () => revocationDocument(outcome, now),
    names: [connectionFullName(outcome.name)],
    text: () => `${outcome.message}\n`,
  });
  return 0;
}

async function revoke(invocation: Invocation): Promise<RevocationOutcome> {
  const { flags, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, TIMEOUT_MS);
  const { cluster, connection } = await findAskedConnection(invocation);
  const { name } = connection;
  const hidden = hiddenReport(connection.notPermitted);
  if (!connection.found && hidden) {
    throw new CompassError('ClusterForbidden', describeRight(hidden), { next: canICommand(hidden) });
  }
  if (!connection.found?.report) {
    const message = `no report of a sidecar for ${name}: only our sidecar can be asked to revoke a certificate`;
    throw new CompassError('NotInstalled', message);
  }
  if (!connection.found.report.identity) {
    const message = `the connection ${name} has no client certificate to revoke`;
    throw new CompassError('ClusterNotFound', message, { next: 'kubectl compass status' });
  }
  if (dryRun === 'none') {
    await confirm(
      invocation,
      `Revoke the certificate of ${name}? This cluster is then disconnected from Compass until it gets a new one-time token; its Applications stay.`,
    );
  }
  const question = { verb: 'disconnect', parameters: { revoke: 'true' } } as const;
  const id = await askSidecar(cluster, name, question, { now: clock.now(), dryRun });
  if (dryRun !== 'none') {
    const message = `compassconnection/${name} would be asked to revoke its certificate and disconnect${dryRunNote(dryRun)}`;
    return { status: 'DryRun', name, message };
  }
  if (flags.switched('wait') === false) {
    return { status: 'Requested', name, requestId: id, message: `the revocation is asked for (request ${id})` };
  }
  const { request } = await awaitAnswer(invocation, { cluster, connection, verb: 'disconnect', id, timeoutMs });
  // It may have expired meanwhile, or be refused already: the sidecar knows what came of it.
  const did = plain(request.message || 'the certificate is revoked', invocation.style.symbols);
  const message = `compassconnection/${name} disconnected: ${did}; its Applications stay`;
  return { status: 'Revoked', name, requestId: id, message };
}

function revocationDocument({ status, name, requestId, message }: RevocationOutcome, now: number): ReportDocument {
  return {
    ...documentHead(CERTIFICATE_REVOCATION_KIND, { status, exitCode: 0 }, now),
    ...{ connection: name, message, ...(requestId ? { requestId } : {}) },
  };
}
