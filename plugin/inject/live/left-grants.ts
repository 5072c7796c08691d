import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { isRecord } from '#common/json.ts';
import { list, type Reading, reading } from '../../connection/reading.ts';
import type { MissingRight } from '../../connection/right.ts';
import { kindOf } from '../../install/kinds.ts';
import type { InjectionRecord } from '../annotation.ts';
import { type Account, INJECTED_LABELS, READER_ROLE_PREFIX } from '../bindings.ts';

/** What an account was given, by what its bindings are named after. */
export type Grant = Pick<InjectionRecord, 'mode' | 'secret' | 'integrationNamespace'>;

/** A RoleBinding (rbac.authorization.k8s.io/v1), as much as is read of it. */
export interface Binding extends KubeObject {
  readonly roleRef?: unknown;
}

export interface LeftGrants {
  readonly grants: readonly Grant[];
  /** Bindings may be there that could not be seen. */
  readonly denied?: MissingRight;
}

/**
 * What inject gave an account, told from the bindings that are there: for a workload that no longer says it, because an eject
 * was interrupted, or somebody put another template in its place. Looks in all namespaces, or where the sidecar is if that is
 * all that may be read.
 */
export async function findLeftGrants(cluster: Cluster, account: Account, namespace: string): Promise<LeftGrants> {
  const everywhere = await readBindings(cluster);
  const { items, denied } = everywhere.denied ? await readBindings(cluster, namespace) : everywhere;
  const grants = items.flatMap((binding) => grantOf(binding, account) ?? []);
  return { grants, ...(denied ? { denied } : {}) };
}

function readBindings(cluster: Cluster, namespace?: string): Promise<Reading<Binding>> {
  const kind = kindOf({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' });
  const where = namespace === undefined ? {} : { namespace };
  const labelSelector = Object.entries(INJECTED_LABELS)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const right = { verb: 'list', resource: 'rolebindings.rbac.authorization.k8s.io', ...where };
  return reading(right, () => list<Binding>(cluster, kind, { ...where, labelSelector }));
}

/** The name of the role that a binding gives; undefined where it says none. */
export function roleOf({ roleRef }: Binding): unknown {
  return isRecord(roleRef) ? roleRef['name'] : undefined;
}

function grantOf(binding: Binding, account: Account): Grant | undefined {
  const role = roleOf(binding);
  const { name, namespace = '' } = binding.metadata;
  if (typeof role !== 'string' || name !== `${role}:${account.namespace}:${account.name}`) return undefined;
  if (role.startsWith(READER_ROLE_PREFIX))
    return { mode: 'reader', secret: `${namespace}/${role.slice(READER_ROLE_PREFIX.length)}` };
  // One namespace after the other: what all of them share goes with the first.
  return role === 'compass-sidecar'
    ? { mode: 'full', secret: `${namespace}/`, integrationNamespace: namespace }
    : undefined;
}
