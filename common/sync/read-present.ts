import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { Place } from './place.ts';
import { Present, toPresentApplication, toPresentSecret } from './present.ts';

/** Every Secret of a bundle carries this label, ours as well as the reference agent's. */
export const SECRETS_OF_BUNDLES = 'bundleId';
/** The objects are whole: a page is to stay small beside what is kept, however large they are. */
const PAGES = { pageSize: 20, pageBytes: 512 * 1024 };
/** How often a list that expired half-way is begun anew. */
const MOST_TRIES = 3;

/** What was present, and the versions of the lists: who watches from there misses nothing. */
export interface ReadPresent {
  readonly present: Present;
  readonly versions: { readonly applications: string; readonly secrets: string };
}

/**
 * Reads what is present: all Applications, and the Secrets of bundles in the integration namespace, page by page as
 * quorum reads. A list whose `continue` expires is begun anew, and nothing of the first part is used. Throws CompassError.
 */
export async function readPresent(cluster: Cluster, place: Place, signal?: AbortSignal): Promise<ReadPresent> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await readOnce(cluster, place, signal);
    } catch (error) {
      if (tries === MOST_TRIES || !hasReason(error, 'ClusterWatchExpired')) throw error;
    }
  }
}

async function readOnce(cluster: Cluster, place: Place, signal?: AbortSignal): Promise<ReadPresent> {
  const { connectionName, integrationNamespace: namespace } = place;
  const aborting = signal ? { signal } : {};
  const present = new Present();
  const versions = { applications: '', secrets: '' };
  const applications = cluster.listPages<Application>(APPLICATION, { ...PAGES, ...aborting });
  for await (const page of applications) {
    versions.applications = page.resourceVersion;
    for (const application of page.items) present.putApplication(toPresentApplication(application, connectionName));
  }
  const secrets = cluster.listPages<Secret>(SECRET, {
    namespace,
    labelSelector: SECRETS_OF_BUNDLES,
    ...PAGES,
    ...aborting,
  });
  for await (const page of secrets) {
    versions.secrets = page.resourceVersion;
    for (const secret of page.items) present.putSecret(toPresentSecret(secret, connectionName));
  }
  return { present, versions };
}
