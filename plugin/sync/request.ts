import type { Cluster } from '#common/cluster/cluster.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import type { DryRun } from '../dry-run.ts';
import { type Answer, awaitAnswer } from '../requests/answer.ts';
import { askSidecar, patchConnection } from '../requests/ask.ts';
import { askedBy } from '../requests/asked-by.ts';
import { waitFor } from '../wait/wait-for.ts';

/** Sets the flag alone: an agent that writes no report answers no requests either. */
export async function setResyncNow(cluster: Cluster, { name }: FoundConnection, dryRun: DryRun): Promise<void> {
  await patchConnection(cluster, name, { annotations: {}, spec: { resyncNow: true } }, dryRun);
}

/** Asks by request and flag in one patch, and says who does; returns the request's id. */
export async function askToSync(
  cluster: Cluster,
  { name }: FoundConnection,
  invocation: Pick<Invocation, 'clock' | 'env' | 'flags' | 'interrupted'>,
  dryRun: DryRun,
): Promise<string> {
  const parameters = await askedBy(cluster, invocation);
  return askSidecar(
    cluster,
    name,
    { verb: 'sync', parameters, flag: 'resyncNow' },
    { now: invocation.clock.now(), dryRun },
  );
}

type Waiting = Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>;

/**
 * Waits for the answer to this very request. Applications that failed are a result, whatever kept the whole from being
 * synchronized is thrown: see awaitAnswer.
 */
export function awaitSync(
  invocation: Waiting,
  cluster: Cluster,
  connection: FoundConnection,
  { id, timeoutMs }: { readonly id: string; readonly timeoutMs: number },
): Promise<Answer> {
  return awaitAnswer(invocation, {
    cluster,
    connection,
    verb: 'sync',
    id,
    timeoutMs,
    onReport: ({ requests = [] }) => {
      const own = requests.find((request) => request.id === id);
      if (own?.finished === undefined) invocation.progress.busy('sync', howFar(own?.counts));
    },
    isResult: ({ reason, counts }) => reason === 'ApplicationFailed' && counts !== undefined,
  });
}

function howFar({ listed, total }: Readonly<Record<string, number>> = {}): string {
  if (listed === undefined || total === undefined) return 'listing and applying all Applications';
  return `${listed} of ${total} Applications listed and applied`;
}

/** Waits until the agent has taken the flag back: it says no more than the state that it ended in. */
export async function awaitFlag(
  invocation: Waiting,
  cluster: Cluster,
  { name }: FoundConnection,
  timeoutMs: number,
): Promise<CompassConnection> {
  let last: CompassConnection | undefined;
  invocation.progress.busy('sync', 'waiting for the agent to take spec.resyncNow back');
  return waitFor<CompassConnection, CompassConnection>(invocation, {
    cluster,
    ref: { kind: COMPASS_CONNECTION, name },
    timeoutMs,
    look: (resource) => {
      last = resource;
      return resource && resource.spec?.resyncNow !== true ? resource : undefined;
    },
    waitingFor: () => `an agent to take spec.resyncNow of ${name} back; ${describe(last)}`,
    goOn: `kubectl get compassconnection ${name} -o yaml`,
  });
}

function describe(resource: CompassConnection | undefined): string {
  return resource ? `the state is ${resource.status?.connectionState ?? 'not set'}` : 'there is no CompassConnection';
}
