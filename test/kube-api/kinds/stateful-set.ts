import { forbiddenField } from '../causes.ts';
import { asArray, asObject, at, equal, isObject, type JsonObject } from '../json.ts';
import { anything, list, listMap } from '../schema/schema.ts';
import type { Cause } from '../status.ts';
import { column } from './columns.ts';
import { defineKind } from './define.ts';
import { fillTemplate, labelSelector, podTemplate } from './pod-template.ts';
import { containers, count } from './workloads.ts';

const CHANGEABLE = ['replicas', 'template', 'updateStrategy'];

export const statefulSetKind = defineKind({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  properties: {
    spec: {
      ...anything,
      properties: {
        selector: labelSelector,
        template: podTemplate,
        updateStrategy: { ...anything, properties: { rollingUpdate: anything } },
        volumeClaimTemplates: list(anything),
      },
    },
    status: { ...anything, properties: { conditions: listMap(anything, 'type') } },
  },
  empty: {
    spec: {
      selector: null,
      serviceName: '',
      template: { metadata: { creationTimestamp: null }, spec: { containers: null } },
      updateStrategy: {},
    },
    status: { replicas: 0 },
  },
  mergesInPart: true,
  generation: 'spec',
  subresources: ['status'],
  columns: [
    column('Ready', (set) => `${count(at(set, 'status', 'readyReplicas'))}/${count(at(set, 'spec', 'replicas'))}`),
  ],
  wideColumns: [
    column('Containers', (set) => containers(set, 'name'), 'string', 1),
    column('Images', (set) => containers(set, 'image'), 'string', 1),
  ],
  fill: (set) => ({ ...set, spec: fillStatefulSet(asObject(set['spec'])) }),
  validate: (next, live) => (live ? fixedCauses(asObject(next['spec']), asObject(live['spec'])) : []),
});

function fillStatefulSet(spec: JsonObject): JsonObject {
  const strategy = asObject(spec['updateStrategy']);
  const type = strategy['type'] ?? 'RollingUpdate';
  const rolling = { partition: 0, ...asObject(strategy['rollingUpdate']) };
  const claims = asArray(spec['volumeClaimTemplates']).filter(isObject);
  return {
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    ...spec,
    updateStrategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : { type },
    template: fillTemplate(asObject(spec['template'])),
    ...(claims.length > 0 ? { volumeClaimTemplates: claims.map(fillClaim) } : {}),
  };
}

function fillClaim(claim: JsonObject): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...claim,
    metadata: { creationTimestamp: null, ...asObject(claim['metadata']) },
    spec: { volumeMode: 'Filesystem', ...asObject(claim['spec']) },
    status: { phase: 'Pending' },
  };
}

/** All but the replicas, the template and the strategy stays as it was created. */
function fixedCauses(next: JsonObject, live: JsonObject): Cause[] {
  const fixed = (spec: JsonObject) =>
    Object.fromEntries(Object.entries(spec).filter(([name]) => !CHANGEABLE.includes(name)));
  if (equal(fixed(next), fixed(live))) return [];
  const rule =
    "updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden";
  return [forbiddenField('spec', rule)];
}
