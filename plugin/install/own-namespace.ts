import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { isOfManifests } from './kinds.ts';

/**
 * The objects of an installation without its Namespace where somebody else has made that one: it stays as it is. Others may run
 * there, the reference agent say, whose next Pods the rules of ours (Pod Security `restricted`) would refuse.
 */
export async function withoutForeignNamespace(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const foreign = await Promise.all(objects.map((object) => isForeign(cluster, object)));
  return objects.filter((_, i) => !foreign[i]);
}

async function isForeign(cluster: Cluster, { kind, metadata: { name } }: KubeObject): Promise<boolean> {
  if (kind !== NAMESPACE.kind) return false;
  try {
    const found = await cluster.find<KubeObject>({ kind: NAMESPACE, name });
    return found !== undefined && !isOfManifests(found);
  } catch (error) {
    // Who may not read it is told which rights it takes to make it.
    if (hasReason(error, 'ClusterForbidden')) return false;
    throw error;
  }
}
