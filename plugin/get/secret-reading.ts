import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, type KubeObject } from '#common/cluster/objects.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { type PublishedSecrets, readSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import type { FoundConnection } from '../connection/find.ts';
import { type Reading, reading } from '../connection/reading.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';
import type { Place } from '../failure.ts';
import { fetchSecrets, type Selection } from './fetch.ts';

/** What may be known about the Secrets of Applications. */
export interface SecretReading extends Reading<KubeObject> {
  /** Where they may not be listed: what the sidecar published of them with its last synchronization, if it did. */
  readonly published?: PublishedSecrets | undefined;
  /** Why it could not publish that. */
  readonly unpublished?: string;
}

/** Lists the Secrets, or reads what is published of them. That knows no labels: what is selected has to be listed. */
export async function readSecretFacts(
  cluster: Cluster,
  connection: Pick<FoundConnection, 'name' | 'namespace' | 'places' | 'found'>,
  selection: Selection = {},
): Promise<SecretReading> {
  const { integrationNamespace } = connection.places;
  const listed = await fetchSecrets(cluster, integrationNamespace, selection);
  if (!listed.denied || selection.labelSelector !== undefined || selection.fieldSelector !== undefined) return listed;
  // What could not be written anew may be anything by now.
  const unpublished = connection.found?.report?.secretsUnpublished;
  if (unpublished !== undefined) return { ...listed, unpublished };
  const published = await fetchPublished(cluster, connection);
  return published?.namespace === integrationNamespace ? { ...listed, published } : listed;
}

async function fetchPublished(
  cluster: Cluster,
  { name, namespace }: Pick<FoundConnection, 'name' | 'namespace'>,
): Promise<PublishedSecrets | undefined> {
  const ref = { kind: CONFIG_MAP, name: ownObjectNames(name).secrets, namespace };
  const right = { verb: 'get', resource: 'configmaps', namespace };
  const { items } = await reading(right, async () => {
    const map = await cluster.find<ConfigMap>(ref);
    return map ? [map] : [];
  });
  return readSecrets(items[0]?.data?.[SECRETS_KEY]);
}

/** The right that is missed where something of Secrets cannot be told: what is published whole stands in for it. */
export function missedRight({ denied, published }: SecretReading): MissingRight | undefined {
  return published && !published.isCut ? undefined : denied;
}

/** What to say of a right to list Secrets that is missing; undefined where it is there. */
export function hintOfSecrets(secrets: SecretReading, place: Pick<Place, 'clusterFlags'>): string | undefined {
  const { denied, published, unpublished } = secrets;
  if (!denied) return undefined;
  const what = describeRight(denied);
  const instead = 'shown as of the last synchronization';
  if (published && !published.isCut) return `${what}; ${instead}`;
  const ask = `ask: ${canICommand(denied, place)}`;
  const reason = unpublished === undefined ? '' : `the sidecar could not publish what it knows (${unpublished}); `;
  return published ? `${what}; most are ${instead}; ${ask}` : `${what}; ${reason}${ask}`;
}
