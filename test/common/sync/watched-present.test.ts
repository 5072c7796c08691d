import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import { id } from './samples.ts';
import { callsOf, settled, startWatched } from './watched-world.ts';
import { INTEGRATION_NAMESPACE } from './world.ts';

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
