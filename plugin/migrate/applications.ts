import { gunzipSync, gzipSync } from 'node:zlib';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, type KubeObject } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';

/** Names of Applications, and their UIDs. */
export type ApplicationSet = ReadonlyMap<string, string>;

/** What became of the Applications that were there. */
export interface ApplicationChanges {
  readonly before: number;
  readonly after: number;
  /** Those that are gone. */
  readonly missing: readonly string[];
  /** Those that are others of the same name: deleted and made anew, their Secrets with them. */
  readonly replaced: readonly string[];
  readonly added: readonly string[];
}

/** All Applications of the cluster, by their metadata alone; none where the cluster does not know the kind. */
export async function fetchApplications(cluster: Cluster): Promise<ApplicationSet> {
  const found = new Map<string, string>();
  try {
    for await (const { items } of cluster.listPages<KubeObject>(APPLICATION, { metadataOnly: true }))
      for (const { metadata } of items) found.set(metadata.name, metadata.uid ?? '');
  } catch (error) {
    if (!hasReason(error, 'NotInstalled')) throw error;
  }
  return found;
}

export function compareApplications(before: ApplicationSet, after: ApplicationSet): ApplicationChanges {
  const names = [...before.keys()];
  return {
    before: before.size,
    after: after.size,
    missing: names.filter((name) => !after.has(name)),
    replaced: names.filter((name) => after.has(name) && after.get(name) !== before.get(name)),
    added: [...after.keys()].filter((name) => !before.has(name)),
  };
}

/** Nothing that was there is gone or another one. */
export function isKept({ missing, replaced }: ApplicationChanges): boolean {
  return missing.length === 0 && replaced.length === 0;
}

const KEY = 'applications.gz';

/** Where they are written down while a migration is under way. */
export function rememberedRef(namespace: string): ObjectRef {
  return { kind: CONFIG_MAP, namespace, name: `${DEFAULT_CONNECTION_NAME}-migration` };
}

/**
 * The Applications as they were before the migration began: where it goes on, as the run that was cut off wrote them down in the
 * agent's namespace; else as they are now, which is written down. Packed, since thousands of UIDs would not fit otherwise.
 */
export async function rememberApplications(
  cluster: Cluster,
  namespace: string,
  isGoingOn: boolean,
): Promise<ApplicationSet> {
  const ref = rememberedRef(namespace);
  const kept = isGoingOn ? unpack((await cluster.find<ConfigMap>(ref))?.data?.[KEY]) : undefined;
  if (kept) return kept;
  const now = await fetchApplications(cluster);
  const metadata = { name: ref.name, namespace };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [KEY]: pack(now) } };
  await cluster.apply<ConfigMap>(CONFIG_MAP, object, { fieldManager: PLUGIN_FIELD_MANAGER, force: true });
  return now;
}

/** Once it is over. */
export async function forgetApplications(cluster: Cluster, namespace: string): Promise<void> {
  await cluster.delete(rememberedRef(namespace));
}

function pack(applications: ApplicationSet): string {
  return gzipSync(JSON.stringify([...applications])).toString('base64');
}

/** Undefined for whatever is no such text: then it is as good as not there. */
function unpack(text: string | undefined): ApplicationSet | undefined {
  if (text === undefined) return undefined;
  try {
    const entries = JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString('utf8')) as unknown;
    return Array.isArray(entries) ? new Map(entries.filter(isEntry)) : undefined;
  } catch {
    // somebody else's hand
    return undefined;
  }
}

function isEntry(entry: unknown): entry is [string, string] {
  return Array.isArray(entry) && entry.length === 2 && entry.every((part) => typeof part === 'string');
}
