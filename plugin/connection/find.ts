import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import type { ReportedPlaces } from '#common/resources/report.ts';
import { chooseConnection } from './choose.ts';
import { list, type Reading, reading } from './reading.ts';
import { DEFAULT_NAMESPACE, type FoundReport, fetchReports, findReport, isFound, type SearchPlace } from './reports.ts';
import { describeRight, type MissingRight } from './right.ts';

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
  return settle(cluster, await search(cluster, options), options);
}

/**
 * Every connection of the cluster, by name; one whose report outlives it counts. Throws as findConnection does where there
 * is none.
 */
export async function findConnections(cluster: Cluster, place: SearchPlace): Promise<readonly FoundConnection[]> {
  const searched = await search(cluster, place);
  const names = [...new Set([...searched.present, ...searched.reported])].toSorted();
  if (names.length === 0) return [await settle(cluster, searched, place)];
  return Promise.all(names.map((name) => settle(cluster, searched, { ...place, name })));
}

/** What two lists give: all that can be told before a connection is chosen. */
interface Searched {
  readonly connections: Reading<CompassConnection>;
  readonly reports: Reading<FoundReport>;
  /** Names of CompassConnections, and of those that reports are about. */
  readonly present: readonly string[];
  readonly reported: readonly string[];
}

async function search(cluster: Cluster, place: SearchPlace): Promise<Searched> {
  const [connections, reports] = await Promise.all([fetchConnections(cluster), fetchReports(cluster, place)]);
  const present = connections.items.map(({ metadata }) => metadata.name);
  const reported = reports.items.map(({ connection }) => connection);
  return { connections, reports, present, reported };
}

async function settle(
  cluster: Cluster,
  { connections, reports, present, reported }: Searched,
  options: FindOptions,
): Promise<FoundConnection> {
  // Who may list nothing may still get the one that is most likely meant.
  const likely = connections.denied ? DEFAULT_CONNECTION_NAME : undefined;
  const name = chooseConnection(options.name, present, reported) ?? likely;
  if (name === undefined) throw nothingFound(connections, [...present, ...reported], undefined, reports.denied);
  const found =
    reports.items.find(({ connection }) => connection === name) ?? (await findReport(cluster, name, options));
  const report = isFound(found) ? found : undefined;
  const named = connections.denied ? await fetchConnection(cluster, name, connections.denied) : connections;
  const resource = named.items.find(({ metadata }) => metadata.name === name);
  if (!resource && !report) {
    // The name that nobody gave may be another one.
    throw nothingFound(options.name === undefined ? connections : named, [...present, ...reported], name);
  }
  const notPermitted = [named.denied, hidingReport(found, reports, options)].filter((right) => right !== undefined);
  const namespace = report?.namespace ?? options.namespace ?? DEFAULT_NAMESPACE;
  const places = report?.report?.places ?? defaultPlaces(namespace);
  return { name, resource, found: report, namespace, places, notPermitted };
}

/** The right without which there may be a report, although none was found: by name it is looked for in one namespace only. */
function hidingReport(
  found: FoundReport | MissingRight | undefined,
  { denied }: Reading<FoundReport>,
  { namespace }: SearchPlace,
): MissingRight | undefined {
  if (isFound(found)) return undefined;
  return found ?? (namespace === undefined ? denied : undefined);
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

function nothingFound(
  { denied }: Reading<unknown>,
  names: readonly string[],
  name?: string,
  hiding?: MissingRight,
): CompassError {
  if (denied) {
    const message = `cannot ${denied.verb} ${denied.resource}: not permitted, and there is no report of a sidecar to read`;
    return new CompassError('ClusterForbidden', message);
  }
  if (name === undefined) {
    const report = hiding ? `; whether there is a report of a sidecar is ${describeRight(hiding)}` : '';
    return new CompassError(
      'NotInstalled',
      `there is no CompassConnection in this cluster${report || ' and no report of a sidecar'}`,
    );
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
  return ofKnownKind(() => reading(right, () => list<CompassConnection>(cluster, COMPASS_CONNECTION)));
}

/** One by name, for who may not list them; `denied` is that right, which gives this one, too. */
async function fetchConnection(
  cluster: Cluster,
  name: string,
  denied: MissingRight,
): Promise<Reading<CompassConnection>> {
  return ofKnownKind(() =>
    reading(denied, async () => {
      const resource = await cluster.find<CompassConnection>({ kind: COMPASS_CONNECTION, name });
      return resource ? [resource] : [];
    }),
  );
}

async function ofKnownKind(read: () => Promise<Reading<CompassConnection>>): Promise<Reading<CompassConnection>> {
  try {
    return await read();
  } catch (error) {
    if (hasReason(error, 'NotInstalled', 'ClusterNotFound')) return { items: [] };
    throw error;
  }
}
