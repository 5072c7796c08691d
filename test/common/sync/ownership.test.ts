import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { writeAsTheAgent } from './agent-objects.ts';
import { application, basic, bundle, id, oauth } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from './world.ts';

function listOrders(world: SyncWorld, auth = basic()): void {
  const eventDefinitions = [{ id: id(201), name: 'order created' }];
  world.simulator.landscape.createApplication({
    ...application(1, 'orders', [bundle(2, { eventDefinitions, defaultInstanceAuth: auth })]),
    auths: [{ id: id(71) }, { id: id(72) }],
  });
}

async function writeForeign(world: SyncWorld, name: string, spec: Application['spec'] = {}): Promise<void> {
  const { apiVersion, kind } = APPLICATION;
  await world.cluster.cluster.create<KubeObject>(APPLICATION, {
    apiVersion,
    kind,
    metadata: { name },
    spec,
  } as Application);
}

test('taking over from the reference agent writes nothing', async (t) => {
  const world = await startSyncWorld(t);
  await writeAsTheAgent(world);
  listOrders(world);
  const before = await world.versions();
  const outcome = await world.sync();
  assert.deepEqual([outcome.failed, outcome.unchanged, outcome.inSync], [[], 1, 1]);
  assert.deepEqual(await world.versions(), before);
});

test('an adopted Application and its Secret carry our annotation once their content differs', async (t) => {
  const world = await startSyncWorld(t);
  await writeAsTheAgent(world);
  const patch = { spec: { labels: { 'set-by-an-operator': 'yes' } } };
  await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, patch, { fieldManager: 'operator' });
  listOrders(world, oauth() as never);
  await world.sync();
  const orders = await world.application('orders');
  assert.equal(orders?.metadata.annotations?.[CONNECTION_ANNOTATION], 'compass-connection');
  assert.deepEqual(orders?.spec?.labels, { 'connected-app': 'orders' });
  const secret = await world.secret(`orders-${id(2)}`);
  assert.equal(secret?.metadata.annotations?.[CONNECTION_ANNOTATION], 'compass-connection');
  assert.deepEqual(await world.content(`orders-${id(2)}`), { clientId: 'client', clientSecret: 'not-a-secret' });
  const before = await world.versions();
  await world.sync();
  assert.deepEqual(await world.versions(), before);
});

test("R8: a user's own labels and annotations stay when an Application is updated", async (t) => {
  const world = await startSyncWorld(t);
  listOrders(world);
  await world.sync();
  const patch = {
    metadata: { labels: { team: 'blue' }, annotations: { note: 'mine' } },
    spec: { description: 'edited' },
  };
  await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, patch, { fieldManager: 'user' });
  assert.deepEqual((await world.sync()).updated, ['orders']);
  const orders = await world.application('orders');
  assert.equal(orders?.spec?.description, 'Description not provided');
  assert.equal(orders?.metadata.labels?.['team'], 'blue');
  assert.equal(orders?.metadata.annotations?.['note'], 'mine');
});

test('I6: an Application without compassMetadata is never touched, whatever is listed', async (t) => {
  const world = await startSyncWorld(t);
  await writeForeign(world, 'orders');
  await writeForeign(world, 'by-hand');
  listOrders(world);
  const before = await world.versions();
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ reason }) => reason),
    ['ForeignObject'],
  );
  world.clock.advance(120_000);
  await world.sync();
  assert.deepEqual(await world.versions(), before);
});

test('S2: a Secret in the way that is not ours fails its Application only, and stays as it is', async (t) => {
  const world = await startSyncWorld(t);
  await world.cluster.cluster.create<Secret>(SECRET, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `orders-${id(2)}`, namespace: INTEGRATION_NAMESPACE },
    data: { mine: 'AA==' },
  });
  listOrders(world);
  world.simulator.landscape.createApplication(application(9, 'others', [bundle(3, { defaultInstanceAuth: basic() })]));
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, reason }) => [name, reason]),
    [['orders', 'ForeignObject']],
  );
  assert.deepEqual((await world.secret(`orders-${id(2)}`))?.data, { mine: 'AA==' });
  assert.deepEqual((await world.application('orders'))?.spec?.services ?? [], []);
  assert.ok(await world.secret(`others-${id(3)}`));
  const before = await world.versions();
  await world.sync();
  assert.deepEqual(await world.versions(), before);
});

test('what another connection marked is foreign; an unmarked, unlisted one is deleted by compass-connection only', async (t) => {
  const world = await startSyncWorld(t);
  const metadata = (number: number) => ({ applicationId: id(number), authentication: { clientIds: [] } });
  await writeForeign(world, 'unmarked', { compassMetadata: metadata(50) });
  await writeForeign(world, 'of-another', { compassMetadata: metadata(51) });
  const mark = { metadata: { annotations: { [CONNECTION_ANNOTATION]: 'another-connection' } } };
  await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'of-another' }, mark);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  world.simulator.landscape.createApplication(application(2, 'of-another'));
  const second = world.another({ connectionName: 'second-connection' });
  await second();
  world.clock.advance(60_000);
  assert.deepEqual((await second()).deleted, []);
  await world.cluster.cluster.delete({ kind: APPLICATION, name: 'orders' });
  const outcome = await world.sync();
  assert.deepEqual(
    outcome.failed.map(({ name, reason }) => [name, reason]),
    [['of-another', 'ForeignObject']],
  );
  world.clock.advance(60_000);
  assert.deepEqual((await world.sync()).deleted, ['unmarked']);
  assert.ok(await world.application('of-another'));
});

test("I6: a user's own Secret stays, even where it names our Application as its owner", async (t) => {
  const world = await startSyncWorld(t);
  listOrders(world);
  await world.sync();
  const uid = (await world.application('orders'))?.metadata.uid ?? '';
  const { apiVersion, kind } = APPLICATION;
  await world.cluster.cluster.create<Secret>(SECRET, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'mine',
      namespace: INTEGRATION_NAMESPACE,
      labels: { app: 'orders', bundleId: id(2) },
      ownerReferences: [{ apiVersion, kind, name: 'orders', uid }],
    },
  });
  for (let minute = 0; minute < 3; minute += 1) {
    await world.sync();
    world.clock.advance(60_000);
  }
  assert.ok(await world.secret('mine'));
});
