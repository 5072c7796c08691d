import type { Cluster } from '#common/cluster/cluster.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { Invocation } from '../command.ts';
import { waitFor } from '../wait/wait-for.ts';

export interface ResourceWait {
  readonly cluster: Cluster;
  readonly name: string;
  readonly timeoutMs: number;
  /** The CompassConnection as it was before anything was changed. */
  readonly before: CompassConnection | undefined;
}

/**
 * Waits until the CompassConnection itself says that there is another certificate: all that an agent shows that writes no
 * report. It tells no refusal from a try that is still under way, so these end in TimedOut, with its last error.
 */
export async function awaitResource(
  invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  { cluster, name, timeoutMs, before }: ResourceWait,
): Promise<CompassConnection> {
  let last: CompassConnection | undefined;
  invocation.progress.busy('agent', `waiting for CompassConnection ${name}`);
  const connected = await waitFor<CompassConnection, CompassConnection>(invocation, {
    cluster,
    ref: { kind: COMPASS_CONNECTION, name },
    timeoutMs,
    look: (resource) => {
      last = resource;
      const state = resource?.status?.connectionState;
      const isNew = certificateOf(resource) !== '' && certificateOf(resource) !== certificateOf(before);
      return isNew && state && state !== 'ConnectionFailed' ? resource : undefined;
    },
    waitingFor: () => {
      const { connectionState: state, connectionStatus } = last?.status ?? {};
      const error = connectionStatus?.error ? `: ${connectionStatus.error}` : '';
      return `the agent to pair; ${last ? `the CompassConnection says ${state ?? 'nothing'}${error}` : 'there is no CompassConnection'}`;
    },
    goOn: `kubectl get compassconnection ${name} -o yaml`,
  });
  invocation.progress.step('ok', 'certificate', `CompassConnection ${name} shows a new one`);
  return connected;
}

function certificateOf(resource: CompassConnection | undefined): string {
  const { acquired, notBefore, notAfter } = resource?.status?.connectionStatus?.certificateStatus ?? {};
  return notAfter ? [resource?.metadata.uid, acquired, notBefore, notAfter].join(' ') : '';
}
