import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import type { SidecarDeployment } from '../../plugin/install/deployment.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { renderKustomization } from '../sidecar/deploy/render.ts';
import { DASHBOARD, MONITORING_FOLDER, RULES } from './monitoring-files.ts';

interface PodMonitor extends KubeObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly podMetricsEndpoints: readonly { readonly port: string; readonly path: string }[];
  };
}

interface DashboardConfigMap extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

function ofKind<T extends KubeObject>(objects: readonly KubeObject[], kind: string): T {
  const [object, ...others] = objects.filter((each) => each.kind === kind) as T[];
  assert.ok(object && others.length === 0, `one ${kind}`);
  return object;
}

test('what is applied for monitoring scrapes the Pods of the sidecar, and holds rules and dashboard as they are', {
  skip: NO_KUBECTL,
}, async () => {
  const [objects, deployed] = await Promise.all([renderKustomization(MONITORING_FOLDER), renderKustomization()]);
  assert.deepEqual(objects.map(({ kind }) => kind).toSorted(), ['ConfigMap', 'PodMonitor', 'PrometheusRule']);
  assert.ok(objects.every(({ metadata }) => metadata.namespace === 'compass-system'));

  const { selector, podMetricsEndpoints } = ofKind<PodMonitor>(objects, 'PodMonitor').spec;
  const { template } = ofKind<SidecarDeployment>(deployed, 'Deployment').spec;
  const labels = template.metadata as { readonly labels?: Readonly<Record<string, string>> } | undefined;
  for (const [label, value] of Object.entries(selector.matchLabels)) assert.equal(labels?.labels?.[label], value);
  const ports = template.spec.containers.flatMap((container) => container.ports ?? []).map(({ name }) => name);
  for (const { port, path } of podMetricsEndpoints) {
    assert.ok(ports.includes(port));
    assert.equal(path, '/metrics');
  }

  assert.deepEqual(ofKind<KubeObject & { readonly spec: unknown }>(objects, 'PrometheusRule').spec, RULES);
  const { data, metadata } = ofKind<DashboardConfigMap>(objects, 'ConfigMap');
  assert.deepEqual(JSON.parse(data['compass-sidecar.json'] ?? ''), DASHBOARD);
  assert.equal(metadata.labels?.['grafana_dashboard'], '1');
});
