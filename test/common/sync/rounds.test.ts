import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, startSyncWorld } from './world.ts';

const MINUTE_MS = 60_000;

test('R4: who does not lead any more leaves what a rename left behind', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'former'));
  let leads = true;
  const sync = world.another({}, undefined, { mayDelete: () => leads });
  await sync();
  landscape.updateApplication(id(1), { name: 'present' });
  leads = false;
  await sync();
  assert.ok(await world.application('former'));
  leads = true;
  await sync();
  assert.equal(await world.application('former'), undefined);
});

test('a deletion that the API server refuses is told, and one that came too late is not', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (const number of [1, 2]) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  const { cluster } = world.cluster;
  for (const [reason, told] of [
    ['ClusterForbidden', ['app-2']],
    ['ClusterConflict', []],
  ] as const) {
    const refusing: Cluster = { ...cluster, delete: () => Promise.reject(new CompassError(reason, 'no')) };
    const sync = world.another({}, refusing);
    landscape.deleteApplication(id(2));
    await sync();
    world.clock.advance(MINUTE_MS);
    const { failed } = await sync();
    assert.deepEqual(
      failed.map(({ name }) => name),
      told,
    );
    landscape.createApplication(application(2, 'app-2'));
    await sync();
  }
});

test('of Secrets without an owner only those with our mark go', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  for (const [name, annotations] of [
    ['marked', { [CONNECTION_ANNOTATION]: 'compass-connection' }],
    ['unmarked', {}],
  ] as const) {
    const labels = { app: 'orders', bundleId: id(9) };
    const metadata = { name: `${name}-${id(9)}`, namespace: INTEGRATION_NAMESPACE, labels, annotations };
    await world.cluster.cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata });
  }
  await world.sync();
  world.clock.advance(MINUTE_MS);
  assert.equal((await world.sync()).deletedSecrets, 1);
  assert.equal(await world.secret(`marked-${id(9)}`), undefined);
  assert.ok(await world.secret(`unmarked-${id(9)}`));
});

test('many Applications that are refused, but not in a row, do not end the round', async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 1; number <= 26; number += 1)
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  const { cluster } = world.cluster;
  let created = 0;
  const refusing: Cluster = {
    ...cluster,
    create(kind, object, options) {
      created += 1;
      if (created % 2 === 0) return Promise.reject(new CompassError('ClusterForbidden', 'no'));
      return cluster.create(kind, object, options);
    },
  };
  const outcome = await world.another({}, refusing, { concurrency: 1 })();
  assert.deepEqual([outcome.applyError, outcome.created.length, outcome.failed.length], [undefined, 13, 13]);
});

test('a bug is no stop: it is thrown', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  const create = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(world.another({}, { ...world.cluster.cluster, create })(), /a bug/);
});

test('what ends before the Director is asked has listed nothing whole', async (t) => {
  const world = await startSyncWorld(t);
  const outcome = await world.sync({ signal: AbortSignal.abort() });
  assert.deepEqual([outcome.fetch.complete, outcome.fetch.listed], [false, 0]);
});

test('an Application with request parameters alone keeps these while credentials are hidden', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, switches } = { ...world.simulator };
  const auth = { additionalHeaders: { 'x-tenant': ['blue'] } };
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: auth })]));
  landscape.createApplication(application(3, 'stock', [bundle(4, { defaultInstanceAuth: basic() })]));
  await world.sync();
  const before = (await world.application('orders'))?.spec?.services;
  switches.runtimeScopes = switches.runtimeScopes.filter((scope) => scope !== 'bundle.instance_auths:read');
  await world.sync();
  assert.deepEqual((await world.application('orders'))?.spec?.services, before);
  assert.equal(before?.[0]?.entries[0]?.requestParametersSecretName, `params-orders-${id(2)}`);
});
