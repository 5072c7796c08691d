import { asArray, asObject, at, isObject, type JsonObject } from '../json.ts';
import { anything, list, listMap, map, string } from '../schema/schema.ts';
import { column, labelsText, memberColumn } from './columns.ts';
import { defineKind } from './define.ts';
import { labelSelector } from './pod-template.ts';

export const serviceKind = defineKind({
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  properties: {
    spec: { ...anything, properties: { ports: listMap(anything, 'port', 'protocol'), selector: map(string) } },
    status: anything,
  },
  empty: { spec: {}, status: { loadBalancer: {} } },
  mergesInPart: true,
  subresources: ['status'],
  fill: (svc) => ({ ...svc, spec: fillService(asObject(svc['spec'])) }),
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
  wideColumns: [column('Selector', (svc) => labelsText(asObject(at(svc, 'spec', 'selector'))), 'string', 1)],
});

export const networkPolicyKind = defineKind({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  properties: {
    spec: {
      ...anything,
      properties: {
        podSelector: labelSelector,
        policyTypes: list(string),
        ingress: list(anything),
        egress: list(anything),
      },
    },
  },
  empty: { spec: { podSelector: {} } },
  mergesInPart: true,
  generation: 'spec',
  fill: (policy) => ({ ...policy, spec: fillPolicy(asObject(policy['spec'])) }),
  columns: [column('Pod-Selector', (policy) => labelsText(asObject(at(policy, 'spec', 'podSelector', 'matchLabels'))))],
});

function fillService(spec: JsonObject): JsonObject {
  const ports = asArray(spec['ports'])
    .filter(isObject)
    .map((port) => ({ protocol: 'TCP', targetPort: port['port'], ...port }));
  return { type: 'ClusterIP', sessionAffinity: 'None', ...spec, ports };
}

function fillPolicy(spec: JsonObject): JsonObject {
  const filled = { ...spec };
  for (const direction of ['ingress', 'egress']) {
    if (Array.isArray(spec[direction])) filled[direction] = spec[direction].map((rule) => fillRule(asObject(rule)));
  }
  return filled;
}

function fillRule(rule: JsonObject): JsonObject {
  if (!Array.isArray(rule['ports'])) return rule;
  return { ...rule, ports: rule['ports'].map((port) => ({ protocol: 'TCP', ...asObject(port) })) };
}
