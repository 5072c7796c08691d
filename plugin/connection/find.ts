import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { ReportedPlaces } from '#common/resources/report.ts';
import { chooseConnection } from './choose.ts';
import { list, type Reading, reading } from './reading.ts';
import { DEFAULT_NAMESPACE, type FoundReport, fetchReports, findReport, isFound, type SearchPlace } from './reports.ts';
import type { MissingRight } from './right.ts';

export interface FindOptions extends SearchPlace {
  /** The CompassConnection; undefined means the default one, or the only one. */
  readonly name?: string | undefined;
}

/** One connection, as far as it may be read. At least one of `resource` and `found` is there. */
export interface FoundConnection {
  readonly name: string;
  readonly resource: CompassConnection | undefined;
  readonly found: FoundReport | undefined;
  /** Where its sidecar is: where the report lies, else where it was said to be, else the default. */
  readonly namespace: string;
  /** Where its Secrets are: as the sidecar reports it, else where they are by default. */
  readonly places: ReportedPlaces;
  readonly notPermitted: readonly MissingRight[];
}

/**
 * The connection that is meant. Throws NotInstalled where there is neither a CompassConnection nor a report,
 * ClusterNotFound for a name that is not there, ClusterForbidden where nothing at all may be read.
 */
export async function findConnection(cluster: Cluster, options: FindOptions): Promise<FoundConnection> {
  const [connections, reports] = await Promise.all([fetchConnections(cluster), fetchReports(cluster, options)]);
  const present = connections.items.map(({ metadata }) => metadata.name);
  const reported = reports.items.map(({ connection }) => connection);
  const name = chooseConnection(options.name, present, reported);
  if (name === undefined) throw nothingFound(connections, [...present, ...reported]);
  const found =
    reports.items.find(({ connection }) => connection === name) ?? (await findReport(cluster, name, options));
  const resource = connections.items.find(({ metadata }) => metadata.name === name);
  if (!resource && !isFound(found)) throw nothingFound(connections, [...present, ...reported], name);
  const notPermitted = [connections.denied, isFound(found) ? undefined : found].filter((right) => right !== undefined);
  const report = isFound(found) ? found : undefined;
  const namespace = report?.namespace ?? options.namespace ?? DEFAULT_NAMESPACE;
  const places = report?.report?.places ?? defaultPlaces(namespace);
  return { name, resource, found: report, namespace, places, notPermitted };
}

/** Where the Secrets of a connection are unless its sidecar was told otherwise. */
export function defaultPlaces(namespace: string): ReportedPlaces {
  return {
    configuration: { namespace, name: 'compass-agent-configuration' },
    client: { namespace, name: 'cluster-client-certificates' },
    ca: { namespace: 'istio-system', name: 'ca-certificates' },
    integrationNamespace: 'kyma-system',
  };
}

function nothingFound({ denied }: Reading<unknown>, names: readonly string[], name?: string): CompassError {
  if (denied) {
    const message = `cannot ${denied.verb} ${denied.resource}: not permitted, and there is no report of a sidecar to read`;
    return new CompassError('ClusterForbidden', message);
  }
  if (name === undefined) {
    return new CompassError('NotInstalled', 'there is no CompassConnection in this cluster and no report of a sidecar');
  }
  const others = [...new Set(names)].toSorted().join(', ');
  const hint = others === '' ? '' : `; there is ${others}`;
  return new CompassError('ClusterNotFound', `there is no CompassConnection "${name}"${hint}`, {
    next: 'kubectl get compassconnections',
  });
}

/** All CompassConnections; none where the cluster does not know the kind. */
async function fetchConnections(cluster: Cluster): Promise<Reading<CompassConnection>> {
  const right = { verb: 'list', resource: 'compassconnections.compass.kyma-project.io' };
  try {
    return await reading(right, () => list<CompassConnection>(cluster, COMPASS_CONNECTION));
  } catch (error) {
    if (hasReason(error, 'NotInstalled', 'ClusterNotFound')) return { items: [] };
    throw error;
  }
}
