import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { FOREIGN_AGENT_NAMESPACES } from '../connection/foreign-agents.ts';
import { list, reading } from '../connection/reading.ts';
import { kindOf } from '../install/kinds.ts';
import { ownPlaces } from '../install/own-places.ts';
import type { InstallationValues } from '../install/values.ts';
import { TAKEN_OVER_NAME } from '../migrate/target.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
/** The binding last: by it the Role is found again where this is interrupted between the two. */
const KINDS = ['Role', 'RoleBinding'];

interface Binding extends KubeObject {
  readonly subjects?: readonly { readonly kind?: string; readonly namespace?: string }[];
}

/**
 * The bindings and Roles by which a migration gave this sidecar rights in namespaces of others: on the agent's Secrets, and to see
 * its Deployment. Where bindings may not be listed everywhere, those in the places where they usually are; not all of these
 * are there.
 */
export async function findTakenOver(cluster: Cluster, values: InstallationValues): Promise<readonly KubeObject[]> {
  const namespaces = (await namespacesByBinding(cluster, values.namespace)) ?? usualNamespaces(values);
  return KINDS.flatMap((kind) =>
    namespaces.map((namespace) => ({ apiVersion: RBAC, kind, metadata: { namespace, name: TAKEN_OVER_NAME } })),
  );
}

/** Undefined where that may not be seen. */
async function namespacesByBinding(cluster: Cluster, ofSidecar: string): Promise<readonly string[] | undefined> {
  const kind = kindOf({ apiVersion: RBAC, kind: 'RoleBinding' });
  const right = { verb: 'list', resource: 'rolebindings.rbac.authorization.k8s.io' };
  const { items, denied } = await reading(right, () =>
    list<Binding>(cluster, kind, { fieldSelector: `metadata.name=${TAKEN_OVER_NAME}` }),
  );
  if (denied) return undefined;
  return items
    .filter(({ subjects = [] }) => subjects.some(({ namespace }) => namespace === ofSidecar))
    .map(({ metadata }) => metadata.namespace ?? '');
}

function usualNamespaces(values: InstallationValues): readonly string[] {
  const { configuration, client } = ownPlaces(values);
  return [...new Set([values.namespace, configuration.namespace, client.namespace, ...FOREIGN_AGENT_NAMESPACES])];
}
