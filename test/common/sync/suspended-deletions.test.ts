import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, basic, bundle, id } from './samples.ts';
import { startSyncWorld, startSyncWorldWith } from './world.ts';

const MINUTE_MS = 60_000;
const SUSPENDED = { deletionsSuspended: true };

test('while deletions are suspended nothing goes, everything else does, and it is confirmed anew afterwards', async (t) => {
  const world = await startSyncWorldWith(t, 'stays', 'goes');
  const { landscape } = world.simulator;
  const { sync, resume } = world.suspendable();
  landscape.deleteApplication(id(2));
  landscape.createApplication(application(3, 'comes'));
  for (let round = 1; round <= 3; round += 1) {
    const { deleted, suspended } = await sync(SUSPENDED);
    assert.deepEqual([deleted, suspended], [[], 1]);
    world.clock.advance(MINUTE_MS);
  }
  assert.ok(await world.application('comes'));
  resume();
  const first = await sync();
  assert.deepEqual([first.deleted, first.suspended], [[], undefined]);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await sync()).deleted, ['goes']);
});

test('a Secret that nothing refers to and the former name of an Application stay while deletions are suspended', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const { sync, resume } = world.suspendable();
  landscape.createApplication(application(1, 'before'));
  landscape.createApplication(application(2, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  await sync();
  landscape.updateApplication(id(1), { name: 'after' });
  landscape.updateApplication(id(2), { bundles: [bundle(2)] });
  for (let round = 1; round <= 3; round += 1) {
    assert.equal((await sync(SUSPENDED)).deletedSecrets, 0);
    world.clock.advance(MINUTE_MS);
  }
  assert.ok(await world.application('before'));
  assert.ok(await world.application('after'));
  assert.ok(await world.secret(`orders-${id(2)}`));
  resume();
  await sync();
  assert.equal(await world.application('before'), undefined);
  world.clock.advance(MINUTE_MS);
  assert.equal((await sync()).deletedSecrets, 1);
});

test('a held plan does not go by time while deletions are suspended, and waits its whole time again afterwards', async (t) => {
  const world = await startSyncWorldWith(t, 'one', 'two');
  const { sync, resume } = world.suspendable({ holdMs: 10 * MINUTE_MS });
  await sync();
  world.simulator.landscape.deleteAllApplications();
  assert.ok((await sync()).held?.goesAt);
  for (let round = 1; round <= 15; round += 1) {
    world.clock.advance(MINUTE_MS);
    const { held, deleted } = await sync(SUSPENDED);
    assert.deepEqual([held?.count, held?.goesAt, deleted], [2, undefined, []]);
  }
  resume();
  const { held } = await sync();
  assert.equal(held?.goesAt, world.clock.now() + 10 * MINUTE_MS);
  world.clock.advance(9 * MINUTE_MS);
  assert.deepEqual((await sync()).deleted, []);
});

test('a plan says of what would go that it stays while deletions are suspended', async (t) => {
  const world = await startSyncWorldWith(t, 'stays', 'goes');
  world.simulator.landscape.deleteApplication(id(2));
  const { entries } = await world.plan(SUSPENDED);
  assert.deepEqual(
    entries.map(({ name, action, reason }) => [name, action, reason]),
    [['goes', 'hold', 'Suspended']],
  );
});
