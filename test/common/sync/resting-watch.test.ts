import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import { callsOf, requestsOf, settled, startEmptyWatched, startWatched, type WatchedWorld } from './watched-world.ts';
import { INTEGRATION_NAMESPACE } from './world.ts';

const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'requests are counted by the embedded server',
};
const ORDERS = { kind: APPLICATION, name: 'orders' };
const PARCELS = { kind: APPLICATION, name: 'parcels' };

/** More events of Applications than a watch tells one by one. */
async function touchOften({ cluster }: WatchedWorld): Promise<void> {
  for (let times = 1; times <= 520; times += 1) {
    await cluster.cluster.mergePatch(ORDERS, { metadata: { annotations: { touched: String(times) } } });
  }
}

async function startResting(t: TestContext): Promise<WatchedWorld> {
  const world = await startWatched(t);
  await settled(world);
  assert.equal(world.watchClock.sleepers, 2);
  await touchOften(world);
  await until('the watch of Applications rests', () => Promise.resolve(world.watchClock.sleepers === 1));
  return world;
}

test(
  'after too many events a watch rests, and a list of metadata tells the next round what it missed',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startResting(t);
    const { cluster } = world.cluster;
    await cluster.mergePatch(PARCELS, { spec: { description: 'by hand' } });
    const asked = await requestsOf(world, world.sync);
    assert.deepEqual(asked.toSorted(), [
      'get applications',
      'get applications',
      'list metadata of applications',
      'patch applications',
    ]);
    assert.notEqual((await world.application('parcels'))?.spec?.description, 'by hand');
    await settled(world);
  },
);

test(
  'what was deleted while a watch rested is created anew, and the next deletion is heard',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startResting(t);
    const { cluster } = world.cluster;
    await cluster.delete(PARCELS);
    await world.sync();
    assert.ok(await world.application('parcels'));
    await settled(world);
    await cluster.delete(PARCELS);
    const calls: string[] = [];
    await until('it is there again', async () => {
      calls.push(...(await callsOf(world.sync)));
      return (await world.application('parcels')) !== undefined;
    });
    assert.ok(!calls.some((call) => call.startsWith('list')), calls.join());
  },
);

test(
  'where what a resting watch missed cannot be listed, the round says so, and the next one tries again',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startResting(t);
    const { cluster, embedded } = world.cluster;
    await cluster.mergePatch(PARCELS, { spec: { description: 'by hand' } });
    const back = embedded?.faults.add({
      verb: 'list',
      resource: 'applications',
      effect: { kind: 'status', code: 503 },
      times: 1_000,
    });
    const asked = await requestsOf(world, async () => {
      assert.equal((await world.sync()).applyError?.reason, 'ClusterUnavailable');
    });
    assert.deepEqual(new Set(asked), new Set(['list metadata of applications']), 'nothing is read whole for that');
    back?.();
    await world.sync();
    assert.notEqual((await world.application('parcels'))?.spec?.description, 'by hand');
    await settled(world);
  },
);

test('one that may not list metadata reads everything, and watches from there', EMBEDDED_ONLY, async (t) => {
  const world = await startResting(t);
  const { cluster, embedded } = world.cluster;
  await cluster.mergePatch(PARCELS, { spec: { description: 'by hand' } });
  embedded?.faults.add({ verb: 'list', resource: 'applications', effect: { kind: 'status', code: 403 }, times: 1 });
  const asked = await requestsOf(world, world.sync);
  assert.ok(asked.includes('list applications') && asked.includes('list secrets'), asked.join());
  assert.notEqual((await world.application('parcels'))?.spec?.description, 'by hand');
  await settled(world);
  assert.equal(world.watchClock.sleepers, 2);
});

test('what came before everything was read whole is not too much after it', EMBEDDED_ONLY, async (t) => {
  const world = await startEmptyWatched(t);
  const { cluster, embedded } = world.cluster;
  const effect = { kind: 'status', code: 403 } as const;
  const allow = embedded?.faults.add({ verb: 'watch', resource: 'applications', effect, times: 1_000 });
  await world.sync();
  // Of these there are more than are read one by one, and their watch comes to rest: then all of it has been told.
  for (let number = 1; number <= 510; number += 1) {
    const metadata = { name: `other-${number}`, namespace: INTEGRATION_NAMESPACE, labels: { bundleId: 'other' } };
    await cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata });
  }
  await until('the watch of Secrets rests', () => Promise.resolve(world.watchClock.sleepers === 1));
  allow?.();
  assert.ok((await callsOf(world.sync)).includes('list secrets'), 'Applications are not watched yet');
  world.watchClock.advance(2_000);
  await until('both are watched', () => Promise.resolve(world.watchClock.sleepers === 2));
  assert.deepEqual(await callsOf(world.sync), []);
});
