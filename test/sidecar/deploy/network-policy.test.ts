import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { load } from 'js-yaml';
import type { KubeObject } from '#common/cluster/objects.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { letsThrough, type NetworkPolicy, type PolicedPod, type Traffic } from './network-policy.ts';
import { DEPLOY_FOLDER, renderKustomization } from './render.ts';

const FILE = `${DEPLOY_FOLDER}/components/network-policy/network-policy.yaml`;

const policy = load(await readFile(FILE, 'utf8')) as NetworkPolicy;

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly {
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
        }[];
      };
    };
  };
}

async function sidecarPod(): Promise<PolicedPod> {
  const objects = await renderKustomization();
  const { metadata, spec } = objects.find(({ kind }) => kind === 'Deployment') as Deployment;
  const ports = spec.template.spec.containers.flatMap((container) => container.ports);
  return {
    namespace: metadata.namespace ?? '',
    labels: spec.template.metadata.labels,
    ports: Object.fromEntries(ports.map(({ name, containerPort }) => [name, containerPort])),
  };
}

const tcp = (direction: Traffic['direction'], port: number): Traffic => ({ direction, port, protocol: 'TCP' });

test('S6: from another namespace nothing is reached but the health port, which serves probes and metrics alone', {
  skip: NO_KUBECTL,
}, async () => {
  const pod = await sidecarPod();
  assert.equal(letsThrough(policy, pod, tcp('ingress', pod.ports['health'] ?? 0)), true);
  // An inspector, a debugger's port, a proxy, SSH, HTTP.
  for (const port of [9229, 8091, 8080, 22, 80, 443])
    assert.equal(letsThrough(policy, pod, tcp('ingress', port)), false);
  assert.equal(
    letsThrough(policy, pod, { direction: 'ingress', port: pod.ports['health'] ?? 0, protocol: 'UDP' }),
    false,
  );
  assert.equal(letsThrough(policy, { ...pod, labels: { app: 'other' } }, tcp('ingress', 1)), undefined);
});

test('the sidecar calls DNS, the API server and Compass, and nothing else', { skip: NO_KUBECTL }, async () => {
  const pod = await sidecarPod();
  const open: readonly Traffic[] = [
    { direction: 'egress', port: 53, protocol: 'UDP' },
    ...[53, 443, 6443].map((port) => tcp('egress', port)),
  ];
  for (const traffic of open) assert.equal(letsThrough(policy, pod, traffic), true, JSON.stringify(traffic));
  for (const port of [80, 22, 25, 2379, 8080, 10250])
    assert.equal(letsThrough(policy, pod, tcp('egress', port)), false);
  assert.equal(letsThrough(policy, pod, { direction: 'egress', port: 443, protocol: 'UDP' }), false);
});

test('a server takes the policy as it is', { skip: NO_KUBECTL }, async (t) => {
  const cluster = await startTestCluster(t);
  const namespace = await cluster.kubectl(['create', 'namespace', 'compass-system']);
  assert.equal(namespace.code, 0, namespace.stderr);
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', FILE]);
  assert.equal(code, 0, stderr);
  const { stdout } = await cluster.kubectl([
    'get',
    'networkpolicy',
    '-n',
    'compass-system',
    'compass-sidecar',
    '-o',
    'json',
  ]);
  const { spec } = JSON.parse(stdout) as NetworkPolicy;
  assert.deepEqual(spec.egress, policy.spec.egress);
  assert.deepEqual(spec.policyTypes, policy.spec.policyTypes);
});
