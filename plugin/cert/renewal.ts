import type { Cluster } from '#common/cluster/cluster.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { Report } from '#common/resources/report.ts';
import type { Invocation } from '../command.ts';
import { baselineOf, isNewlyPaired } from '../connect/baseline.ts';
import { ShownSteps } from '../connect/show-steps.ts';
import type { FoundConnection } from '../connection/find.ts';
import { awaitAnswer } from '../requests/answer.ts';
import { instant } from '../status/from-resource.ts';
import { waitFor } from '../wait/wait-for.ts';
import { identityOf, type KnownIdentity } from './identity.ts';

export interface RenewalWait {
  readonly cluster: Cluster;
  readonly connection: FoundConnection;
  readonly id: string;
  readonly timeoutMs: number;
}

type Waiter = Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>;

/** Waits until the new certificate is what the sidecar uses, and not only stored. Throws what awaitAnswer throws. */
export async function awaitRenewal(
  waiter: Waiter,
  { cluster, connection, id, timeoutMs }: RenewalWait,
): Promise<KnownIdentity> {
  const baseline = baselineOf(connection.found?.report);
  const steps = new ShownSteps(waiter.progress, baseline);
  const { report } = await awaitAnswer(waiter, {
    cluster,
    connection,
    verb: 'renew',
    id,
    timeoutMs,
    onReport: (seen) => steps.show(seen),
    isDone: (seen) => isNewlyPaired(seen, baseline) && isStored(seen),
  });
  const { name, namespace } = connection;
  return identityOf({ ...connection, found: { connection: name, namespace, report } });
}

function isStored({ identity }: Report): boolean {
  const { stored, inUse } = identity?.fingerprints ?? {};
  return stored === inUse;
}

/** Waits for another agent, which reports nothing: its flag is set back, and the certificate begins later than before. */
export async function awaitRenewalOfOther(
  waiter: Waiter,
  { cluster, connection, timeoutMs }: Omit<RenewalWait, 'id'>,
): Promise<KnownIdentity> {
  const { name, resource } = connection;
  const before = beginOf(resource);
  waiter.progress.busy('agent', 'waiting for it to take spec.refreshCredentialsNow back');
  let last = resource;
  const renewed = await waitFor<CompassConnection, CompassConnection>(waiter, {
    cluster,
    ref: { kind: COMPASS_CONNECTION, name },
    timeoutMs,
    look: (object) => {
      last = object;
      const isReset = object !== undefined && object.spec.refreshCredentialsNow !== true;
      return isReset && beginOf(object) !== before ? object : undefined;
    },
    waitingFor: () => `the agent to renew the certificate${lastWord(last)}`,
    goOn: 'kubectl compass status',
  });
  return identityOf({ ...connection, resource: renewed, found: undefined });
}

function beginOf(resource: CompassConnection | undefined): number | undefined {
  return instant(resource?.status?.connectionStatus.certificateStatus.notBefore);
}

function lastWord(resource: CompassConnection | undefined): string {
  if (!resource) return '; the CompassConnection is gone';
  const { connectionState, connectionStatus } = resource.status ?? {};
  const error = connectionStatus?.error ? `: ${connectionStatus.error}` : '';
  const flag = resource.spec.refreshCredentialsNow === true ? ', which has not taken up the request' : '';
  return `${flag}; its state is ${connectionState ?? 'unknown'}${error}`;
}
