import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { type FindOptions, type FoundConnection, findConnection } from '../connection/find.ts';
import type { MissingRight } from '../connection/right.ts';
import { fetchApplicationNames, findApplication, mapApplications } from '../get/fetch.ts';
import { isOf } from '../get/landscape.ts';
import { ReadinessJudge } from '../get/readiness.ts';
import { SecretIndex } from '../get/secret-facts.ts';
import { missedRight, readSecretFacts, type SecretReading } from '../get/secret-reading.ts';
import { didYouMean } from '../nearest.ts';
import { type ApplicationNode, applicationNode, failureNode } from './nodes.ts';

/** A connection and all that hangs on it. */
export interface TreeFacts {
  readonly connection: FoundConnection;
  /** By name; those that could not be created come last. */
  readonly applications: readonly ApplicationNode[];
  readonly secrets: SecretReading;
  readonly index: SecretIndex;
  readonly notPermitted: readonly MissingRight[];
}

interface TreeOptions extends FindOptions {
  /** One Application; all of the connection's where it is undefined. */
  readonly app?: string | undefined;
}

/**
 * Reads a tree. Throws what findConnection throws, and ClusterNotFound with the nearest names for an Application that neither
 * the connection nor its report has.
 */
export async function fetchTree(cluster: Cluster, options: TreeOptions): Promise<TreeFacts> {
  const connection = await findConnection(cluster, options);
  const judge = new ReadinessJudge(connection.name, connection.found?.report);
  const [applications, secrets] = await Promise.all([
    options.app === undefined
      ? allApplications(cluster, connection, judge)
      : oneApplication(cluster, connection, judge, options.app),
    readSecretFacts(cluster, connection),
  ]);
  const denied = missedRight(secrets);
  return {
    connection,
    applications,
    secrets,
    index: new SecretIndex(secrets),
    notPermitted: [...connection.notPermitted, ...(denied ? [denied] : [])],
  };
}

async function allApplications(
  cluster: Cluster,
  { name }: FoundConnection,
  judge: ReadinessJudge,
): Promise<readonly ApplicationNode[]> {
  const present = await mapApplications(cluster, (application) =>
    isOf(application, name) ? [applicationNode(application, judge.of(application))] : [],
  );
  const ids = new Set(present.flatMap(({ id }) => id ?? []));
  const names = new Set(present.map((node) => node.name));
  const isAbsent = ({ id, name: failed }: ApplicationNode) => (id === undefined ? !names.has(failed) : !ids.has(id));
  return [...present, ...judge.withoutObject([]).map(failureNode).filter(isAbsent)];
}

async function oneApplication(
  cluster: Cluster,
  { name }: FoundConnection,
  judge: ReadinessJudge,
  app: string,
): Promise<readonly ApplicationNode[]> {
  const application = await findApplication(cluster, app);
  if (application && isOf(application, name)) return [applicationNode(application, judge.of(application))];
  if (application) {
    throw new CompassError('ClusterNotFound', `the Application ${app} is not of ${name}`, {
      next: `kubectl compass trace app/${app}`,
    });
  }
  const failure = judge.withoutObject([]).find((failed) => failed.name === app || failed.id === app);
  if (failure) return [failureNode(failure)];
  const known = [...(await fetchApplicationNames(cluster)), ...judge.withoutObject([]).map((failed) => failed.name)];
  throw new CompassError('ClusterNotFound', `there is no Application ${app}${didYouMean(app, known)}`, {
    next: 'kubectl compass get apps',
  });
}
