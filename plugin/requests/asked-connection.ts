import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
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

/**
 * As findAskedConnection, for a request that nobody but this project's sidecar knows. Throws RequestRefused where there is
 * no report of one.
 */
export async function findAskedSidecar(
  invocation: Pick<Invocation, 'connect' | 'names' | 'flags' | 'env'>,
): Promise<Awaited<ReturnType<typeof findAskedConnection>>> {
  const asked = await findAskedConnection(invocation);
  const { name, found, notPermitted } = asked.connection;
  if (found || notPermitted.length > 0) return asked;
  const message = `there is no report of a sidecar for ${name}: another agent does not know this request`;
  throw new CompassError('RequestRefused', message);
}
