import type { Cluster } from '#common/cluster/cluster.ts';
import { hasReason } from '#common/errors.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { defaultPlaces, type FoundConnection, findConnection } from '../connection/find.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';

/** The connection that is to be made: as it is, or where it will be. */
export async function findTarget(
  cluster: Cluster,
  options: { readonly name: string | undefined; readonly namespace: string | undefined },
): Promise<FoundConnection> {
  try {
    return await findConnection(cluster, options);
  } catch (error) {
    if (!hasReason(error, 'NotInstalled', 'ClusterNotFound')) throw error;
    const { name = DEFAULT_CONNECTION_NAME, namespace = DEFAULT_NAMESPACE } = options;
    const places = defaultPlaces(namespace);
    return { name, resource: undefined, found: undefined, namespace, places, notPermitted: [] };
  }
}

/** Whether Compass accepts the certificate of this connection, as far as report or CompassConnection say. */
export function isWorking({ resource, found }: FoundConnection, now: number): boolean {
  const state = found?.report?.state ?? resource?.status?.connectionState;
  if (!state || state === 'ConnectionFailed') return false;
  const reported = found?.report?.identity?.notAfter;
  const notAfter = reported ?? resource?.status?.connectionStatus?.certificateStatus?.notAfter;
  return notAfter ? Date.parse(notAfter) > now : false;
}

/** Whether a new pairing was asked for, and waits for a token. */
export function isPairingPending({ found }: FoundConnection): boolean {
  return (
    found?.report?.conditions?.some(({ type, status }) => type === 'ReconnectPending' && status === 'True') ?? false
  );
}
