import type { KubeObject } from '#common/cluster/objects.ts';
import type { InjectionSettings } from './settings.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** By these, what inject made is known again; nothing else is ever changed or deleted. */
export const INJECTED_LABELS = {
  'app.kubernetes.io/name': 'compass-injected',
  'app.kubernetes.io/part-of': 'kubectl-compass',
  'app.kubernetes.io/managed-by': 'kubectl-compass',
};

/** Who the Pods of a workload are to the API server. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** Before the name of the one Secret that a Role of a reader is about. */
export const READER_ROLE_PREFIX = 'compass-reader:';

interface InstalledRole {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
  readonly namespace: string | undefined;
}

type BoundSettings = Pick<InjectionSettings, 'mode' | 'secret' | 'integrationNamespace'>;

/** A Role that a reader gets: nobody else has it. */
function readerRole({ namespace, name }: InjectionSettings['secret']): KubeObject {
  const rules = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [name], verbs: ['get', 'list', 'watch'] }];
  const metadata = { name: readerRoleName(name), namespace, labels: INJECTED_LABELS };
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules } as KubeObject;
}

function readerRoleName(secret: string): string {
  return `${READER_ROLE_PREFIX}${secret}`;
}

/**
 * What gives an account the rights of the sidecar, a Role before its binding: for a reader those on one Secret, which lies in
 * the sidecar's namespace; for a whole one the roles of the installed sidecar, which have to be there.
 */
export function bindingObjects({ mode, secret, integrationNamespace }: BoundSettings, account: Account): KubeObject[] {
  const of = `${account.namespace}:${account.name}`;
  if (mode === 'reader') {
    const role = readerRole(secret);
    return [role, binding('Role', role.metadata.name, `${role.metadata.name}:${of}`, account, secret.namespace)];
  }
  return fullRoles(secret.namespace, integrationNamespace).map(({ kind, name, namespace }) =>
    binding(kind, name, `${name}:${of}`, account, namespace),
  );
}

/** The roles of the installed sidecar; a namespace that is also another's has its role once. */
export function fullRoles(namespace: string, integrationNamespace: string): readonly InstalledRole[] {
  const namespaces = [...new Set([namespace, integrationNamespace])];
  return [
    { kind: 'ClusterRole', name: 'compass-sidecar', namespace: undefined },
    ...namespaces.map((one): InstalledRole => ({ kind: 'Role', name: 'compass-sidecar', namespace: one })),
    { kind: 'Role', name: 'compass-sidecar-events', namespace: 'default' },
  ];
}

function binding(
  kind: 'Role' | 'ClusterRole',
  role: string,
  name: string,
  account: Account,
  namespace: string | undefined,
): KubeObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: `${kind}Binding`,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels: INJECTED_LABELS },
    roleRef: { apiGroup: RBAC, kind, name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  } as KubeObject;
}
