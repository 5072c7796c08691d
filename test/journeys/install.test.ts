import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { DEPLOYMENT, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { INSTALL_RESULT_SCHEMA, UPGRADE_RESULT_SCHEMA } from '../../plugin/schemas/roll-out-result.ts';
import { UNINSTALL_RESULT_SCHEMA } from '../../plugin/schemas/uninstall-result.ts';
import { until } from '../cluster/until.ts';
import { startKubelet } from '../kubelet/kubelet.ts';
import { assertExit, ranWith } from '../plugin/assert-exit.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { startPlugin } from '../plugin/start-plugin.ts';
import { CLIENT, CONFIGURATION, CONNECTION, startWorld } from './world.ts';

const SIDECAR = { kind: DEPLOYMENT, namespace: 'compass-system', name: 'compass-sidecar' };
const ORDERS = { kind: APPLICATION, name: 'orders' };

/** A Compass with an Application, a cluster with nodes and without a sidecar, and somebody with the plugin. */
async function startDesk(t: TestContext) {
  const world = await startWorld(t);
  const env = {
    APP_COMPASS_CA_BUNDLE: world.caFile,
    APP_KEY_SIZE: '2048',
    APP_CONTROLLER_SYNC_PERIOD: '1s',
    APP_MINIMAL_COMPASS_SYNC_TIME: '200ms',
  };
  const kubelet = await startKubelet(t, world.cluster, { env });
  world.simulator.landscape.createApplication({ name: 'orders' });
  const ofPlugin = { KUBECONFIG: world.cluster.kubeconfigPath, NODE_EXTRA_CA_CERTS: world.caFile };
  const start = (...args: string[]) => startPlugin(t, args, { kubeconfigPath: world.cluster.kubeconfigPath });
  // As a process of its own that takes the time that a rollout takes.
  const plugin = async (...args: string[]) => {
    const running = await start(...args);
    const code = await running.done;
    return ranWith({ code, stdout: running.stdout(), stderr: running.stderr() }, args);
  };
  const pods = () => kubelet.pods(SIDECAR.namespace, { 'app.kubernetes.io/name': SIDECAR.name });
  const connect = () => {
    const args = ['connect', '--token-stdin', '--runtime-id', world.simulator.runtimeId];
    return runPlugin(args, ofPlugin, world.simulator.requestToken().rawEncoded);
  };
  return { world, cluster: world.cluster.cluster, plugin, start, pods, connect };
}

test('install, connect, status, upgrade and uninstall: the life of a sidecar, by the plugin alone', async (t) => {
  const { world, cluster, plugin, pods, connect } = await startDesk(t);
  const image = 'registry.example.com/compass-sidecar';
  const installed = await plugin('install', '--image', `${image}:0.0.9`, '--timeout', '2m', '-o', 'json');
  assertExit(installed, 'install', 0);
  const installation = JSON.parse(installed.stdout);
  assert.deepEqual(conform(INSTALL_RESULT_SCHEMA, installation), installation);
  // Without a connection it runs, and is not ready.
  assert.deepEqual(installation.rollout, { replicas: 1, ready: 0, started: 1 });
  assert.match(installed.stderr, /to connect it: kubectl compass connect --token-stdin/);

  const connected = await connect();
  assert.equal(connected.code, 0, connected.stderr);
  const status = await plugin('status');
  assert.equal(status.code, 0, status.stdout + status.stderr);
  assert.match(status.stdout, /Healthy/);
  const certificate = (await world.secret(CLIENT.namespace, CLIENT.name))?.['crt'];
  const [before] = pods();

  const preview = await plugin('upgrade', '--dry-run=server');
  assert.equal(preview.code, 0, preview.stderr);
  assert.match(preview.stdout, /\[sidecar\]\.image: \S+:0\.0\.9 → registry\.example\.com\/compass-sidecar:0\.1\.0\n/);
  const upgraded = await plugin('upgrade', '--set', 'APP_QUERY_LOGGING=true', '--timeout', '2m', '-o', 'json');
  assertExit(upgraded, 'upgrade', 0);
  const upgrade = JSON.parse(upgraded.stdout);
  assert.deepEqual(conform(UPGRADE_RESULT_SCHEMA, upgrade), upgrade);
  assert.deepEqual(upgrade.rollout, { replicas: 1, ready: 1, started: 1 });
  await until('the new Pod alone is left', () => Promise.resolve(pods().length === 1 && pods()[0] !== before));
  const after = await plugin('status', '--until', 'healthy', '--timeout', '1m');
  assert.equal(after.code, 0, after.stdout + after.stderr);
  assert.equal((await world.secret(CLIENT.namespace, CLIENT.name))?.['crt'], certificate, 'no new certificate');
  assert.ok(await cluster.find(ORDERS));

  const unconfirmed = await plugin('uninstall');
  assert.equal(unconfirmed.code, 7, unconfirmed.stderr);
  assert.equal(pods().length, 1);
  const everything = ['--revoke', '--purge-applications', '--delete-credentials', '--yes', '-o', 'json'];
  const uninstalled = await plugin('uninstall', ...everything);
  assertExit(uninstalled, 'uninstall', 0);
  const document = JSON.parse(uninstalled.stdout);
  assert.deepEqual(conform(UNINSTALL_RESULT_SCHEMA, document), document);
  assert.deepEqual(document.applications, ['orders']);
  assert.match(document.revocation, /the certificate is revoked/);
  assert.deepEqual(
    world.simulator.certificates.list().map(({ revoked }) => revoked),
    [true],
  );
  assert.deepEqual(pods(), []);
  for (const ref of [SIDECAR, ORDERS, CONNECTION]) assert.equal(await cluster.find(ref), undefined, ref.name);
  for (const { namespace, name } of [CLIENT, CONFIGURATION])
    assert.equal(await world.secret(namespace, name), undefined);
  assert.ok(await cluster.find({ kind: NAMESPACE, name: SIDECAR.namespace }));
  assert.equal((await plugin('status')).code, 3);
  assert.equal((await plugin('uninstall')).code, 0, 'a second time is as good');
});

test('what was uninstalled goes on without a token when it is installed again', async (t) => {
  const { world, cluster, plugin, pods, connect } = await startDesk(t);
  assert.equal((await plugin('install', '--timeout', '2m')).code, 0);
  const connected = await connect();
  assert.equal(connected.code, 0, connected.stderr);
  const orders = await cluster.get(ORDERS);
  const gone = await plugin('uninstall', '--yes');
  assert.equal(gone.code, 0, gone.stderr);
  assert.deepEqual(pods(), []);
  assert.equal((await cluster.get(ORDERS)).metadata.uid, orders.metadata.uid);

  const again = await plugin('install', '--timeout', '2m');
  assert.equal(again.code, 0, again.stderr);
  const status = await plugin('status', '--until', 'healthy', '--timeout', '1m');
  assert.equal(status.code, 0, status.stdout + status.stderr);
  assert.equal((await cluster.get(ORDERS)).metadata.uid, orders.metadata.uid);
  assert.equal(world.simulator.certificates.list().length, 1);
});

test('a setting that the sidecar does not take is named by whoever waits for its start, and the old Pod goes on', async (t) => {
  const { plugin, start, pods, connect } = await startDesk(t);
  assert.equal((await plugin('install', '--timeout', '2m')).code, 0);
  assert.equal((await connect()).code, 0);
  const [before] = pods();
  const waiting = await start('upgrade', '--set', 'APP_LOG_LEVEL=loud', '--timeout', '5m');
  const why = /CrashLoopBackOff, APP_LOG_LEVEL is "loud", allowed: error, warn, info, debug/;
  await until('it says why', () => Promise.resolve(why.test(waiting.stderr())), 120_000);
  waiting.interrupt();
  assert.equal(await waiting.done, 130, waiting.stderr());
  assert.match(waiting.stderr(), /stopped waiting for .*(?:CrashLoopBackOff|restarted), APP_LOG_LEVEL is "loud"/);
  assert.ok(before && pods().includes(before));
  const mended = await plugin('upgrade', '--set', 'APP_LOG_LEVEL=', '--timeout', '2m');
  assert.equal(mended.code, 0, mended.stderr);
});
