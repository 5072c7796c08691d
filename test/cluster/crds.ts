import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CUSTOM_RESOURCE_DEFINITION, type KubeObject } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { until } from './until.ts';

/**
 * `field`: as Kyma ships them. `ours`: as the sidecar brings them. `…-with-status`: the same, CompassConnection with the
 * status subresource.
 */
export type Crds = 'none' | 'field' | 'ours' | 'field-with-status' | 'ours-with-status';

const FOLDERS = {
  field: new URL('../fixtures/crds/field/', import.meta.url),
  ours: new URL('../../sidecar/deploy/crds/', import.meta.url),
};

interface Definition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly scope?: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly subresources?: object }[];
  };
}

function withStatus(definition: Definition): Definition {
  if (definition.spec.names.kind !== 'CompassConnection') return definition;
  const versions = definition.spec.versions.map((version) => ({ ...version, subresources: { status: {} } }));
  return { ...definition, spec: { ...definition.spec, versions } };
}

/** Go's YAML takes a quoted text whose next lines are indented as little as its key, as in the field's file; YAML 1.2 does not. */
function parseLikeGo(yaml: string): unknown {
  return parse(yaml.replace(/: '[^']*'/g, (quoted) => quoted.replace(/\n\s+/g, ' ')));
}

/** The two definitions, read from their files. */
export async function readCrds(crds: Exclude<Crds, 'none'>): Promise<readonly KubeObject[]> {
  const folder = FOLDERS[crds.startsWith('field') ? 'field' : 'ours'];
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
  const definitions = await Promise.all(
    files.map(async (name) => parseLikeGo(await readFile(new URL(name, folder), 'utf8')) as Definition),
  );
  return crds.endsWith('-with-status') ? definitions.map(withStatus) : definitions;
}

/** Creates a definition, and waits until its objects can be listed. */
export async function installCrd(cluster: Cluster, definition: KubeObject): Promise<void> {
  await cluster.create(CUSTOM_RESOURCE_DEFINITION, definition);
  const { spec } = definition as Definition;
  const paths = spec.versions.map(({ name }) => `/apis/${spec.group}/${name}/${spec.names.plural}`);
  await until(`${spec.names.plural} are served`, async () => {
    for (const path of paths) await cluster.raw(path);
    return takesWrites(cluster, definition as Definition);
  });
}

/** A list is served before the storage is: an object that is no good must be refused for that, and for nothing else. */
async function takesWrites(cluster: Cluster, { spec }: Definition): Promise<boolean> {
  const { group, names, versions, scope } = spec;
  const apiVersion = `${group}/${versions[0]?.name}`;
  const kind = { apiVersion, kind: names.kind, plural: names.plural, namespaced: scope === 'Namespaced' };
  const metadata = { name: 'takes-writes', ...(kind.namespaced ? { namespace: 'default' } : {}) };
  try {
    await cluster.create(kind, { apiVersion, kind: names.kind, metadata }, { dryRun: true });
    return true;
  } catch (error) {
    return hasReason(error, 'ClusterRefused', 'ClusterForbidden');
  }
}
