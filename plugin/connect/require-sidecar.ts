import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { SIDECAR_SELECTOR } from '../connection/reports.ts';
import { canICommand, describeRight, hiddenReport } from '../connection/right.ts';
import { findPresence } from './presence.ts';

/** Who takes the token: our sidecar; or another agent, which knows no requests and writes no report. */
export type Taker = 'sidecar' | 'other-agent';

/**
 * Finds who will take the token. Throws ClusterForbidden where that cannot be told for a missing right; NotInstalled, with what to do, where that would be nobody and it is waited for;
 * only says so where it is not.
 */
export async function requireSidecar(
  { clock, hint }: Pick<Invocation, 'clock' | 'hint'>,
  cluster: Cluster,
  { name, namespace, resource, found, notPermitted }: FoundConnection,
  isWaitedFor: boolean,
): Promise<Taker> {
  const presence = await findPresence(cluster, { name, namespace, now: clock.now() });
  if (presence === 'running') return 'sidecar';
  if (resource && !found) {
    // A report that may not be read may well be there: whose connection is deleted must not be guessed.
    const hidden = hiddenReport(notPermitted);
    if (hidden) {
      throw new CompassError('ClusterForbidden', `${describeRight(hidden)}; nothing was changed`, {
        next: canICommand(hidden),
      });
    }
    return 'other-agent';
  }
  if (presence === 'unknown') return 'sidecar';
  const message =
    presence === 'silent'
      ? `the sidecar of ${name} in namespace ${namespace} does not run any more`
      : `there is no sidecar in namespace ${namespace} that could take the token`;
  if (isWaitedFor) {
    const next = presence === 'silent' ? `kubectl -n ${namespace} get pods -l ${SIDECAR_SELECTOR}` : undefined;
    throw new CompassError('NotInstalled', `${message}; nothing was changed`, { next });
  }
  hint(`warning: ${message}; the token expires while none is installed`);
  return 'sidecar';
}
