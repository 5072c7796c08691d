import assert from 'node:assert/strict';
import { CALLS, type TracedCall } from '#common/calls.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf } from '../../journeys/every-state.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { metricsOf, reportOf } from '../cluster/steps.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { application, bundle, versions } from './landscape.ts';
import { ours } from './vanish.ts';

const B1 = '00000000-0000-4000-8000-000000000001';
const LISTING = 'applicationsForRuntime';

row('D2', 'whatever the number, all Applications are in place', async (world) => {
  const { landscape } = world.simulator;
  for (let at = 0; at < 201; at += 1) landscape.createApplication({ name: `app-${at}` });
  world.here({ APP_LOG_LEVEL: 'info' });
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal((await ours(world)).length, 201);
  for (let at = 201; at < 1_000; at += 1) landscape.createApplication({ name: `app-${at}` });
  await until('all thousand', async () => (await reportOf(world))?.applications?.inSync === 1_000, 90_000);
  assert.equal((await ours(world)).length, 1_000);
  assert.equal((await reportOf(world))?.contact?.director?.pages, 10);
});

row('D23', 'the same data again and again is not written again', async (world) => {
  const { landscape } = world.simulator;
  for (let at = 0; at < 5; at += 1) {
    landscape.createApplication({
      name: `app-${at}`,
      bundles: [bundle(B1.replace(/.$/, String(at)), 'not-a-password')],
    });
  }
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  const listings = world.count('director', LISTING);
  await until('one more round', () => Promise.resolve(world.count('director', LISTING) > listings + 1));
  const before = await versions(world);
  const calls: string[] = [];
  const note = (call: unknown) => calls.push((call as TracedCall).what);
  CALLS.start.subscribe(note);
  await until('three more rounds', () => Promise.resolve(world.count('director', LISTING) > listings + 4));
  CALLS.start.unsubscribe(note);
  assert.ok(calls.some((what) => what.includes('applications')));
  const writes = calls.filter((what) => /^(?:create|update|patch|apply|replace|delete)/.test(what));
  assert.deepEqual(
    [...new Set(writes)].filter((what) => !what.includes('leases')),
    [],
  );
  assert.deepEqual(await versions(world), before);
});

row(
  'D20',
  'labels that cannot be written back are a condition of their own, and not tried without end',
  async (world) => {
    world.simulator.landscape.createApplication({ name: 'orders' });
    const fault = world.simulator.faults.add({ target: 'director', operation: 'setRuntimeLabel', status: 503 });
    world.here({ APP_CONTROLLER_SYNC_PERIOD: '2s', APP_MINIMAL_COMPASS_SYNC_TIME: '1s' }, fastClock(20));
    await world.configure();
    const failed = await world.reaches('MetadataUpdateFailed');
    assert.deepEqual(
      ['Connected', 'Synchronized', 'Ready', 'LabelsReported'].map((type) => conditionOf(failed, type)?.status),
      ['True', 'True', 'True', 'False'],
    );
    assert.equal(conditionOf(failed, 'LabelsReported')?.reason, 'LabelsFailed');
    assert.ok(await application(world, 'orders'));
    const [tried, listed] = [world.count('director', 'setRuntimeLabel'), world.count('director', LISTING)];
    await until('rounds go on', () => Promise.resolve(world.count('director', LISTING) >= listed + 40), 60_000);
    const tries = world.count('director', 'setRuntimeLabel') - tried;
    assert.ok(tries <= 15, `${tries} tries in forty rounds`);
    world.simulator.faults.remove(fault);
    world.simulator.landscape.createApplication({ name: 'others' });
    await until('others are there', () => application(world, 'others'));
    await world.reaches('Synchronized');
    assert.equal(
      world.simulator.landscape.runtime(world.simulator.runtimeId)?.labels['runtime_eventServiceUrl'],
      'https://gateway.kyma.local',
    );
  },
);

row('D21', 'a label value with quotes and braces arrives as it is', async (world) => {
  const url = `https://gateway.example.com/?a="b'\${c}{{d}}\\`;
  world.here({ APP_RUNTIME_EVENTS_URL: url });
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.simulator.landscape.runtime(world.simulator.runtimeId)?.labels['runtime_eventServiceUrl'], url);
});

row(
  'R8',
  'what people edit while it is synchronized is theirs where it is theirs, and ours where it is ours',
  async (world) => {
    const { landscape } = world.simulator;
    const { id } = landscape.createApplication({ name: 'orders', bundles: [bundle(B1, 'not-a-password')] });
    // So that one synchronization has to do it.
    world.here({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
    await world.configure();
    await world.reaches('Synchronized');
    // While it lists, with the Application read and not yet written, somebody else writes it.
    world.simulator.faults.add({ target: 'director', operation: LISTING, times: 1, delayMs: 1_500 });
    landscape.updateApplication(id, { description: 'as it is listed' });
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { resyncNow: true } });
    await until('it lists', () =>
      Promise.resolve(world.simulator.requests.list().some(({ outcome }) => outcome === 'pending')),
    );
    const edit = {
      metadata: { labels: { team: 'blue' }, annotations: { note: 'mine' } },
      spec: { description: 'by hand', encodeUrl: true },
    };
    await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, edit, { fieldManager: 'somebody' });
    const orders = await until('both are in it', async () => {
      const seen = await application(world, 'orders');
      return seen?.spec?.description === 'as it is listed' && seen;
    });
    assert.deepEqual([orders.metadata.labels?.['team'], orders.metadata.annotations?.['note']], ['blue', 'mine']);
    assert.equal(orders.spec?.encodeUrl, true);
    await world.reaches('Synchronized');
    assert.equal((await reportOf(world))?.failures?.length, 0);
    const manager = orders.metadata.managedFields?.find(({ operation }) => operation === 'Apply')?.manager;
    assert.equal(manager, 'compass-sidecar');
    assert.match(
      await metricsOf(world),
      /compass_requests_total\{target="kubernetes",code="409",outcome="error"\} [1-9]/,
    );
  },
);
