import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, id } from './samples.ts';
import { startSyncWorld } from './world.ts';

test('R4: a leader whose Lease is over deletes nothing more', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'stays'));
  landscape.createApplication(application(2, 'goes'));
  let leads = true;
  const sync = world.another({}, undefined, { mayDelete: () => leads });
  await sync();
  landscape.deleteApplication(id(2));
  await sync();
  world.clock.advance(60_000);
  leads = false;
  assert.deepEqual((await sync()).deleted, []);
  assert.ok(await world.application('goes'));
  leads = true;
  assert.deepEqual((await sync()).deleted, ['goes']);
  assert.equal(await world.application('goes'), undefined);
});
