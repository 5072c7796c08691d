import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CALLS, type TracedCall } from '#common/calls.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { silentLog } from '#common/log.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { WatchedPresent } from '#common/sync/watched-present.ts';
import { until } from '../../cluster/until.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { id } from './samples.ts';
import { turns } from './turns.ts';
import { callsOf, settled, startEmptyWatched, startWatched } from './watched-world.ts';
import { INTEGRATION_NAMESPACE, startSyncWorld } from './world.ts';

const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'requests are seen by the embedded server',
};

test('a round without a change asks the API server for nothing', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  assert.deepEqual(await callsOf(world.sync), []);
});

test('what the Director changed is written, and nothing is read for it', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  world.simulator.landscape.updateApplication(id(1), { description: 'changed' });
  assert.deepEqual(await callsOf(world.sync), ['patch applications.applicationconnector.kyma-project.io']);
  assert.equal((await world.application('orders'))?.spec?.description, 'changed');
  await settled(world);
});

test('what somebody else changed, added or deleted is read, each object once, and mended', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const before = await world.versions();
  const { cluster } = world.cluster;
  await cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, { spec: { description: 'by hand' } });
  await cluster.delete({ kind: SECRET, name: `parcels-${id(12)}`, namespace: INTEGRATION_NAMESPACE });
  await until('it is mended', async () => {
    await world.sync();
    const orders = await world.application('orders');
    return orders?.spec?.description !== 'by hand' && (await world.secret(`parcels-${id(12)}`)) !== undefined;
  });
  await settled(world);
  const after = await world.versions();
  assert.deepEqual(Object.keys(after).toSorted(), Object.keys(before).toSorted());
  assert.equal(after[`Secret orders-${id(11)}`], before[`Secret orders-${id(11)}`]);
});

test('an annotation of somebody else costs one reading, and no write', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const ref = { kind: APPLICATION, name: 'orders' };
  const { metadata } = await world.cluster.cluster.mergePatch(ref, { metadata: { annotations: { note: 'mine' } } });
  const calls = await until('it is read', async () => {
    const made = await callsOf(world.sync);
    return made.length > 0 && made;
  });
  assert.deepEqual(calls, ['get applications.applicationconnector.kyma-project.io']);
  assert.equal((await world.application('orders'))?.metadata.resourceVersion, metadata.resourceVersion);
});

test('an annotation of somebody else on a Secret costs one reading, and no write', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const ref = { kind: SECRET, name: `orders-${id(11)}`, namespace: INTEGRATION_NAMESPACE };
  const { metadata } = await world.cluster.cluster.mergePatch(ref, { metadata: { annotations: { note: 'mine' } } });
  const calls = await until('it is read', async () => {
    const made = await callsOf(world.sync);
    return made.length > 0 && made;
  });
  assert.deepEqual(calls, ['get secrets']);
  assert.equal((await world.secret(ref.name))?.metadata.resourceVersion, metadata.resourceVersion);
  assert.equal((await world.watched.open()).secret(ref.name)?.resourceVersion, metadata.resourceVersion);
});

test('a Secret that has lost its labels is none of a bundle any more', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const { cluster } = world.cluster;
  const metadata = { name: 'other', namespace: INTEGRATION_NAMESPACE, labels: { bundleId: 'other' } };
  await cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata });
  const isKept = async () => (await world.watched.open()).secret('other') !== undefined;
  await until('it is kept', isKept);
  const ref = { kind: SECRET, name: 'other', namespace: INTEGRATION_NAMESPACE };
  const { metadata: bare } = await cluster.mergePatch(ref, { metadata: { labels: null } });
  assert.equal(bare.labels, undefined);
  await until('it is not', async () => !(await isKept()));
});

test('watches go on from what was read, and are told metadata alone', EMBEDDED_ONLY, async (t) => {
  const world = await startEmptyWatched(t);
  const { embedded } = world.cluster;
  // A request is recorded when it is over: both are refused, and not tried again while the clock stands still.
  embedded?.faults.add({ verb: 'watch', effect: { kind: 'status', code: 403 }, times: 2 });
  await world.watched.open();
  const begun = await until('both are refused', () => {
    const watches = (embedded?.requests() ?? []).filter(({ query }) => query['watch']);
    return Promise.resolve(watches.length === 2 && watches);
  });
  for (const { query, accept } of begun) {
    assert.ok(Number(query['resourceVersion']) > 0, 'from the list on');
    assert.match(accept, /PartialObjectMetadata/);
  }
});

async function startUnwatched(t: TestContext) {
  const { embedded, cluster } = (await startSyncWorld(t)).cluster;
  const place = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
  const clock = new ManualClock();
  const watched = new WatchedPresent({ cluster, place, clock, random: () => 0.5, log: silentLog });
  t.after(() => watched.forget());
  return { embedded, clock, watched };
}

test('before it runs, and after that, nothing is watched', async (t) => {
  const { clock, watched } = await startUnwatched(t);
  await watched.open();
  assert.equal(clock.sleepers, 0);
  watched.forget();
  let isOver = false;
  void watched.run(AbortSignal.abort()).then(() => {
    isOver = true;
  });
  await turns();
  assert.equal(isOver, true, 'it is to end before it began');
  await watched.open();
  assert.equal(clock.sleepers, 0);
  const over = new AbortController();
  const running = watched.run(over.signal);
  await watched.open();
  assert.equal(clock.sleepers, 2);
  over.abort();
  await running;
  await watched.open();
  assert.equal(clock.sleepers, 0);
});

test('it has ended when the last request of a watch has', EMBEDDED_ONLY, async (t) => {
  const { embedded, watched } = await startUnwatched(t);
  embedded?.faults.add({ verb: 'watch', resource: 'applications', effect: { kind: 'delay', ms: 3_600_000 } });
  const underWay = new Set<TracedCall>();
  const isOfWatch = ({ what }: TracedCall) => what.startsWith('watch applications');
  const note = {
    start: (call: TracedCall) => void (isOfWatch(call) && underWay.add(call)),
    asyncEnd: (call: TracedCall) => void underWay.delete(call),
  };
  CALLS.subscribe(note as never);
  t.after(() => CALLS.unsubscribe(note as never));
  const over = new AbortController();
  const running = watched.run(over.signal);
  await watched.open();
  await until('it is asked for', () => Promise.resolve(underWay.size === 1));
  over.abort();
  await running;
  assert.equal(underWay.size, 0);
});

test('after it was forgotten, or too much changed, everything is listed again', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  world.watched.forget();
  assert.deepEqual(await callsOf(world.sync), [
    'list applications.applicationconnector.kyma-project.io',
    'list secrets',
  ]);
  await settled(world);
});

test('a plan leaves what is kept as it is', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const copy = await world.watched.open();
  const names = [...copy.applicationNames()];
  copy.copy().removeApplication('orders');
  assert.deepEqual([...(await world.watched.open()).applicationNames()], names);
});

test('what is deleted in the Director goes after two listings, by the version that is known', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  world.simulator.landscape.deleteApplication(id(2));
  await world.sync();
  world.clock.advance(61_000);
  const calls = await callsOf(world.sync);
  assert.deepEqual(
    calls.filter((call) => call.startsWith('list')),
    [],
  );
  assert.equal(await world.application('parcels'), undefined);
  await settled(world);
});
