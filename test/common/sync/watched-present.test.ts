import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CALLS, type TracedCall } from '#common/calls.ts';
import { systemClock } from '#common/clock.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { silentLog } from '#common/log.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { WatchedPresent } from '#common/sync/watched-present.ts';
import { until } from '../../cluster/until.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type Sync, type SyncWorld, startSyncWorld } from './world.ts';

interface WatchedWorld extends SyncWorld {
  readonly watched: WatchedPresent;
  readonly sync: Sync;
}

/** Two Applications with a Secret each, synchronized once. */
async function startWatched(t: TestContext, pollMs?: number): Promise<WatchedWorld> {
  const world = await startSyncWorld(t);
  const { cluster } = world.cluster;
  const place = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
  const options = { cluster, place, clock: systemClock, random: Math.random, log: silentLog };
  const watched = new WatchedPresent({ ...options, ...(pollMs === undefined ? {} : { pollMs }) });
  const over = new AbortController();
  const running = watched.run(over.signal);
  t.after(async () => {
    over.abort();
    await running;
  });
  const sync = world.another(undefined, undefined, { present: watched });
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(11, { defaultInstanceAuth: basic('one') })]));
  landscape.createApplication(application(2, 'parcels', [bundle(12, { defaultInstanceAuth: basic('two') })]));
  const { created } = await sync();
  assert.equal(created.length, 2);
  return { ...world, watched, sync };
}

/** The calls of the API server that a synchronization made for Applications and Secrets, but for the watches. */
async function callsOf(sync: Sync): Promise<readonly string[]> {
  const calls: string[] = [];
  const note = { start: ({ side, what }: TracedCall) => void (side === 'cluster' && calls.push(what)) };
  CALLS.subscribe(note as never);
  try {
    await sync();
  } finally {
    CALLS.unsubscribe(note as never);
  }
  return calls.filter((call) => !call.startsWith('watch ')).toSorted();
}

/** Events of what was written before may still be on their way. */
async function settled({ sync }: WatchedWorld): Promise<void> {
  await until('a round without a call', async () => (await callsOf(sync)).length === 0);
}

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
