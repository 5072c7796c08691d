import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { isSubdomain } from '#common/sync/names.ts';
import type { FoundConnection } from '../connection/find.ts';
import { type Reading, reading } from '../connection/reading.ts';
import { readSecretFacts, type SecretReading } from '../get/secret-reading.ts';

/** What may be known of one Secret of the integration namespace: its metadata; where that may not be read, what is published. */
export async function readOneSecret(
  cluster: Cluster,
  connection: FoundConnection,
  name: string,
): Promise<SecretReading> {
  const found = await findSecret(cluster, connection.places.integrationNamespace, name);
  return found.denied ? readSecretFacts(cluster, connection) : found;
}

/** The metadata of a Secret, which has no value in it; no item where there is none. */
export async function findSecret(cluster: Cluster, namespace: string, name: string): Promise<Reading<KubeObject>> {
  if (!isSubdomain(name)) return { items: [] };
  return reading({ verb: 'list', resource: 'secrets', namespace }, async () => {
    const options = { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true };
    const items: KubeObject[] = [];
    for await (const page of cluster.listPages(SECRET, options)) items.push(...page.items);
    return items;
  });
}
