/** A field of a message: its JSON name, type, and whether it repeats or is a map with string keys. */
export type Field = {
  name: string;
  type: 'string' | 'bytes' | 'bool' | 'int' | 'time' | Message;
  isList?: boolean;
  isMap?: boolean;
};

/** A protobuf message of Kubernetes' API: fields by number. */
export type Message = { [number: number]: Field };

const text = (name: string): Field => ({ name, type: 'string' });
const texts = (name: string): Field => ({ name, type: 'string', isList: true });
const flag = (name: string): Field => ({ name, type: 'bool' });
const int = (name: string): Field => ({ name, type: 'int' });
const one = (name: string, type: Message): Field => ({ name, type });
const many = (name: string, type: Message): Field => ({ name, type, isList: true });
const mapOf = (name: string, type: 'string' | 'bytes'): Field => ({ name, type, isMap: true });

export const typeMeta: Message = { 1: text('apiVersion'), 2: text('kind') };

const ownerReference: Message = {
  1: text('kind'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: flag('controller'),
  7: flag('blockOwnerDeletion'),
};

const metadata = one('metadata', {
  1: text('name'),
  2: text('generateName'),
  3: text('namespace'),
  5: text('uid'),
  6: text('resourceVersion'),
  7: int('generation'),
  8: { name: 'creationTimestamp', type: 'time' },
  11: mapOf('labels', 'string'),
  12: mapOf('annotations', 'string'),
  13: many('ownerReferences', ownerReference),
  14: texts('finalizers'),
});

const reference: Message = {
  1: text('kind'),
  2: text('namespace'),
  3: text('name'),
  4: text('uid'),
  5: text('apiVersion'),
  6: text('resourceVersion'),
  7: text('fieldPath'),
};
const rule: Message = {
  1: texts('verbs'),
  2: texts('apiGroups'),
  3: texts('resources'),
  4: texts('resourceNames'),
  5: texts('nonResourceURLs'),
};
const subject: Message = { 1: text('kind'), 2: text('apiGroup'), 3: text('name'), 4: text('namespace') };
const roleRef: Message = { 1: text('apiGroup'), 2: text('kind'), 3: text('name') };
const role: Message = { 1: metadata, 2: many('rules', rule) };
const binding: Message = { 1: metadata, 2: many('subjects', subject), 3: one('roleRef', roleRef) };
const attributes: Message = {
  1: text('namespace'),
  2: text('verb'),
  3: text('group'),
  4: text('version'),
  5: text('resource'),
  6: text('subresource'),
  7: text('name'),
};
const pathAttributes: Message = { 1: text('path'), 2: text('verb') };
const preconditions: Message = { 1: text('uid'), 2: text('resourceVersion') };

/** The messages of the kinds that kubectl sends as protobuf, by kind. */
export const kinds: Record<string, Message> = {
  Namespace: { 1: metadata, 2: one('spec', { 1: texts('finalizers') }), 3: one('status', { 1: text('phase') }) },
  ConfigMap: { 1: metadata, 2: mapOf('data', 'string'), 3: mapOf('binaryData', 'bytes'), 4: flag('immutable') },
  Secret: {
    1: metadata,
    2: mapOf('data', 'bytes'),
    3: text('type'),
    4: mapOf('stringData', 'string'),
    5: flag('immutable'),
  },
  ServiceAccount: {
    1: metadata,
    2: many('secrets', reference),
    3: many('imagePullSecrets', { 1: text('name') }),
    4: flag('automountServiceAccountToken'),
  },
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  SelfSubjectAccessReview: {
    1: metadata,
    2: one('spec', { 1: one('resourceAttributes', attributes), 2: one('nonResourceAttributes', pathAttributes) }),
  },
  SelfSubjectRulesReview: { 1: metadata, 2: one('spec', { 1: text('namespace') }) },
  TokenRequest: {
    1: metadata,
    2: one('spec', {
      1: texts('audiences'),
      3: one('boundObjectRef', { 1: text('kind'), 2: text('apiVersion'), 3: text('name'), 4: text('uid') }),
      4: int('expirationSeconds'),
    }),
  },
  DeleteOptions: {
    1: int('gracePeriodSeconds'),
    2: one('preconditions', preconditions),
    3: flag('orphanDependents'),
    4: text('propagationPolicy'),
    5: texts('dryRun'),
  },
};
