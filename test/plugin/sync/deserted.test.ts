import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { may, somebodyWith } from '../grant.ts';
import { putConnection } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';

const WARNING = 'warning: neither a sidecar nor the Compass Runtime Agent was found running';

/** A CompassConnection that no sidecar reports on, and Deployments of these names. */
async function startUnreported(t: TestContext, deployments: Readonly<Record<string, number>>) {
  const target = await startTestCluster(t, { crds: 'ours' });
  const { cluster, kubeconfigPath } = target;
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'compass-system' } });
  await putConnection(target, 'Synchronized');
  for (const [name, replicas] of Object.entries(deployments)) {
    const labels = { 'app.kubernetes.io/name': name };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'agent', image: 'agent' }] } };
    const metadata = { name, namespace: 'compass-system', labels };
    const spec = { replicas, selector: { matchLabels: labels }, template };
    await cluster.create(DEPLOYMENT, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as KubeObject);
  }
  const sync = (KUBECONFIG = kubeconfigPath, ...flags: readonly string[]) =>
    runHere(['sync', '--timeout', '1ms', ...flags], { KUBECONFIG });
  return { target, sync };
}

test('where neither a sidecar nor another agent runs, sync says so at once, and what to do', async (t) => {
  const { sync } = await startUnreported(t, {});
  const { code, stderr } = await sync();
  assert.equal(code, 124);
  assert.ok(stderr.includes(`${WARNING}, so that nobody may answer: kubectl compass install\n`), stderr);
});

test('what to do is said with the flags that lead to the same cluster and namespace', async (t) => {
  const { target, sync } = await startUnreported(t, {});
  const { kubeconfigPath } = target;
  const { stderr } = await sync(kubeconfigPath, '--kubeconfig', kubeconfigPath, '-n', 'compass-system');
  const install = `kubectl compass install -n compass-system --kubeconfig ${kubeconfigPath}`;
  assert.ok(stderr.includes(`${WARNING}, so that nobody may answer: ${install}\n`), stderr);
});

test('those that are scaled to nothing do not answer, either', async (t) => {
  const { sync } = await startUnreported(t, { 'compass-sidecar': 0, 'compass-runtime-agent': 0 });
  assert.ok((await sync()).stderr.includes(WARNING));
});

for (const name of ['compass-sidecar', 'compass-runtime-agent']) {
  test(`where ${name} has replicas, an answer may come`, async (t) => {
    const { sync } = await startUnreported(t, { [name]: 1 });
    const { code, stderr } = await sync();
    assert.equal(code, 124);
    assert.match(stderr, /this asks an agent that does not know whose request it answers/);
    assert.ok(!stderr.includes(WARNING), stderr);
  });
}

test('whoever may not look at Deployments is told nothing of them', async (t) => {
  const { target, sync } = await startUnreported(t, {});
  const operator = await somebodyWith(target, [
    may('get list watch patch', 'compass.kyma-project.io/compassconnections'),
    may('get list watch', 'configmaps'),
    may('get', 'coordination.k8s.io/leases'),
  ]);
  const { code, stderr } = await sync(operator);
  assert.equal(code, 124, stderr);
  assert.ok(!stderr.includes(WARNING), stderr);
});

test('what cannot be read of them for now does not end the waiting', async (t) => {
  const { target, sync } = await startUnreported(t, {});
  if (!target.embedded) return t.skip('the genuine API server has no faults');
  const effect = { kind: 'status', code: 503 } as const;
  target.embedded.faults.add({ resource: 'leases', effect, times: Number.POSITIVE_INFINITY });
  const { code, stderr } = await sync();
  assert.equal(code, 124, stderr);
  assert.ok(!stderr.includes(WARNING), stderr);
});
