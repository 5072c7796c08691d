import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { application, basic, bundle, id, oauth } from './samples.ts';
import { type SyncWorld, startSyncWorld } from './world.ts';

const MINUTE_MS = 60_000;
const SCOPE = 'bundle.instance_auths:read';

function loseScope({ simulator: { switches } }: SyncWorld): void {
  switches.runtimeScopes = switches.runtimeScopes.filter((scope) => scope !== SCOPE);
}

function problems({ failed }: SyncOutcome): string[] {
  return failed.map(({ name, reason }) => `${name} ${reason}`).sort();
}

async function entry(world: SyncWorld, name: string) {
  return (await world.application(name))?.spec?.services?.[0]?.entries[0];
}

/** Two Applications with credentials, one of them with request parameters, and one without any. */
async function startWithCredentials(t: Parameters<typeof startSyncWorld>[0]): Promise<SyncWorld> {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const auth = { ...oauth(), additionalHeaders: { 'x-tenant': ['blue'] } };
  landscape.createApplication(application(1, 'orders', [bundle(11, { defaultInstanceAuth: basic() })]));
  landscape.createApplication(application(2, 'stock', [bundle(12, { defaultInstanceAuth: auth })]));
  landscape.createApplication(application(3, 'open', [bundle(13)]));
  await world.sync();
  return world;
}

test('credentials that vanish from all Applications at once are kept, and all else is applied', async (t) => {
  const world = await startWithCredentials(t);
  const before = [await entry(world, 'orders'), await entry(world, 'stock')];
  const names = [`orders-${id(11)}`, `stock-${id(12)}`, `params-stock-${id(12)}`];
  const secrets = await Promise.all(names.map((name) => world.secret(name)));
  loseScope(world);
  world.simulator.landscape.updateApplication(id(2), { description: 'changed' });
  for (let round = 1; round <= 3; round += 1) {
    const outcome = await (round === 3 ? world.another()() : world.sync());
    assert.deepEqual(problems(outcome), ['orders InsufficientScopes', 'stock InsufficientScopes']);
    assert.match(outcome.failed[0]?.message ?? '', /vanished at once.* lost a scope; nothing was removed/);
    assert.deepEqual([outcome.fetch.complete, outcome.inSync, outcome.secrets], [true, 1, 3]);
    world.clock.advance(2 * MINUTE_MS);
  }
  assert.deepEqual([await entry(world, 'orders'), await entry(world, 'stock')], before);
  assert.deepEqual(await Promise.all(names.map((name) => world.secret(name))), secrets);
  assert.equal((await world.application('stock'))?.spec?.description, 'changed');

  world.simulator.switches.runtimeScopes.push(SCOPE);
  world.simulator.landscape.updateApplication(id(1), { bundles: [bundle(11)] });
  assert.deepEqual(problems(await world.sync()), []);
  assert.equal((await entry(world, 'orders'))?.credentials, undefined);
  world.clock.advance(MINUTE_MS);
  await world.sync();
  const left = await Promise.all(names.map(async (name) => (await world.secret(name)) !== undefined));
  assert.deepEqual(left, [false, true, true]);
});

test('a Secret that nothing names stays as well while credentials are hidden', async (t) => {
  const world = await startWithCredentials(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(4, 'third', [bundle(14, { defaultInstanceAuth: basic() })]));
  await world.sync();
  landscape.updateApplication(id(4), { bundles: [bundle(14)] });
  await world.sync();
  loseScope(world);
  for (let round = 1; round <= 3; round += 1) {
    world.clock.advance(2 * MINUTE_MS);
    assert.deepEqual(problems(await world.sync()), ['orders InsufficientScopes', 'stock InsufficientScopes']);
  }
  assert.ok(await world.secret(`third-${id(14)}`));
});

test('an Application that is renamed while credentials are hidden takes its own with it', async (t) => {
  const world = await startWithCredentials(t);
  loseScope(world);
  world.simulator.landscape.updateApplication(id(2), { name: 'store' });
  assert.deepEqual(problems(await world.sync()), ['orders InsufficientScopes', 'store InsufficientScopes']);
  const { credentials, requestParametersSecretName } = (await entry(world, 'store')) ?? {};
  assert.deepEqual(
    [credentials?.secretName, requestParametersSecretName],
    [`store-${id(12)}`, `params-store-${id(12)}`],
  );
  assert.deepEqual(await world.content(`store-${id(12)}`), { clientId: 'client', clientSecret: 'not-a-secret' });
  assert.deepEqual(await world.content(`params-store-${id(12)}`), { headers: '{"x-tenant":["blue"]}' });
});

test('the only Application with credentials loses them in one synchronization', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(11, { defaultInstanceAuth: basic() })]));
  landscape.createApplication(application(2, 'open', [bundle(12)]));
  await world.sync();
  landscape.updateApplication(id(1), { bundles: [bundle(11)] });
  const outcome = await world.sync();
  assert.deepEqual([problems(outcome), outcome.updated], [[], ['orders']]);
  assert.equal((await entry(world, 'orders'))?.credentials, undefined);
});

test('one credential on the last page shows that those missing on the first were taken away', async (t) => {
  const world = await startWithCredentials(t);
  const { landscape } = world.simulator;
  for (let number = 101; number <= 201; number += 1) landscape.createApplication(application(number, `app-${number}`));
  landscape.createApplication(application(999, 'last', [bundle(19, { defaultInstanceAuth: basic() })]));
  await world.sync();
  landscape.updateApplication(id(1), { bundles: [bundle(11)] });
  landscape.updateApplication(id(2), { bundles: [bundle(12)] });
  const outcome = await world.sync();
  assert.deepEqual([problems(outcome), [...outcome.updated].sort()], [[], ['orders', 'stock']]);
  assert.equal((await entry(world, 'stock'))?.requestParametersSecretName, undefined);
});

test('a listing that fails before it shows a credential takes none away', async (t) => {
  const world = await startWithCredentials(t);
  const { landscape, faults } = world.simulator;
  for (let number = 101; number <= 201; number += 1) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  const before = await world.versions();
  loseScope(world);
  faults.add({ operation: 'applicationsForRuntime', skip: 1, times: 1, status: 503 });
  const outcome = await world.sync();
  assert.deepEqual([outcome.fetch.ok, outcome.fetch.pages], [false, 1]);
  assert.deepEqual(problems(outcome), ['orders ListingIncomplete', 'stock ListingIncomplete']);
  assert.deepEqual(await world.versions(), before);
});
