import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fencedCluster } from '../../../sidecar/leader/fenced-cluster.ts';
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

test('R4: a leader whose Lease is over in a round tries nothing more in it', async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 1; number <= 20; number++) {
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  }
  let asked = 0;
  const fenced = fencedCluster(world.cluster.cluster, () => ++asked <= 3);
  const outcome = await world.another({}, fenced, { concurrency: 1 })();
  assert.equal(asked, 4);
  assert.equal(outcome.applyError?.reason, 'Stopping');
});
