import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { ownPlaces } from './own-places.ts';
import type { Problem } from './problem.ts';
import type { InstallationValues } from './values.ts';

/** Namespaces that have to be there and are not, or are about to go. */
export async function missingNamespaces(cluster: Cluster, values: InstallationValues): Promise<readonly Problem[]> {
  const { namespace, integrationNamespace, istioCa } = values;
  const others: readonly (readonly [string, string, string])[] = [
    [integrationNamespace, 'where the Secrets of Applications go', '--set integrationNamespace=NAME names another'],
    ...(istioCa
      ? [[ownPlaces(values).ca.namespace, 'where the Istio gateway reads CAs', 'leave --set istioCa=true out'] as const]
      : []),
  ];
  const needed = others.filter(([name]) => name !== namespace);
  const problems = await Promise.all(
    needed.map(async ([name, what, otherwise]): Promise<Problem[]> => {
      const state = await namespaceState(cluster, name);
      if (state === 'active' || state === 'unknown') return [];
      if (state === 'terminating') return [goingAway(name)];
      const message = `there is no namespace ${name}, ${what} (${otherwise})`;
      return [namespaceProblem(message, `kubectl create namespace ${name}`)];
    }),
  );
  const isGoing = (await namespaceState(cluster, namespace)) === 'terminating';
  return [...problems.flat(), ...(isGoing ? [goingAway(namespace)] : [])];
}

function goingAway(name: string): Problem {
  return namespaceProblem(`the namespace ${name} is being deleted`, `kubectl get namespace ${name} -o yaml`);
}

function namespaceProblem(message: string, next: string): Problem {
  return { step: 'namespaces', reason: 'ClusterNotFound', message, next };
}

async function namespaceState(
  cluster: Cluster,
  name: string,
): Promise<'active' | 'terminating' | 'absent' | 'unknown'> {
  try {
    const found = await cluster.find<KubeObject>({ kind: NAMESPACE, name });
    if (!found) return 'absent';
    return found.metadata.deletionTimestamp === undefined ? 'active' : 'terminating';
  } catch (error) {
    if (hasReason(error, 'ClusterForbidden')) return 'unknown';
    throw error;
  }
}
