import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { findPresence } from '../connect/presence.ts';
import { findConnection } from '../connection/find.ts';
import type { DryRun } from '../dry-run.ts';
import type { Installation } from '../install/installed.ts';
import type { InstallationValues } from '../install/values.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { askSidecar, requireResource } from '../requests/ask.ts';

export interface Revocation {
  readonly installation: Installation | undefined;
  readonly values: InstallationValues;
  readonly dryRun: DryRun;
  readonly timeoutMs: number;
}

/** Nobody has a certificate any more that could be revoked. */
const NOTHING_TO_REVOKE = 'there is no certificate to revoke';

/**
 * Has the sidecar revoke its certificate and delete it, by the same request as `disconnect --revoke`, and waits for the answer.
 * Throws RequestRefused where no sidecar runs that could, and what it answers where it fails: nothing was changed then.
 */
export async function askToRevoke(
  invocation: Invocation,
  cluster: Cluster,
  { installation, values, dryRun, timeoutMs }: Revocation,
): Promise<string> {
  const { namespace, connectionName: name } = values;
  if (!installation) return NOTHING_TO_REVOKE;
  const connection = await findConnection(cluster, { name, namespace });
  const { report } = connection.found ?? {};
  if (report && report.identity?.notAfter === undefined) return NOTHING_TO_REVOKE;
  requireResource(connection);
  const presence = await findPresence(cluster, { name, namespace, now: invocation.clock.now() });
  if (presence === 'silent' || presence === 'absent' || installation.deployment.spec.replicas === 0) {
    const message = `no sidecar of ${name} runs in namespace ${namespace} that could revoke its certificate; nothing was changed`;
    throw new CompassError('RequestRefused', message, { next: `kubectl -n ${namespace} get pods` });
  }
  const question = { verb: 'disconnect', parameters: { revoke: 'true' } } as const;
  const id = await askSidecar(cluster, name, question, { now: invocation.clock.now(), dryRun });
  if (dryRun !== 'none') return 'the certificate would be revoked';
  const { request } = await awaitAnswer(invocation, { cluster, connection, verb: 'disconnect', id, timeoutMs });
  const message = request.message ?? 'the certificate is revoked';
  invocation.progress.step('ok', 'revoke', message);
  return message;
}
