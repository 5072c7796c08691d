import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, LEASE } from '#common/cluster/objects.ts';
import { isHeld, type Lease, podOfHolder } from '#common/resources/lease.ts';
import { DEFAULT_CONNECTION_NAME, ownObjectNames } from '#common/resources/names.ts';
import { list, type Reading, reading } from '../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../connection/reports.ts';
import type { Deployment } from './workload.ts';

/** The Deployment of a sidecar that keeps the connection which the agent keeps; the first one by name. */
export async function findSidecar(cluster: Cluster, namespace: string | undefined): Promise<Reading<Deployment>> {
  const right = { verb: 'list', resource: 'deployments.apps', namespace };
  const found = await reading(right, () =>
    list<Deployment>(cluster, DEPLOYMENT, { namespace, labelSelector: SIDECAR_SELECTOR }),
  );
  const items = found.items.filter((deployment) => connectionOf(deployment) === DEFAULT_CONNECTION_NAME);
  return { ...found, items: items.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name, 'en')) };
}

function connectionOf({ spec }: Deployment): string {
  const env = spec?.template?.spec?.containers?.flatMap((container) => container.env ?? []) ?? [];
  const named = env.findLast(({ name }) => name === 'APP_COMPASS_CONNECTION_NAME')?.value;
  return named || DEFAULT_CONNECTION_NAME;
}

/**
 * The Pod that keeps the connection beside the sidecar's own Deployment: one that it was injected into, say. Undefined where
 * there is none, or none that may be seen.
 */
export async function findOtherLeader(
  cluster: Cluster,
  namespace: string,
  sidecar: Deployment | undefined,
  now: number,
): Promise<string | undefined> {
  const { lease: name } = ownObjectNames(DEFAULT_CONNECTION_NAME);
  const { items } = await reading({ verb: 'get', resource: 'leases.coordination.k8s.io', namespace }, async () => {
    const lease = await cluster.find<Lease>({ kind: LEASE, name, namespace });
    return lease ? [lease] : [];
  });
  const [lease] = items;
  const pod = lease && isHeld(lease, now) ? podOfHolder(lease.spec?.holderIdentity) : undefined;
  if (pod === undefined || (sidecar && pod.startsWith(`${sidecar.metadata.name}-`))) return undefined;
  return pod;
}
