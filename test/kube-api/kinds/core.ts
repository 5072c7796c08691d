import { invalidValue } from '../causes.ts';
import { asObject, at } from '../json.ts';
import { anything, boolean, integer, list, listMap, map, object, type Schema, string, time } from '../schema/schema.ts';
import type { Cause } from '../status.ts';
import { column, countColumn, memberColumn } from './columns.ts';
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
      acquireTime: time,
      renewTime: time,
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
