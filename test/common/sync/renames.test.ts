import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld, startSyncWorldWith } from './world.ts';

const withSecret = (number: number, password?: string) => bundle(number, { defaultInstanceAuth: basic(password) });

/** The Application of the name has the id, and an entry whose Secret is there, owned by it alone. */
async function assertWhole(world: SyncWorld, name: string, applicationId: string): Promise<void> {
  const object = await world.application(name);
  assert.equal(object?.spec?.compassMetadata?.applicationId, applicationId);
  assert.deepEqual(object?.spec?.labels, { 'connected-app': name });
  const secretName = object?.spec?.services?.[0]?.entries[0]?.credentials?.secretName ?? '';
  const secret = await world.secret(secretName);
  assert.deepEqual(
    secret?.metadata.ownerReferences?.map(({ uid }) => uid),
    [object?.metadata.uid],
  );
  assert.equal(secret?.metadata.labels?.['app'], name);
}

test('D12: a renamed Application moves with its Secret in one synchronization, and is no deletion', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'before', [withSecret(2)]));
  await world.sync();
  world.simulator.landscape.updateApplication(id(1), { name: 'after' });
  const outcome = await world.sync();
  assert.deepEqual([outcome.created, outcome.updated, outcome.deleted, outcome.failed], [[], ['after'], [], []]);
  assert.equal(await world.application('before'), undefined);
  await assertWhole(world, 'after', id(1));
  assert.deepEqual(await world.content(`after-${id(2)}`), { username: 'user', password: 'not-a-password' });
  const before = await world.versions();
  await world.sync();
  const after = await world.versions();
  for (const [name, version] of Object.entries(after)) assert.equal(version, before[name]);
});

test('D12: where both names cut to the same Secret, it gets its second owner before it loses the first', async (t) => {
  const world = await startSyncWorld(t);
  const prefix = 'a-name-of-more-than-26-characters';
  world.simulator.landscape.createApplication(application(1, `${prefix}-x`, [withSecret(2)]));
  await world.sync();
  // Once more, so that the owner was applied: then an apply without it would drop it at once.
  world.simulator.landscape.updateApplication(id(1), { bundles: [withSecret(2, 'another')] });
  await world.sync();
  const name = `a-name-of-more-than-26-cha-${id(2)}`;
  const original = await world.secret(name);
  assert.ok(original);
  const stopping = new AbortController();
  const owners: number[] = [];
  const watching = (async () => {
    const resourceVersion = original.metadata.resourceVersion ?? '';
    // Of this one alone: up to 1.23 a controller puts the token of the default account into each new namespace.
    const fieldSelector = `metadata.name=${name}`;
    const options = { namespace: INTEGRATION_NAMESPACE, fieldSelector, resourceVersion };
    const events = world.cluster.cluster.watch<Secret>(SECRET, { ...options, signal: stopping.signal });
    for await (const event of events) {
      if (event.type !== 'bookmark') owners.push(event.object.metadata.ownerReferences?.length ?? 0);
      if (owners.at(-1) === 1) return;
    }
  })();
  world.simulator.landscape.updateApplication(id(1), { name: `${prefix}-y` });
  await world.sync();
  await watching;
  stopping.abort();
  assert.deepEqual(owners, [2, 1]);
  assert.equal((await world.secret(name))?.metadata.uid, original.metadata.uid);
  await assertWhole(world, `${prefix}-y`, id(1));
  assert.equal(await world.application(`${prefix}-x`), undefined);
});

test('D12: two Applications swap their names', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'left', [withSecret(2, 'of-one')]));
  landscape.createApplication(application(3, 'right', [withSecret(4, 'of-three')]));
  await world.sync();
  landscape.updateApplication(id(1), { name: 'right' });
  landscape.updateApplication(id(3), { name: 'left' });
  const outcome = await world.sync();
  assert.deepEqual(outcome.failed, []);
  assert.deepEqual(outcome.deleted, []);
  await assertWhole(world, 'right', id(1));
  await assertWhole(world, 'left', id(3));
  assert.equal((await world.content(`right-${id(2)}`))?.['password'], 'of-one');
  assert.equal((await world.content(`left-${id(4)}`))?.['password'], 'of-three');
});

test('D12: a swap of names that cut to the same Secrets leaves each with its own', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const prefix = 'a-name-of-more-than-26-characters';
  landscape.createApplication(application(1, `${prefix}-x`, [withSecret(2, 'of-one')]));
  landscape.createApplication(application(3, `${prefix}-y`, [withSecret(4, 'of-three')]));
  await world.sync();
  landscape.updateApplication(id(1), { name: `${prefix}-y` });
  landscape.updateApplication(id(3), { name: `${prefix}-x` });
  assert.deepEqual((await world.sync()).failed, []);
  await assertWhole(world, `${prefix}-y`, id(1));
  await assertWhole(world, `${prefix}-x`, id(3));
});

test('a chain of renames: each takes the name that the next one leaves', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (const number of [1, 2, 3])
    landscape.createApplication(application(number, `n${number}`, [withSecret(10 + number)]));
  await world.sync();
  for (const number of [1, 2, 3]) landscape.updateApplication(id(number), { name: `n${number + 1}` });
  assert.deepEqual((await world.sync()).failed, []);
  for (const number of [1, 2, 3]) await assertWhole(world, `n${number + 1}`, id(number));
  assert.equal(await world.application('n1'), undefined);
});

test('D13: an Application made anew under its name is switched to the new id', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(5, 'orders', [withSecret(2, 'of-the-old')]));
  await world.sync();
  const uid = (await world.application('orders'))?.metadata.uid;
  landscape.deleteApplication(id(5));
  landscape.createApplication(application(6, 'orders', [withSecret(3, 'of-the-new')]));
  assert.deepEqual((await world.sync()).failed, []);
  await assertWhole(world, 'orders', id(6));
  assert.equal((await world.application('orders'))?.metadata.uid, uid);
});

test('D10: of two Applications of one name the one present keeps it, and the other is reported', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(5, 'orders'));
  await world.sync();
  landscape.createApplication(application(1, 'orders'));
  landscape.createApplication(application(9, 'orders'));
  landscape.createApplication(application(2, 'others'));
  const outcome = await world.sync();
  assert.deepEqual(outcome.failed.map(({ id: failed, reason }) => [failed, reason]).sort(), [
    [id(1), 'NameConflict'],
    [id(9), 'NameConflict'],
  ]);
  assert.equal((await world.application('orders'))?.spec?.compassMetadata?.applicationId, id(5));
  assert.ok(await world.application('others'));
});

test('D10: where none is present the smaller id gets the name', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(9, 'orders'));
  world.simulator.landscape.createApplication(application(1, 'orders'));
  assert.deepEqual(
    (await world.sync()).failed.map(({ id: failed }) => failed),
    [id(9)],
  );
  assert.equal((await world.application('orders'))?.spec?.compassMetadata?.applicationId, id(1));
});

test('a rename waits for a complete listing, and everything else goes on', async (t) => {
  const world = await startSyncWorldWith(t, 'before');
  const { landscape, faults } = world.simulator;
  landscape.updateApplication(id(1), { name: 'after' });
  landscape.createApplication(application(2, 'others'));
  const set = { '/data/applicationsForRuntime/totalCount': 7 };
  const fault = faults.add({ operation: 'applicationsForRuntime', set });
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, reason }) => [name, reason]),
    [['after', 'ListingIncomplete']],
  );
  assert.deepEqual([outcome.created, Boolean(await world.application('before'))], [['others'], true]);
  faults.remove(fault);
  assert.deepEqual((await world.sync()).updated, ['after']);
  assert.equal(await world.application('before'), undefined);
});
