import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, LEASE } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { CONNECTION_REPORT_SCHEMA } from '../../plugin/schemas/connection-report.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { soon, startHere } from '../plugin/start-here.ts';
import { CONNECTION, startWorld } from './world.ts';

test('status goes with a connection from its first minute over a renewal to its end', async (t) => {
  const world = await startWorld(t);
  const { cluster, simulator } = world;
  const plugin = (...args: string[]) => runPlugin(args, { KUBECONFIG: cluster.kubeconfigPath });
  assert.equal((await plugin('status')).code, 3);

  simulator.landscape.createApplication({ name: 'orders' });
  await world.configure();
  const waiting = plugin('status', '--until=healthy', '--timeout', '60s');
  const sidecar = world.start();
  const healthy = await waiting;
  assert.equal(healthy.code, 0, healthy.stderr);
  assert.match(healthy.stdout, /^✔ Healthy {2}compass-connection/);
  assert.match(healthy.stdout, /^ {2}Sync {7}✔ 1\/1 applications/m);

  const document = JSON.parse((await plugin('status', '-o', 'json')).stdout);
  assert.deepEqual(document.verdict, { status: 'Healthy', exitCode: 0 });
  assert.deepEqual(conform(CONNECTION_REPORT_SCHEMA, document), document);

  const watching = ['status', '-w', '-o', 'oneline', '--until=renewed', '--timeout', '60s'];
  const renewing = startHere(t, watching, { kubeconfigPath: cluster.kubeconfigPath });
  await soon('it has looked', () => renewing.lines().length > 0);
  await cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  assert.equal(await renewing.done, 0, renewing.stderr());
  const lines = renewing.lines();
  const fingerprints = lines.flatMap((line) => /fingerprint=(\w+)/.exec(line)?.[1] ?? []);
  assert.ok(new Set(fingerprints).size === 2 && fingerprints.at(-1) !== fingerprints[0], renewing.stdout());

  simulator.deleteRuntime();
  await world.reaches('ConnectionFailed');
  const lost = await plugin('status');
  assert.equal(lost.code, 1);
  assert.match(lost.stdout, /CMP0603 /);
  assert.match(
    lost.stdout,
    /^This cannot heal by itself\..*\n.* {2}kubectl compass token request --help\n.* {2}kubectl compass reconnect --token-stdin$/m,
  );

  assert.match((await plugin('events', '--types', 'Warning')).stdout, /compassconnection\/compass-connection +.*/);
  await sidecar.kill();
  const lease = { kind: LEASE, name: 'compass-connection-lease', namespace: 'compass-system' };
  await cluster.cluster.mergePatch(lease, { spec: { renewTime: '2026-01-01T00:00:00.000000Z' } });
  assert.match((await plugin('status')).stdout, /^ {2}Agent {6}✗ not running since /m);
  await cluster.cluster.delete({ kind: CONFIG_MAP, name: 'compass-connection-report', namespace: 'compass-system' });
  assert.match((await plugin('status')).stdout, /^No report of a sidecar in this cluster/m);
});
