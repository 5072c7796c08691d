import type { Cluster } from '#common/cluster/cluster.ts';
import type { Invocation } from '../command.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { requireResource } from './ask.ts';

/**
 * The connection that a command line names, for a request to its sidecar. Throws what findConnection throws, and
 * what requireResource throws where there is no object that a request could be written on.
 */
export async function findAskedConnection({
  connect,
  names,
  flags,
  env,
}: Pick<Invocation, 'connect' | 'names' | 'flags' | 'env'>): Promise<{
  readonly cluster: Cluster;
  readonly connection: FoundConnection;
}> {
  const { cluster } = await connect();
  const connection = await findConnection(cluster, { name: names[0], namespace: sidecarNamespace(flags, env) });
  requireResource(connection);
  return { cluster, connection };
}
