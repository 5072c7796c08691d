import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EVENT, type KubeObject } from '#common/cluster/objects.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { CA, CONFIGURATION, startWorld } from './world.ts';

const DEPLOY = fileURLToPath(new URL('../../sidecar/deploy', import.meta.url));

interface CoreEvent extends KubeObject {
  readonly reason: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

test('the rights in the manifests are enough for all that the sidecar does', { skip: NO_KUBECTL }, async (t) => {
  const world = await startWorld(t);
  const { cluster, simulator } = world;
  for (const from of [
    ['-k', DEPLOY],
    ['-f', `${DEPLOY}/components/istio-ca/rights.yaml`],
  ]) {
    const { code, stderr } = await cluster.kubectl(['apply', '--server-side', ...from]);
    assert.equal(code, 0, stderr);
  }
  const account = await cluster.asServiceAccount('compass-system', 'compass-sidecar');
  const application = {
    name: 'orders',
    bundles: [
      {
        name: 'basic',
        apiDefinitions: [{ name: 'api', targetURL: 'https://orders.example.com' }],
        defaultInstanceAuth: { credential: { type: 'Basic' as const, username: 'user', password: 'not-a-password' } },
      },
    ],
  };
  const { id, bundles } = simulator.landscape.createApplication(application);
  await world.configure();
  const sidecar = world.start({ KUBECONFIG: account.kubeconfigPath });
  await world.reaches('Synchronized');
  assert.ok(await world.secret(CA.namespace, CA.name));
  const secretName = `orders-${bundles[0]?.id}`;
  assert.deepEqual(await world.secret('kyma-system', secretName), { username: 'user', password: 'not-a-password' });

  const spec = { resyncNow: true, refreshCredentialsNow: true };
  await cluster.kubectl(['patch', 'cc', 'compass-connection', '--type=merge', '-p', JSON.stringify({ spec })]);
  await world.reaches(
    'Synchronized',
    ({ spec: now }) => now.resyncNow === false && now.refreshCredentialsNow === false,
  );

  simulator.landscape.updateApplication(id, { description: 'changed' });
  await until('the change arrives', async () => {
    const { stdout } = await cluster.kubectl(['get', 'application', 'orders', '-o', 'jsonpath={.spec.description}']);
    return stdout === 'changed';
  });

  await world.configure();
  await cluster.kubectl(['delete', 'cc', 'compass-connection']);
  await until('it pairs anew', () => Promise.resolve(simulator.certificates.list().length === 3));
  await world.reaches('Synchronized');
  const report = await cluster.kubectl([
    'get',
    'configmap',
    '-n',
    CONFIGURATION.namespace,
    'compass-connection-report',
  ]);
  assert.equal(report.code, 0, report.stderr);

  const reasons = new Set<string>();
  for await (const { items } of cluster.cluster.listPages<CoreEvent>(EVENT, { namespace: 'default' })) {
    for (const { involvedObject, reason } of items)
      if (involvedObject.kind === 'CompassConnection') reasons.add(reason);
  }
  assert.ok(reasons.has('Synchronized'), [...reasons].join());
  assert.equal(await sidecar.stop(), 0);
  const forbidden = sidecar.lines.filter((line) => JSON.stringify(line).includes('orbidden'));
  assert.deepEqual(forbidden, []);
});
