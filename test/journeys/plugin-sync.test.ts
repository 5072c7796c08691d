import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import { SYNC_RESULT_SCHEMA } from '../../plugin/schemas/sync-result.ts';
import { until } from '../cluster/until.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { CONNECTION, startWorld } from './world.ts';

test('sync does what it asked for, says what came of it, and names each Application that failed', async (t) => {
  const world = await startWorld(t);
  const plugin = (...args: string[]) => runPlugin(args, { KUBECONFIG: world.cluster.kubeconfigPath });
  await world.configure();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');

  world.simulator.landscape.createApplication({ name: 'orders' });
  const created = await plugin('sync', '-o', 'wide');
  assert.equal(created.code, 0, created.stderr);
  assert.match(
    created.stdout,
    /director 1 page, 1 application\n\+ 1 created {3}~ 0 updated {3}- 0 deleted {3}= 0 unchanged/,
  );
  assert.match(created.stdout, /\n {2}\+ Application orders created/);
  assert.match(created.stderr, /✔ request +\S+ accepted/);
  assert.equal((await world.connection()).spec.resyncNow ?? false, false);

  world.simulator.landscape.createApplication({ name: 'SAP S/4 (Prod)' });
  const failed = await plugin('sync', '-o', 'json');
  assert.equal(failed.code, 1, failed.stderr);
  const document = JSON.parse(failed.stdout);
  assert.deepEqual(document.counts, { ...document.counts, created: 0, unchanged: 1, failed: 1, listed: 2 });
  assert.equal(document.error.code, 'CMP0307');
  assert.deepEqual(document.remediation[0].command, ['kubectl', 'compass', 'describe', 'app', 'SAP S/4 (Prod)']);
  assert.deepEqual(conform(SYNC_RESULT_SCHEMA, document), document);
  const shown = await plugin('sync');
  assert.match(
    shown.stdout,
    /✗ 1 failed.*\n {2}✗ SAP S\/4 \(Prod\) {3}InvalidName {3}kubectl compass describe app 'SAP S\/4/,
  );

  world.simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', status: 503 });
  const unreachable = await plugin('sync', '-o', 'json');
  assert.equal(unreachable.code, 5, unreachable.stdout);
  assert.equal(JSON.parse(unreachable.stdout).error.reason, 'CompassUnavailable');
});

test('sync says no more than the flag where an agent writes no report, and what it waited for when nobody answers', async (t) => {
  const world = await startWorld(t, { crds: 'field' });
  const plugin = (...args: string[]) => runPlugin(args, { KUBECONFIG: world.cluster.kubeconfigPath });
  assert.equal((await plugin('sync')).code, 3);
  const object = {
    ...{ apiVersion: COMPASS_CONNECTION.apiVersion, kind: 'CompassConnection' },
    metadata: { name: CONNECTION.name },
    spec: { managementInfo: { connectorUrl: '', directorUrl: '' } },
    status: { connectionState: 'Synchronized', connectionStatus: { certificateStatus: {} } },
  } as never as CompassConnection;
  await world.cluster.cluster.create(COMPASS_CONNECTION, object);

  const dry = await plugin('sync', '--dry-run=server');
  assert.deepEqual(
    [dry.code, dry.stdout],
    [0, 'compassconnection/compass-connection sync would be requested (server dry run)\n'],
  );
  assert.equal((await world.connection()).spec.resyncNow, undefined);

  const late = await plugin('sync', '--timeout', '4s');
  assert.equal(late.code, 124);
  assert.match(
    late.stderr,
    /waiting for an agent to take spec.resyncNow of compass-connection back; the state is Synchronized/,
  );

  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { resyncNow: false } });
  const waiting = plugin('sync', '--timeout', '1m');
  await until('the flag is set', async () => (await world.connection()).spec.resyncNow === true);
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { resyncNow: false } });
  const { code, stdout } = await waiting;
  assert.equal(code, 0);
  assert.match(stdout, /^compassconnection\/compass-connection synchronized/);
});

test('while a long synchronization runs, sync shows how far it is', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  for (let number = 1; number <= 120; number += 1)
    world.simulator.landscape.createApplication({ name: `app-${number}` });
  const { code, stderr } = await runPlugin(['sync'], { KUBECONFIG: world.cluster.kubeconfigPath });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /100 of 120 Applications listed and applied/);
});
