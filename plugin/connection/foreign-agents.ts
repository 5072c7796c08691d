import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject } from '#common/cluster/objects.ts';
import { list, type Reading, reading } from './reading.ts';

/** The reference agent, by the name of its Deployment. */
export const FOREIGN_AGENT = 'compass-runtime-agent';

/** Where the reference agent is installed; elsewhere it is found only where Deployments may be listed everywhere. */
export const FOREIGN_AGENT_NAMESPACES = ['kyma-system', 'compass-system'];

/** The Deployments of the reference agent: everywhere, else where it usually is and in `namespace`; `denied` where neither may be looked at as a whole. */
export async function findForeignAgents<T extends KubeObject>(
  cluster: Cluster,
  namespace: string | undefined,
): Promise<Reading<T>> {
  const everywhere = await reading({ verb: 'list', resource: 'deployments.apps' }, () =>
    list<T>(cluster, DEPLOYMENT, { fieldSelector: `metadata.name=${FOREIGN_AGENT}` }),
  );
  if (!everywhere.denied) return everywhere;
  const namespaces = [...new Set([...(namespace === undefined ? [] : [namespace]), ...FOREIGN_AGENT_NAMESPACES])];
  const named = await Promise.all(namespaces.map((one) => findDeployment<T>(cluster, one, FOREIGN_AGENT)));
  const items = named.flatMap((reading) => reading.items);
  return named.some(({ denied }) => denied) ? { items, denied: everywhere.denied } : { items };
}

/** One Deployment by name; none where there is none. */
export function findDeployment<T extends KubeObject>(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<Reading<T>> {
  return reading({ verb: 'get', resource: 'deployments.apps', namespace, name }, async () => {
    const found = await cluster.find<T>({ kind: DEPLOYMENT, name, namespace });
    return found ? [found] : [];
  });
}
