import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application, basic, bundle, id } from './samples.ts';
import { type SyncWorld, startSyncWorld, startSyncWorldWith } from './world.ts';

const MINUTE_MS = 60_000;
const LIST = 'applicationsForRuntime';
const TORN = { '/data/applicationsForRuntime/totalCount': 99 };
const withSecret = (number: number) => bundle(number, { defaultInstanceAuth: basic() });

/** The next listing is torn, so that it is read again; in between it changes. */
function tearOnce({ simulator: { faults } }: SyncWorld, change: () => void): void {
  faults.add({ operation: LIST, times: 1, set: TORN, run: change });
}

test('a name that was taken in a torn listing is that of whoever has it in the next', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders'));
  tearOnce(world, () => {
    landscape.deleteApplication(id(1));
    landscape.createApplication(application(2, 'orders'));
  });
  const outcome = await world.sync();
  assert.deepEqual([outcome.failed, outcome.fetch.complete, outcome.fetch.pages], [[], true, 2]);
  assert.equal((await world.application('orders'))?.spec?.compassMetadata?.applicationId, id(2));
});

test('who was renamed in a torn listing and is gone in the next is not brought to its new name', async (t) => {
  const world = await startSyncWorldWith(t, 'before', 'stays');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'now' });
  tearOnce(world, () => landscape.deleteApplication(id(1)));
  await world.sync();
  assert.equal(await world.application('now'), undefined);
  assert.ok(await world.application('before'));
});

test('who lost credentials in a torn listing, and in the next cannot be used at all, hides nothing', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (const number of [1, 2, 3]) {
    landscape.createApplication(application(number, `app-${number}`, [withSecret(number + 10)]));
  }
  await world.sync();
  landscape.updateApplication(id(3), { bundles: [bundle(13)] });
  await world.sync();
  world.clock.advance(MINUTE_MS);
  for (const number of [1, 2]) landscape.updateApplication(id(number), { bundles: [bundle(number + 10)] });
  tearOnce(world, () => {
    for (const number of [1, 2]) landscape.updateApplication(id(number), { name: 'No name' });
  });
  assert.equal((await world.sync()).deletedSecrets, 1);
  assert.equal(await world.secret(`app-3-${id(13)}`), undefined);
});

test('credentials that are hidden take one more reading, and no third', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, switches } = { ...world.simulator };
  landscape.createApplication(application(1, 'orders', [withSecret(11)]));
  landscape.createApplication(application(2, 'stock', [withSecret(12)]));
  await world.sync();
  switches.runtimeScopes = switches.runtimeScopes.filter((scope) => scope !== 'bundle.instance_auths:read');
  const { fetch, failed } = await world.sync();
  assert.deepEqual(
    [fetch.pages, fetch.complete, failed.map(({ reason }) => reason)],
    [2, true, ['InsufficientScopes', 'InsufficientScopes']],
  );
});

test('a list that never stands still is read four times, and nothing is concluded from what it lacks', async (t) => {
  const world = await startSyncWorldWith(t, 'goes', 'stays');
  const { landscape, faults } = world.simulator;
  landscape.deleteApplication(id(1));
  await world.sync();
  world.clock.advance(MINUTE_MS);
  faults.add({ operation: LIST, set: TORN });
  const { fetch, deleted } = await world.sync();
  assert.deepEqual([fetch.pages, fetch.ok, fetch.complete, deleted], [4, true, false, []]);
  assert.equal(fetch.incompleteBecause, '1 listed of 99 counted');
  faults.clear();
  assert.deepEqual((await world.sync()).deleted, ['goes']);
});
