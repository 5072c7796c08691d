import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import { until } from '../cluster/until.ts';
import { startWorld, type World } from './world.ts';

async function reportOf(world: World) {
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  return readReport((await world.cluster.cluster.find<ConfigMap>(ref))?.data?.[REPORT_KEY]);
}

async function answerTo(world: World, verb: string, id = `request-${verb}`) {
  const annotations = { [`compass.kyma-project.io/${verb}`]: id };
  const patch = JSON.stringify({ metadata: { annotations } });
  await world.cluster.kubectl(['patch', 'compassconnection', 'compass-connection', '--type=merge', '-p', patch]);
  const answer = await until(`the request to ${verb} is answered`, async () => {
    return (await reportOf(world))?.requests?.find((request) => request.id === id && request.finished);
  });
  await until(
    'the annotation is taken off',
    async () => !(await world.connection()).metadata.annotations?.[`compass.kyma-project.io/${verb}`],
  );
  return answer;
}

test('requests by annotation are carried out, answered by their ids in the report, and taken off', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');

  world.simulator.landscape.createApplication({ name: 'orders' });
  const synced = await answerTo(world, 'sync');
  assert.equal(synced.result, 'succeeded');
  assert.equal(synced.counts?.['created'], 1);
  assert.equal(synced.revision, 1);
  const { code } = await world.cluster.kubectl(['get', 'application', 'orders']);
  assert.equal(code, 0);

  assert.equal((await answerTo(world, 'renew')).result, 'succeeded');
  assert.equal(world.simulator.certificates.list().length, 2);

  await world.configure();
  assert.equal((await answerTo(world, 'reconnect')).result, 'succeeded');
  const steps = (await reportOf(world))?.steps ?? [];
  const done = steps.map(({ step, status }) => `${step} ${status}`);
  assert.deepEqual(done, ['preflight ok', 'key ok', 'configuration ok', 'sign ok', 'prove ok', 'store ok']);
  const inUse = (await reportOf(world))?.identity?.fingerprints?.inUse ?? 'none';
  assert.match(steps.find(({ step }) => step === 'sign')?.message ?? '', new RegExp(inUse));
  assert.equal(world.simulator.certificates.list().length, 3);

  world.simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', status: 503 });
  const failed = await answerTo(world, 'sync', 'another');
  assert.deepEqual([failed.result, failed.reason], ['failed', 'CompassUnavailable']);
});

test('a request does not wait for the end of a listing that takes long, and many of them do not keep one from ending', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const { faults } = world.simulator;
  const listing = { target: 'director', operation: 'applicationsForRuntime' } as const;
  const go = Promise.withResolvers<void>();
  const endless = faults.add({ ...listing, run: () => go.promise });
  const isUnderWay = () => Promise.resolve(faults.list().some(({ matched }) => matched > 0));
  await until('an endless listing is under way', isUnderWay);
  assert.equal((await answerTo(world, 'renew')).result, 'succeeded');
  const { status } = await world.connection();
  assert.equal(status?.connectionState, 'Synchronized', 'it waited until the listing failed');

  faults.remove(endless);
  faults.add({ ...listing, delayMs: 5_000 });
  go.resolve();
  await until('a slow listing is under way', isUnderWay);
  const last = (await reportOf(world))?.lastSync;
  const isSynchronized = async () => (await reportOf(world))?.lastSync !== last;
  const endAt = performance.now() + 120_000;
  for (let asked = 1; !(await isSynchronized()); asked += 1) {
    assert.ok(performance.now() < endAt, `no listing ended while ${asked} requests came`);
    await answerTo(world, 'renew', `another-${asked}`);
  }
});
