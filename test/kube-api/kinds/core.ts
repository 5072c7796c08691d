import { invalidValue } from '../causes.ts';
import { asArray, asObject, asString, at, isObject, type JsonObject } from '../json.ts';
import {
  anything,
  atomic,
  boolean,
  integer,
  list,
  listMap,
  map,
  object,
  type Schema,
  string,
} from '../schema/schema.ts';
import type { Cause } from '../status.ts';
import { age, column, countColumn, memberColumn, nameColumn } from './columns.ts';
import { defineKind } from './define.ts';
import { immutableCauses } from './immutable.ts';
import { configKeyCauses } from './names.ts';

/** ObjectReference. */
export const objectReference: Schema = object({
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  uid: string,
  resourceVersion: string,
  fieldPath: string,
});

export const namespaceKind = defineKind({
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  properties: {
    spec: object({ finalizers: list(string) }),
    status: object({ phase: string, conditions: listMap(anything, 'type') }),
  },
  empty: { spec: {}, status: {} },
  columns: [memberColumn('Status', 'status', 'phase')],
  subresources: ['status', 'finalize'],
  fill: (ns) => ({ ...ns, status: { ...asObject(ns['status']), phase: at(ns, 'status', 'phase') ?? 'Active' } }),
  prepare: (next, live) => {
    if (live !== undefined) return { ...next, spec: live['spec'], status: live['status'] };
    return { ...next, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  },
});

export const configMapKind = defineKind({
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  properties: { data: map(string), binaryData: map({ type: 'string', format: 'byte' }), immutable: boolean },
  columns: [column('Data', (cm) => Object.keys({ ...asObject(cm['data']), ...asObject(cm['binaryData']) }).length)],
  validate: (next, live) => [
    ...Object.keys(asObject(next['data'])).flatMap((key) => configKeyCauses(`data[${key}]`, key)),
    ...Object.keys(asObject(next['binaryData'])).flatMap((key) => configKeyCauses(`binaryData[${key}]`, key)),
    ...(live ? immutableCauses(next, live, ['data', 'binaryData']) : []),
  ],
});

export const serviceAccountKind = defineKind({
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  properties: {
    secrets: listMap(objectReference, 'name'),
    imagePullSecrets: list(object({ name: string })),
    automountServiceAccountToken: boolean,
  },
  columns: [countColumn('Secrets', 'secrets')],
  subresources: ['token'],
});

export const leaseKind = defineKind({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  properties: {
    spec: object({
      holderIdentity: string,
      leaseDurationSeconds: integer,
      acquireTime: string,
      renewTime: string,
      leaseTransitions: integer,
    }),
  },
  empty: { spec: {} },
  columns: [memberColumn('Holder', 'spec', 'holderIdentity')],
  createsOnUpdate: true,
  needsResourceVersion: true,
  validate: (lease) => {
    const seconds = at(lease, 'spec', 'leaseDurationSeconds');
    const transitions = at(lease, 'spec', 'leaseTransitions');
    const causes: Cause[] = [];
    if (typeof seconds === 'number' && seconds <= 0) {
      causes.push(invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
    }
    if (typeof transitions === 'number' && transitions < 0) {
      causes.push(invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    }
    return causes;
  },
});

export const eventKind = defineKind({
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  properties: {
    involvedObject: objectReference,
    reason: string,
    message: string,
    source: object({ component: string, host: string }),
    firstTimestamp: { ...string, nullable: true },
    lastTimestamp: { ...string, nullable: true },
    count: integer,
    type: string,
    eventTime: { ...string, nullable: true },
    series: object({ count: integer, lastObservedTime: string, state: string }),
    action: string,
    related: objectReference,
    reportingComponent: string,
    reportingInstance: string,
  },
  empty: {
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  },
  createsOnUpdate: true,
  allColumns: [
    column('Last Seen', (event, now) => age(lastSeen(event), now)),
    memberColumn('Type', 'type'),
    memberColumn('Reason', 'reason'),
    column('Object', (event) => objectOf(event)),
    column('Subobject', (event) => asString(at(event, 'involvedObject', 'fieldPath')), 'string', 1),
    column('Source', (event) => sourceOf(event), 'string', 1),
    column('Message', (event) => asString(event['message']).trim()),
    column(
      'First Seen',
      (event, now) => age(asString(event['firstTimestamp']) || asString(event['eventTime']), now),
      'string',
      1,
    ),
    column('Count', (event) => event['count'] ?? 1, 'string', 1),
    { ...nameColumn, priority: 1 },
  ],
  validate: (event) => {
    const involved = asString(at(event, 'involvedObject', 'namespace')) || 'default';
    if (event.metadata.namespace === involved) return [];
    return [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: "${asString(at(event, 'involvedObject', 'namespace'))}": does not match event.namespace`,
        field: 'involvedObject.namespace',
      },
    ];
  },
});

function objectOf(event: JsonObject): string {
  const kind = asString(at(event, 'involvedObject', 'kind')).toLowerCase();
  const name = asString(at(event, 'involvedObject', 'name'));
  return name === '' ? kind : `${kind}/${name}`;
}

function sourceOf(event: JsonObject): string {
  const source = asObject(event['source']);
  const component = asString(source['component']) || asString(event['reportingComponent']);
  const host = asString(source['host']) || asString(event['reportingInstance']);
  return host === '' ? component : `${component}, ${host}`;
}

function lastSeen(event: JsonObject): string {
  return (
    asString(at(event, 'series', 'lastObservedTime')) ||
    asString(event['lastTimestamp']) ||
    asString(event['eventTime'])
  );
}

/** What `kubectl describe namespace` lists. */
export const resourceQuotaKind = defineKind({
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  properties: { spec: anything, status: anything },
  isHollow: true,
});

/** What `kubectl describe namespace` lists. */
export const limitRangeKind = defineKind({
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  properties: { spec: anything },
  isHollow: true,
});

/** Nothing of a Pod template but what merges by key is told apart. */
const podSpec: Schema = {
  ...anything,
  properties: {
    containers: listMap(
      {
        ...anything,
        properties: {
          ports: listMap(anything, 'containerPort', 'protocol'),
          env: listMap(
            { ...anything, properties: { valueFrom: { ...anything, properties: { fieldRef: anything } } } },
            'name',
          ),
          volumeMounts: listMap(anything, 'mountPath'),
        },
      },
      'name',
    ),
    initContainers: listMap(anything, 'name'),
    volumes: listMap(anything, 'name'),
    imagePullSecrets: listMap(anything, 'name'),
    nodeSelector: map(string),
  },
};
const labelSelector: Schema = object({ matchLabels: map(string), matchExpressions: list(anything) });

const count = (value: unknown) => (typeof value === 'number' ? value : 0);

export const deploymentKind = defineKind({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  properties: {
    spec: {
      ...anything,
      properties: { selector: labelSelector, template: object({ metadata: anything, spec: podSpec }) },
    },
    status: { ...anything, properties: { conditions: listMap(anything, 'type') } },
  },
  empty: { spec: {}, status: {} },
  canBeCoOwned: false,
  generation: 'spec',
  subresources: ['status'],
  columns: [
    column('Ready', (d) => `${count(at(d, 'status', 'readyReplicas'))}/${count(at(d, 'spec', 'replicas'))}`),
    column('Up-to-date', (d) => at(d, 'status', 'updatedReplicas') ?? 0, 'integer'),
    column('Available', (d) => at(d, 'status', 'availableReplicas') ?? 0, 'integer'),
  ],
  fill: (d) => ({ ...d, spec: { replicas: 1, ...asObject(d['spec']) } }),
});

export const podKind = defineKind({
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  properties: { spec: podSpec, status: { ...anything, properties: { conditions: listMap(anything, 'type') } } },
  empty: { spec: {}, status: {} },
  canBeCoOwned: false,
  subresources: ['status', 'log'],
  columns: [
    column('Ready', (pod) => {
      const statuses = asArray(at(pod, 'status', 'containerStatuses'));
      const ready = statuses.filter((status) => isObject(status) && status['ready'] === true).length;
      return `${ready}/${asArray(at(pod, 'spec', 'containers')).length}`;
    }),
    memberColumn('Status', 'status', 'phase'),
    column('Restarts', () => 0, 'integer'),
  ],
  fill: (pod) => ({ ...pod, status: { phase: 'Pending', ...asObject(pod['status']) } }),
});

export const serviceKind = defineKind({
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  properties: {
    spec: { ...anything, properties: { ports: listMap(anything, 'port', 'protocol'), selector: atomic(map(string)) } },
    status: anything,
  },
  empty: { spec: {}, status: { loadBalancer: {} } },
  canBeCoOwned: false,
  subresources: ['status'],
  columns: [
    column('Type', (svc) => at(svc, 'spec', 'type') ?? 'ClusterIP'),
    memberColumn('Cluster-IP', 'spec', 'clusterIP'),
    column('External-IP', () => '<none>'),
    column(
      'Port(s)',
      (svc) =>
        asArray(at(svc, 'spec', 'ports'))
          .map((port) => `${at(port, 'port')}/${at(port, 'protocol') ?? 'TCP'}`)
          .join(',') || '<none>',
    ),
  ],
});

export const networkPolicyKind = defineKind({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  properties: { spec: { ...anything, properties: { podSelector: labelSelector } } },
  empty: { spec: { podSelector: {} } },
  canBeCoOwned: false,
  generation: 'spec',
  columns: [
    column('Pod-Selector', (policy) => {
      const labels = Object.entries(asObject(at(policy, 'spec', 'podSelector', 'matchLabels')));
      return labels.map(([key, value]) => `${key}=${value}`).join(',') || '<none>';
    }),
  ],
});
