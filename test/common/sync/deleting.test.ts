import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { application, basic, bundle, id } from './samples.ts';
import { type SyncWorld, startSyncWorld, startSyncWorldWith } from './world.ts';

const MINUTE_MS = 60_000;

/** `stays` and `goes` are in the cluster, and the Director lists only the first any more. */
async function startWithOneGone(t: TestContext): Promise<SyncWorld> {
  const world = await startSyncWorldWith(t, 'stays', 'goes');
  const { landscape } = world.simulator;
  landscape.deleteApplication(id(2));
  return world;
}

test('an Application goes when two complete and equal listings a minute apart do not have it', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'stays'));
  landscape.createApplication(application(2, 'goes', [bundle(3, { defaultInstanceAuth: basic() })]));
  await world.sync();
  landscape.deleteApplication(id(2));
  assert.deepEqual((await world.sync()).deleted, []);
  world.clock.advance(MINUTE_MS - 1);
  assert.deepEqual((await world.sync()).deleted, []);
  assert.ok(await world.application('goes'));
  world.clock.advance(1);
  assert.deepEqual((await world.sync()).deleted, ['goes']);
  assert.equal(await world.application('goes'), undefined);
  assert.ok(await world.application('stays'));
  if (world.cluster.target === 'embedded') {
    await until('its Secret to go with it', async () => !(await world.secret(`goes-${id(3)}`)) || undefined);
  }
});

test('a listing that differs in between begins the minute anew', async (t) => {
  const world = await startWithOneGone(t);
  const { landscape } = world.simulator;
  await world.sync();
  world.clock.advance(MINUTE_MS);
  landscape.createApplication(application(3, 'new'));
  assert.deepEqual((await world.sync()).deleted, []);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await world.sync()).deleted, ['goes']);
});

test('D1: an empty listing deletes nothing, and shows what is held', async (t) => {
  const world = await startSyncWorldWith(t, 'one', 'two');
  const { landscape } = world.simulator;
  landscape.deleteAllApplications();
  const { held } = await world.sync();
  assert.deepEqual([held?.count, held?.names], [2, ['one', 'two']]);
  world.clock.advance(24 * 60 * MINUTE_MS);
  assert.deepEqual((await world.sync()).deleted, []);
  assert.ok(await world.application('one'));
  const { id: plan = '', members = [] } = held ?? {};
  const decision = { plan, verdict: 'approved', at: 0, runtimeId: world.simulator.runtimeId, members } as const;
  await world.sync({ kept: { decision } });
  world.clock.advance(MINUTE_MS);
  const approved = await world.sync({ kept: { decision } });
  assert.deepEqual([...approved.deleted].sort(), ['one', 'two']);
  assert.equal(approved.held, undefined);
});

test('a plan beyond the budget is held, and everything else goes on', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (let number = 1; number <= 20; number += 1) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  for (let number = 1; number <= 11; number += 1) landscape.deleteApplication(id(number));
  landscape.updateApplication(id(20), { description: 'changed' });
  await world.sync();
  world.clock.advance(MINUTE_MS);
  landscape.updateApplication(id(19), { description: 'changed too' });
  const outcome = await world.sync();
  assert.deepEqual([outcome.held?.count, outcome.held?.budget, outcome.deleted], [11, 10, []]);
  assert.deepEqual(outcome.updated, ['app-19']);
  landscape.createApplication(application(1, 'app-1'));
  await world.sync();
  world.clock.advance(MINUTE_MS);
  assert.equal((await world.sync()).deleted.length, 10);
});

test('D3: when page 2 fails, what page 1 shows is applied and nothing is deleted', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults } = world.simulator;
  for (let number = 1; number <= 150; number += 1) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  landscape.deleteApplication(id(150));
  await world.sync();
  world.clock.advance(MINUTE_MS);
  landscape.updateApplication(id(1), { description: 'changed' });
  const fault = faults.add({ operation: 'applicationsForRuntime', skip: 1, times: 1, status: 503 });
  const outcome = await world.sync();
  assert.deepEqual([outcome.fetch.ok, outcome.fetch.complete, outcome.fetch.pages], [false, false, 1]);
  assert.equal(outcome.fetch.error?.reason, 'CompassUnavailable');
  assert.deepEqual([outcome.updated, outcome.deleted], [['app-1'], []]);
  assert.ok(await world.application('app-150'));
  faults.remove(fault);
  assert.deepEqual((await world.sync()).deleted, ['app-150']);
});

test('D4: a count that does not agree is listed anew, and nothing is deleted while it does not', async (t) => {
  const world = await startWithOneGone(t);
  const { faults } = world.simulator;
  await world.sync();
  world.clock.advance(MINUTE_MS);
  const set = { '/data/applicationsForRuntime/totalCount': 7 };
  const fault = faults.add({ operation: 'applicationsForRuntime', set });
  const torn = await world.sync();
  assert.deepEqual([torn.fetch.ok, torn.fetch.complete, torn.fetch.pages, torn.deleted], [true, false, 4, []]);
  faults.remove(fault);
  assert.deepEqual((await world.sync()).deleted, ['goes']);
});

test('D6: where an item has no id nothing is deleted, and the rest is synchronized', async (t) => {
  const world = await startWithOneGone(t);
  const { landscape, faults } = world.simulator;
  landscape.createApplication(application(3, 'new'));
  const fault = faults.add({
    operation: 'applicationsForRuntime',
    set: { '/data/applicationsForRuntime/data/0': null },
  });
  const outcome = await world.sync();
  assert.deepEqual([outcome.created, outcome.failed.length, outcome.fetch.complete], [['new'], 1, false]);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await world.sync()).deleted, []);
  faults.remove(fault);
});

test('D16: the Secret of credentials that were taken away goes after the Application has stopped naming it', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  await world.sync();
  landscape.updateApplication(id(1), { bundles: [bundle(2)] });
  await world.sync();
  const orders = await world.application('orders');
  assert.equal(orders?.spec?.services?.[0]?.entries[0]?.credentials, undefined);
  assert.ok(await world.secret(`orders-${id(2)}`));
  world.clock.advance(MINUTE_MS);
  await world.sync();
  assert.equal(await world.secret(`orders-${id(2)}`), undefined);
});

test('a restart begins to confirm anew', async (t) => {
  const world = await startWithOneGone(t);
  await world.sync();
  world.clock.advance(MINUTE_MS);
  const restarted = world.another();
  assert.deepEqual((await restarted()).deleted, []);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await restarted()).deleted, ['goes']);
});
