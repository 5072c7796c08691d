import { invalidText } from '../causes.ts';
import { asArray, asString, at, equal } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { anything, list, object, type Schema, string } from '../schema/schema.ts';
import { column, createdAtColumn, nameColumn } from './columns.ts';
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

const role = {
  group,
  properties: { rules: list(rule) },
  empty: { rules: null },
  allColumns: [nameColumn, createdAtColumn],
  prepare: (next) => ({ ...next, rules: asArray(next['rules']).length > 0 ? next['rules'] : null }),
} satisfies Partial<Definition>;

const binding = {
  group,
  properties: { subjects: list(subject), roleRef: object({ apiGroup: string, kind: string, name: string }) },
  empty: { roleRef: { apiGroup: '', kind: '', name: '' } },
  columns: [
    column('Role', (object) => `${asString(at(object, 'roleRef', 'kind'))}/${asString(at(object, 'roleRef', 'name'))}`),
  ],
  wideColumns: [
    column('Users', (object) => subjectsOf(object, 'User'), 'string', 1),
    column('Groups', (object) => subjectsOf(object, 'Group'), 'string', 1),
    column('ServiceAccounts', (object) => subjectsOf(object, 'ServiceAccount'), 'string', 1),
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

function subjectsOf(object: KubeObject, kind: string): string {
  const found = asArray(object['subjects']).filter((subject) => at(subject, 'kind') === kind);
  const named = found.map((subject) => {
    const name = asString(at(subject, 'name'));
    return kind === 'ServiceAccount' ? `${asString(at(subject, 'namespace'))}/${name}` : name;
  });
  return named.join(', ');
}

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
