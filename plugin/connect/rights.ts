import { canI } from '#common/cluster/access.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';

/** Throws ClusterForbidden, with verb and resource, unless all of these are permitted: before anything is changed. */
export async function requireRights(cluster: Cluster, rights: readonly MissingRight[]): Promise<void> {
  const [missing] = await findLackingRights(cluster, rights);
  if (!missing) return;
  const message = `${describeRight(missing)}; nothing was changed`;
  throw new CompassError('ClusterForbidden', message, { next: canICommand(missing) });
}

/** Those that whoever calls lacks, by SelfSubjectAccessReviews. */
export async function findLackingRights(
  cluster: Cluster,
  rights: readonly MissingRight[],
): Promise<readonly MissingRight[]> {
  const permitted = await Promise.all(rights.map((right) => isPermitted(cluster, right)));
  return rights.filter((_, index) => !permitted[index]);
}

/** Where nobody may ask, the API server says it soon enough. */
async function isPermitted(cluster: Cluster, { verb, resource, namespace, name }: MissingRight): Promise<boolean> {
  const [plural = '', ...group] = resource.split('.');
  const place = { ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
  const right = { verb, group: group.join('.'), resource: plural, ...place };
  try {
    return await canI(cluster, right);
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden', 'ClusterNotFound', 'NotInstalled')) return true;
    throw error;
  }
}
