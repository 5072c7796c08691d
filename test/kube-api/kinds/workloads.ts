import { asArray, asObject, asString, at, type JsonObject } from '../json.ts';
import { anything, list, listMap } from '../schema/schema.ts';
import { column, labelsText, memberColumn } from './columns.ts';
import { defineKind } from './define.ts';
import { fillPodSpec, fillTemplate, labelSelector, podSpec, podTemplate } from './pod-template.ts';

const strategy = { ...anything, properties: { rollingUpdate: anything } };

export const count = (value: unknown) => (typeof value === 'number' ? value : 0);

export const deploymentKind = defineKind({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  properties: {
    spec: {
      ...anything,
      properties: { selector: labelSelector, strategy, template: podTemplate },
    },
    status: { ...anything, properties: { conditions: listMap(anything, 'type') } },
  },
  empty: {
    spec: {
      selector: null,
      strategy: {},
      template: { metadata: { creationTimestamp: null }, spec: { containers: null } },
    },
    status: {},
  },
  mergesInPart: true,
  generation: 'spec',
  subresources: ['status'],
  columns: [
    column('Ready', (d) => `${count(at(d, 'status', 'readyReplicas'))}/${count(at(d, 'spec', 'replicas'))}`),
    column('Up-to-date', (d) => at(d, 'status', 'updatedReplicas') ?? 0),
    column('Available', (d) => at(d, 'status', 'availableReplicas') ?? 0),
  ],
  wideColumns: [
    column('Containers', (d) => containers(d, 'name'), 'string', 1),
    column('Images', (d) => containers(d, 'image'), 'string', 1),
    column('Selector', (d) => labelsText(asObject(at(d, 'spec', 'selector', 'matchLabels'))), 'string', 1),
  ],
  fill: (d) => ({ ...d, spec: fillDeployment(asObject(d['spec'])) }),
});

/** No controller makes any: what `kubectl rollout history` and `kubectl describe deployment` list. */
export const replicaSetKind = defineKind({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  properties: { spec: anything, status: anything },
  isHollow: true,
});

/** Nobody scales here: what a look for whoever might scale a workload finds. */
export const autoscalerKind = defineKind({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  properties: { spec: anything, status: anything },
  isHollow: true,
});

const podStatus = {
  ...anything,
  properties: {
    conditions: listMap(anything, 'type'),
    containerStatuses: list(anything),
    initContainerStatuses: list(anything),
    podIPs: listMap(anything, 'ip'),
  },
};

export const podKind = defineKind({
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  properties: { spec: podSpec, status: podStatus },
  empty: { spec: { containers: null }, status: {} },
  mergesInPart: true,
  subresources: ['status', 'log', 'proxy'],
  columns: [
    column('Ready', (pod) => {
      const statuses = asArray(at(pod, 'status', 'containerStatuses'));
      const ready = statuses.filter((status) => at(status, 'ready') === true && at(status, 'state', 'running')).length;
      return `${ready}/${asArray(at(pod, 'spec', 'containers')).length}`;
    }),
    memberColumn('Status', 'status', 'phase'),
    column('Restarts', restarts, 'integer'),
  ],
  fill: (pod) => ({ ...pod, spec: fillPodSpec(asObject(pod['spec'])) }),
  prepare: (pod) => ({ ...pod, status: { phase: 'Pending', ...asObject(pod['status']) } }),
});

function restarts(pod: JsonObject): number {
  const statuses = asArray(at(pod, 'status', 'containerStatuses'));
  return statuses.reduce<number>((sum, status) => sum + count(at(status, 'restartCount')), 0);
}

function fillDeployment(spec: JsonObject): JsonObject {
  const strategy = asObject(spec['strategy']);
  const type = strategy['type'] ?? 'RollingUpdate';
  const rolling = { maxSurge: '25%', maxUnavailable: '25%', ...asObject(strategy['rollingUpdate']) };
  return {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    ...spec,
    strategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : { type },
    template: fillTemplate(asObject(spec['template'])),
  };
}

/** A member of each container of a workload's template, as a column shows them. */
export function containers(workload: JsonObject, member: string): string {
  const all = asArray(at(workload, 'spec', 'template', 'spec', 'containers'));
  return all.map((container) => asString(at(container, member))).join(',');
}
