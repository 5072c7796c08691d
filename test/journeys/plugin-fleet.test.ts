import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { until } from '../cluster/until.ts';
import { application, basic, bundle, id } from '../common/sync/samples.ts';
import { writeFleet } from '../plugin/fleet/fleet-kubeconfig.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { startWorld, type World } from './world.ts';

const PASSWORD = 'never-printed';

/** A world with one Application, in sync. */
async function startSynchronized(t: Parameters<typeof startWorld>[0]): Promise<World & { stop: () => Promise<void> }> {
  const world = await startWorld(t);
  world.simulator.switches.runtimeScopes.push('application.auths:read');
  const bundles = [bundle(2, { defaultInstanceAuth: basic(PASSWORD) })];
  world.simulator.landscape.createApplication(application(1, 'orders', bundles));
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');
  return { ...world, stop: () => sidecar.kill().then(() => undefined) };
}

test('a fleet is healthy, with a cluster that has no Compass in it, until Compass deletes one Runtime', async (t) => {
  const world = await startSynchronized(t);
  const empty = await startTestCluster(t, { target: 'embedded' });
  const { path } = await writeFleet(t, {
    empty: { from: empty.kubeconfigPath },
    paired: { from: world.cluster.kubeconfigPath },
    away: { cluster: { server: 'https://127.0.0.1:1' } },
  });
  const fleet = (contexts: string) =>
    runPlugin(['fleet', 'status', '--contexts', contexts, '--no-headers'], { KUBECONFIG: path });
  const well = await fleet('empty,paired');
  assert.equal(well.code, 0, well.stderr);
  assert.match(well.stdout, /^empty +- not installed\npaired +✔ Healthy +\S+\/\S+ +\S+ +1\/1 +\d+s\n$/);
  assert.equal((await fleet('paired,away')).code, 4);
  world.simulator.deleteRuntime();
  await world.reaches('ConnectionFailed');
  const lost = await fleet('empty,paired,away');
  assert.equal(lost.code, 1);
  assert.match(lost.stdout, /^paired +✗ Disconnected +\S+ +- +1 kept +\d+s +1$/m);
});

test('tree and trace find what came from Compass, in both directions, and a Secret that somebody deleted', async (t) => {
  const world = await startSynchronized(t);
  const secretName = `orders-${id(2)}`;
  const printed: string[] = [];
  const run = async (...args: string[]) => {
    const result = await runPlugin(args, { KUBECONFIG: world.cluster.kubeconfigPath });
    printed.push(result.stdout, result.stderr);
    return result;
  };
  const whole = await run('tree');
  assert.equal(whole.code, 0, whole.stderr);
  const expected = [
    '^CompassConnection compass-connection  Synchronized  runtime \\w+  \\(k8s: test\\)',
    '└── Application orders',
    '    └── Bundle Bundle 2',
    `        ├── Secret kyma-system/${secretName} Basic  \\d+s old`,
    '        └── API Orders API',
    '            ├── gateway (\\S+)',
    '            └── target  https://orders.example.com',
    '',
    '1 Application · 1 bundle · 1 API · 0 events · 1 Secret\n$',
  ];
  const [, gateway = ''] = new RegExp(expected.join('\\n')).exec(whole.stdout) ?? [];
  assert.match(gateway, /\/orders\//, whole.stdout);
  for (const asked of [`secret/${secretName}`, gateway, 'https://orders.example.com/orders/7']) {
    const { code, stdout, stderr } = await run('trace', asked);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      new RegExp(`^Secret: +kyma-system/${secretName} \\(Basic, present, content \\d+s old\\)$`, 'm'),
    );
    assert.match(stdout, /^Application: +orders \(\S+\)$/m);
    assert.match(stdout, /^Connection: +compass-connection \(Synchronized\)/m);
    assert.match(stdout, new RegExp(`^Last change: +\\d+s ago: Secret ${secretName} created`, 'm'));
  }
  await world.stop();
  await world.cluster.cluster.delete({ kind: SECRET, name: secretName, namespace: 'kyma-system' });
  assert.match((await run('tree', 'app', 'orders')).stdout, new RegExp(`${secretName} Basic {2}✗ missing$`, 'm'));
  assert.match((await run('trace', `secret/${secretName}`)).stdout, /\(Basic, missing\)$/m);
  world.start();
  await until('it is there again', async () => !(await run('tree')).stdout.includes('missing'));
  for (const text of printed) assert.ok(!text.includes(PASSWORD));
});
