import type { Cluster, ListOptions } from '#common/cluster/cluster.ts';
import { type Kind, type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { isSubdomain } from '#common/sync/names.ts';
import { type Reading, reading } from '../connection/reading.ts';
import { withoutManagedFields } from '../output/managed-fields.ts';

/** Objects a page: an Application may be as large as 1.5 MiB. */
const APPLICATIONS_A_PAGE = 100;
/** How often a list that expired half-way is begun anew. */
const MOST_TRIES = 3;
/** Up to so many names are read one by one; more of them by a list. */
const MOST_SINGLE_READS = 10;

export interface Selection {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** The Applications of a cluster, selected by the API server; with `names` perhaps only those. Throws CompassError. */
export async function fetchApplications(
  cluster: Cluster,
  { labelSelector, fieldSelector }: Selection,
  names: readonly string[] = [],
): Promise<readonly Application[]> {
  const isSelected = labelSelector !== undefined || fieldSelector !== undefined;
  if (!isSelected && names.length > 0 && names.length <= MOST_SINGLE_READS) return readSingly(cluster, names);
  const options = { ...selected({ labelSelector, fieldSelector }), pageSize: APPLICATIONS_A_PAGE };
  return listWhole<Application, Application>(cluster, APPLICATION, options, asPrinted);
}

async function readSingly(cluster: Cluster, names: readonly string[]): Promise<readonly Application[]> {
  const found = await Promise.all([...new Set(names)].map((name) => findApplication(cluster, name)));
  return found.filter((application) => application !== undefined).map(withoutManagedFields);
}

/**
 * What each Application of a cluster gives, in their order. No more of them than a page is held at a time, however many there
 * are; `map` may see one twice, where the list expired half-way and is begun anew. Throws CompassError.
 */
export async function mapApplications<T>(
  cluster: Cluster,
  map: (application: Application) => readonly T[],
): Promise<readonly T[]> {
  return listWhole<Application, T>(cluster, APPLICATION, { pageSize: APPLICATIONS_A_PAGE }, map);
}

/** The names of all Applications of a cluster. Throws CompassError. */
export async function fetchApplicationNames(cluster: Cluster): Promise<readonly string[]> {
  return listWhole(cluster, APPLICATION, { metadataOnly: true }, ({ metadata }) => [metadata.name]);
}

/** By its name, which may be one that only Compass takes: then there is none. */
export async function findApplication(cluster: Cluster, name: string): Promise<Application | undefined> {
  return isSubdomain(name) ? cluster.find<Application>({ kind: APPLICATION, name }) : undefined;
}

/** What may be known about the Secrets of Applications: no values, which never leave the API server. */
export async function fetchSecrets(
  cluster: Cluster,
  namespace: string,
  { labelSelector, fieldSelector }: Selection = {},
): Promise<Reading<KubeObject>> {
  const right = { verb: 'list', resource: 'secrets', namespace };
  const labels = ['bundleId', ...(labelSelector === undefined ? [] : [labelSelector])].join(',');
  const options = { namespace, metadataOnly: true, ...selected({ labelSelector: labels, fieldSelector }) };
  return reading(right, () => listWhole(cluster, SECRET, options, asPrinted));
}

/** As options, in which what is undefined must be absent. */
export function selected({ labelSelector, fieldSelector }: Selection): {
  labelSelector?: string;
  fieldSelector?: string;
} {
  return {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

async function listWhole<T extends KubeObject, R>(
  cluster: Cluster,
  kind: Kind,
  options: ListOptions,
  map: (object: T) => readonly R[],
): Promise<readonly R[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await listOnce(cluster, kind, options, map);
    } catch (error) {
      refuseSelector(error, options);
      if (tries === MOST_TRIES || !hasReason(error, 'ClusterWatchExpired')) throw error;
    }
  }
}

async function listOnce<T extends KubeObject, R>(
  cluster: Cluster,
  kind: Kind,
  options: ListOptions,
  map: (object: T) => readonly R[],
): Promise<readonly R[]> {
  const items: R[] = [];
  for await (const page of cluster.listPages<T>(kind, options)) items.push(...page.items.flatMap(map));
  return items;
}

function asPrinted<T extends KubeObject>(object: T): readonly T[] {
  return [withoutManagedFields(object)];
}

/** The API server knows best which selectors there are; a wrong one is the caller's. */
function refuseSelector(error: unknown, { labelSelector, fieldSelector }: Selection): void {
  if (!hasReason(error, 'ClusterRefused') || error.status !== 400) return;
  if (labelSelector === undefined && fieldSelector === undefined) return;
  throw new CompassError('Usage', `a selector is refused: ${error.message}`, { cause: error });
}
