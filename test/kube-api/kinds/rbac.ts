import { invalidText } from '../causes.ts';
import { asString, at, equal } from '../json.ts';
import { anything, atomic, list, object, type Schema, string } from '../schema/schema.ts';
import { column } from './columns.ts';
import { type Definition, defineKind } from './define.ts';

const group = 'rbac.authorization.k8s.io';

const rule: Schema = object({
  verbs: list(string),
  apiGroups: list(string),
  resources: list(string),
  resourceNames: list(string),
  nonResourceURLs: list(string),
});

const subject: Schema = object({ kind: string, apiGroup: string, name: string, namespace: string });

const role = { group, properties: { rules: list(rule) }, empty: { rules: null } };

const binding = {
  group,
  properties: { subjects: list(subject), roleRef: atomic(object({ apiGroup: string, kind: string, name: string })) },
  empty: { roleRef: { apiGroup: '', kind: '', name: '' } },
  columns: [
    column('Role', (object) => `${asString(at(object, 'roleRef', 'kind'))}/${asString(at(object, 'roleRef', 'name'))}`),
  ],
  fill: (object) => ({
    ...object,
    roleRef: { apiGroup: group, ...dropEmpty(object['roleRef']) },
    ...(Array.isArray(object['subjects']) ? { subjects: object['subjects'].map(withSubjectGroup) } : {}),
  }),
  validate: (next, live) =>
    live && !equal(next['roleRef'], live['roleRef'])
      ? [
          invalidText(
            'roleRef',
            `rbac.RoleRef{APIGroup:"${group}", Kind:"${asString(at(next, 'roleRef', 'kind'))}", Name:"${asString(at(next, 'roleRef', 'name'))}"}`,
            'cannot change roleRef',
          ),
        ]
      : [],
} satisfies Partial<Definition>;

function dropEmpty(value: unknown): { [key: string]: string } {
  const members = Object.entries((value ?? {}) as { [key: string]: string });
  return Object.fromEntries(members.filter(([, member]) => member !== ''));
}

function withSubjectGroup(value: unknown): { [key: string]: string } {
  const filled = dropEmpty(value);
  if (filled['apiGroup'] !== undefined || filled['kind'] === 'ServiceAccount') return filled;
  return { ...filled, apiGroup: group };
}

export const roleKind = defineKind({ ...role, kind: 'Role', plural: 'roles' });
export const clusterRoleKind = defineKind({
  ...role,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  properties: { ...role.properties, aggregationRule: anything },
});
export const roleBindingKind = defineKind({ ...binding, kind: 'RoleBinding', plural: 'rolebindings' });
export const clusterRoleBindingKind = defineKind({
  ...binding,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
});
