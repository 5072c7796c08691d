import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { FoundConnection } from '../connection/find.ts';
import { fetchApplicationNames, findApplication } from '../get/fetch.ts';
import { secretReferences } from '../get/landscape.ts';
import type { ReadinessJudge } from '../get/readiness.ts';
import { didYouMean } from '../nearest.ts';
import { lastChange, type TraceFacts, tracedApplication } from './facts.ts';

/** From an Application to its connection. Throws ClusterNotFound with the nearest names. */
export async function traceApplication(
  cluster: Cluster,
  connection: FoundConnection,
  judge: ReadinessJudge,
  name: string,
): Promise<TraceFacts> {
  const { notPermitted } = connection;
  const found = await findApplication(cluster, name);
  if (found) {
    const application = tracedApplication(found, connection, judge);
    const secrets = secretReferences(found).map((secret) => secret.name);
    const isOurs = application.connection === connection.name;
    const change = isOurs
      ? (lastChange(connection, [], name) ?? lastChange(connection, secrets, undefined))
      : undefined;
    return { connection, notPermitted, traces: [{ secrets: [], apis: [], application, change }] };
  }
  const failures = judge.withoutObject([]);
  const failure = failures.find((failed) => failed.name === name || failed.id === name);
  if (!failure) {
    const known = [...(await fetchApplicationNames(cluster)), ...failures.map((failed) => failed.name)];
    const message = `there is no Application ${name}${didYouMean(name, known)}`;
    throw new CompassError('ClusterNotFound', message, { next: 'kubectl compass get apps' });
  }
  const { reason, message, id } = failure;
  const application = {
    name: failure.name || id,
    id: id || undefined,
    inCluster: false,
    readiness: { ready: 'False' as const, reason, message },
    connection: connection.name,
  };
  const change = lastChange(connection, [], application.name);
  return { connection, notPermitted, traces: [{ secrets: [], apis: [], application, change }] };
}
