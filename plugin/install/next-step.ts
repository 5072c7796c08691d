import type { Cluster } from '#common/cluster/cluster.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { reading } from '../connection/reading.ts';

/**
 * The command that comes after an installation: a connection that had a certificate, kept by an uninstall, goes on by itself;
 * any other wants a token.
 */
export async function nextStep(cluster: Cluster, connectionName: string): Promise<string> {
  const right = { verb: 'get', resource: 'compassconnections.compass.kyma-project.io', name: connectionName };
  const { items } = await reading(right, async () => {
    const connection = await cluster.find<CompassConnection>({ kind: COMPASS_CONNECTION, name: connectionName });
    return connection === undefined ? [] : [connection];
  });
  const hadCertificate = items.some(({ status }) => status?.connectionStatus?.certificateStatus?.notAfter);
  return hadCertificate
    ? 'it goes on with the connection that is there: kubectl compass status'
    : 'to connect it: kubectl compass connect --token-stdin --runtime-id ID';
}
