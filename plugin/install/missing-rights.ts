import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { findLackingRights } from '../connect/rights.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';
import { kindOf } from './kinds.ts';
import type { Problem } from './problem.ts';

/** The rights to apply these objects that whoever calls lacks, those on the same objects in one. */
export async function missingRights(cluster: Cluster, objects: readonly KubeObject[]): Promise<readonly Problem[]> {
  const lacking = await findLackingRights(cluster, rightsToApply(objects));
  const byObjects = Map.groupBy(lacking, ({ resource, namespace }) => `${resource} ${namespace}`);
  return [...byObjects.values()].flatMap((rights): Problem[] => {
    const [first] = rights;
    if (!first) return [];
    const verb = rights.map((right) => right.verb).join(', ');
    const message = describeRight({ ...first, verb });
    return [{ step: 'rights', reason: 'ClusterForbidden', message, next: canICommand(first) }];
  });
}

/** Each once. Server-side apply patches, and where there is nothing yet it also creates. */
export function rightsToApply(objects: readonly KubeObject[]): readonly MissingRight[] {
  const rights = objects.flatMap((object): MissingRight[] => {
    const { plural, apiVersion } = kindOf(object);
    const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
    const { namespace } = object.metadata;
    const where = namespace === undefined ? {} : { namespace };
    return ['get', 'create', 'patch'].map((verb) => ({ verb, resource: `${plural}${group}`, ...where }));
  });
  return [...new Map(rights.map((right) => [JSON.stringify(right), right])).values()];
}
