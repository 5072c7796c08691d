import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { CLIENT, startWorld } from '../journeys/world.ts';
import { DEPLOY_FOLDER } from '../sidecar/deploy/render.ts';
import { startKubelet } from './kubelet.ts';
import type { Workload } from './pod.ts';
import { NEIGHBOUR_IMAGES, newsOf } from './sample-neighbour.ts';

const SIDECAR = { kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' };
const LABELS = { 'app.kubernetes.io/name': 'compass-sidecar' };

async function installed(t: TestContext) {
  const world = await startWorld(t);
  const { cluster, caFile } = world;
  const env = {
    APP_COMPASS_CA_BUNDLE: caFile,
    APP_KEY_SIZE: '2048',
    APP_CONTROLLER_SYNC_PERIOD: '1s',
    APP_MINIMAL_COMPASS_SYNC_TIME: '200ms',
  };
  const kubelet = await startKubelet(t, cluster, { env, images: NEIGHBOUR_IMAGES });
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-k', DEPLOY_FOLDER]);
  assert.equal(code, 0, stderr);
  return { world, cluster, kubelet };
}

test('the Deployment of the manifests runs the sidecar: it starts, pairs, becomes ready, and is rolled out anew', {
  skip: NO_KUBECTL,
}, async (t) => {
  const { world, cluster, kubelet } = await installed(t);
  const running = await until('it has started', () => {
    const [pod] = kubelet.pods(SIDECAR.namespace, LABELS);
    return Promise.resolve(pod?.container('sidecar').started && pod);
  });
  assert.equal(running.container('sidecar').ready, false);
  await world.configure();
  await world.reaches('Synchronized');
  const rollout = ['rollout', 'status', '-n', SIDECAR.namespace, 'deployment/compass-sidecar', '--timeout=60s'];
  const first = await cluster.kubectl(rollout);
  assert.equal(first.code, 0, first.stderr);

  await cluster.kubectl(['rollout', 'restart', '-n', SIDECAR.namespace, 'deployment/compass-sidecar']);
  const second = await cluster.kubectl(rollout);
  assert.equal(second.code, 0, second.stderr);
  const pods = () => kubelet.pods(SIDECAR.namespace, LABELS);
  await until('the old Pod is gone', () => Promise.resolve(!pods().includes(running)));
  assert.equal(running.container('sidecar').exitCode, 0);
  assert.deepEqual(
    pods().map((pod) => pod.container('sidecar').ready),
    [true],
  );
  if (cluster.embedded) {
    const [{ name } = { name: '' }] = pods();
    const path = `/api/v1/namespaces/${SIDECAR.namespace}/pods/${name}:8090/proxy/metrics`;
    assert.match(String(await cluster.cluster.raw(path)), /^# HELP compass_/m);
  }

  const { status } = await cluster.cluster.get<Workload>(SIDECAR);
  assert.deepEqual([status?.['readyReplicas'], status?.['updatedReplicas'], status?.['replicas']], [1, 1, 1]);
});

test('a neighbour calls the Director with the files that a reader keeps in their Pod', {
  skip: NO_KUBECTL,
}, async (t) => {
  const { world, cluster, kubelet } = await installed(t);
  await world.configure();
  await world.reaches('Synchronized');
  const metadata = { name: 'reader', namespace: 'work' };
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { ...metadata, namespace: CLIENT.namespace },
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [CLIENT.name], verbs: ['get', 'list', 'watch'] }],
  };
  const binding = {
    ...role,
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
    subjects: [{ kind: 'ServiceAccount', ...metadata }],
    rules: undefined,
  };
  const labels = { app: 'work' };
  const volumeMounts = [{ name: 'credentials', mountPath: '/var/run/compass' }];
  const workload = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      serviceName: 'work',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'reader',
          terminationGracePeriodSeconds: 20,
          securityContext: { fsGroup: 4711 },
          containers: [
            {
              name: 'neighbour',
              image: 'neighbour',
              volumeMounts,
              env: [{ name: 'CREDENTIALS_FOLDER', value: '/var/run/compass' }],
            },
            {
              name: 'compass-sidecar',
              image: 'registry.example/compass-sidecar:0.1.0',
              volumeMounts,
              env: [
                { name: 'APP_MODE', value: 'reader' },
                { name: 'APP_CREDENTIALS_FOLDER', value: '/var/run/compass' },
                { name: 'APP_CLUSTER_CERTIFICATES_SECRET', value: `${CLIENT.namespace}/${CLIENT.name}` },
              ],
              readinessProbe: { httpGet: { path: '/readyz', port: 8090 } },
            },
          ],
          volumes: [{ name: 'credentials', emptyDir: { medium: 'Memory' } }],
        },
      },
    },
  };
  await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
  for (const object of [account, role, binding, workload] as KubeObject[]) {
    const applied = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
    assert.equal(applied.code, 0, applied.stderr);
  }
  const pod = await until('the Pod is ready', () => {
    const found = kubelet.pods('work').find((one) => one.container('compass-sidecar').ready);
    return Promise.resolve(found);
  });
  const calls = () => newsOf(pod).summary?.files ?? 0;
  await until('it calls', () => Promise.resolve(calls() > 0));
  const { summary, failures } = newsOf(pod);
  // It is started beside the sidecar, and calls before there are files.
  assert.ok(
    failures.every((line) => line.includes('ENOENT')),
    failures.join('\n'),
  );
  assert.equal(summary?.fingerprints.length, 1);
});
