import { canI, type Right } from '#common/cluster/access.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';
import { kindOf } from './kinds.ts';
import type { Problem } from './problem.ts';

/** The rights to apply these objects that whoever calls lacks, by SelfSubjectAccessReviews. */
export async function missingRights(cluster: Cluster, objects: readonly KubeObject[]): Promise<readonly Problem[]> {
  const rights = new Map(objects.flatMap(rightsOn).map((right) => [JSON.stringify(right), right]));
  const answers = await Promise.all(
    [...rights.values()].map(async (right) => ({ right, may: await may(cluster, right) })),
  );
  return answers
    .filter(({ may: permitted }) => !permitted)
    .map(({ right }) => ({
      step: 'rights',
      reason: 'ClusterForbidden',
      message: describeRight(right),
      next: canICommand(right),
    }));
}

/** Server-side apply patches, and where there is nothing yet it also creates. */
function rightsOn(object: KubeObject): MissingRight[] {
  const { plural, apiVersion } = kindOf(object);
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  const { namespace } = object.metadata;
  return ['get', 'create', 'patch'].map((verb) => ({
    verb,
    resource: `${plural}${group}`,
    ...(namespace === undefined ? {} : { namespace }),
  }));
}

/** Where nobody may ask, the API server says it soon enough. */
async function may(cluster: Cluster, { verb, resource, namespace }: MissingRight): Promise<boolean> {
  const [plural = '', ...group] = resource.split('.');
  const right: Right = {
    verb,
    group: group.join('.'),
    resource: plural,
    ...(namespace === undefined ? {} : { namespace }),
  };
  try {
    return await canI(cluster, right);
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden', 'ClusterNotFound', 'NotInstalled')) return true;
    throw error;
  }
}
