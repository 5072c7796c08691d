import type { KubeObject } from '#common/cluster/objects.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import type { Result } from '../output/print.ts';
import { formatYaml } from '../output/yaml.ts';
import { fullName } from './kinds.ts';
import { definitionObjects, installationObjects } from './manifests.ts';
import type { RollOutOptions } from './options.ts';
import { targetValues } from './target-values.ts';

/** What an installation consists of, made without a cluster: the definitions only where they may take the place of others. */
export function generatedObjects(options: RollOutOptions): readonly KubeObject[] {
  const values = targetValues(undefined, { ...options, namespace: options.namespace ?? DEFAULT_NAMESPACE });
  const definitions = options.crds === 'replace' ? definitionObjects() : [];
  return [...definitions, ...installationObjects(values)];
}

/** The objects for `kubectl apply --server-side -f -`: as YAML documents, or in other formats as a list. */
export function generatedView(objects: readonly KubeObject[]): Result {
  return {
    document: () => ({ apiVersion: 'v1', kind: 'List', items: objects }),
    names: objects.map(fullName),
    text: () => objects.map((object) => `---\n${formatYaml(object)}`).join(''),
  };
}
