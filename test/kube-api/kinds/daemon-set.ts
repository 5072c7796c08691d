import { asObject, at, type JsonObject } from '../json.ts';
import { anything, listMap } from '../schema/schema.ts';
import { column, labelsText } from './columns.ts';
import { defineKind } from './define.ts';
import { fillTemplate, labelSelector, podTemplate } from './pod-template.ts';
import { containers } from './workloads.ts';

const COUNTS = ['currentNumberScheduled', 'desiredNumberScheduled', 'numberMisscheduled', 'numberReady'];

const counted = (name: string, field: string) => column(name, (set) => at(set, 'status', field) ?? 0, 'integer');

export const daemonSetKind = defineKind({
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  properties: {
    spec: {
      ...anything,
      properties: {
        selector: labelSelector,
        template: podTemplate,
        updateStrategy: { ...anything, properties: { rollingUpdate: anything } },
      },
    },
    status: { ...anything, properties: { conditions: listMap(anything, 'type') } },
  },
  empty: {
    spec: {
      selector: null,
      template: { metadata: { creationTimestamp: null }, spec: { containers: null } },
      updateStrategy: {},
    },
    status: Object.fromEntries(COUNTS.map((name) => [name, 0])),
  },
  mergesInPart: true,
  generation: 'spec',
  subresources: ['status'],
  columns: [
    counted('Desired', 'desiredNumberScheduled'),
    counted('Current', 'currentNumberScheduled'),
    counted('Ready', 'numberReady'),
    counted('Up-to-date', 'updatedNumberScheduled'),
    counted('Available', 'numberAvailable'),
    column('Node Selector', (set) => labelsText(asObject(at(set, 'spec', 'template', 'spec', 'nodeSelector')))),
  ],
  wideColumns: [
    column('Containers', (set) => containers(set, 'name'), 'string', 1),
    column('Images', (set) => containers(set, 'image'), 'string', 1),
    column('Selector', (set) => labelsText(asObject(at(set, 'spec', 'selector', 'matchLabels'))), 'string', 1),
  ],
  fill: (set) => ({ ...set, spec: fillDaemonSet(asObject(set['spec'])) }),
});

function fillDaemonSet(spec: JsonObject): JsonObject {
  const strategy = asObject(spec['updateStrategy']);
  const type = strategy['type'] ?? 'RollingUpdate';
  const rolling = { maxUnavailable: 1, ...asObject(strategy['rollingUpdate']) };
  return {
    revisionHistoryLimit: 10,
    ...spec,
    updateStrategy: type === 'RollingUpdate' ? { type, rollingUpdate: rolling } : { type },
    template: fillTemplate(asObject(spec['template'])),
  };
}
