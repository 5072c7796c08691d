import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { type Purged, purgeApplications } from '#common/sync/purge.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, startSyncWorld } from './world.ts';

async function startPurge(t: TestContext) {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  landscape.createApplication(application(3, 'stock'));
  await world.sync();
  const place = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
  const { cluster } = world.cluster;
  const purge = (): Promise<Purged> => purgeApplications({ cluster, clock: world.clock, place });
  return { world, cluster, purge };
}

const handMade: Application = {
  apiVersion: APPLICATION.apiVersion,
  kind: APPLICATION.kind,
  metadata: { name: 'hand-made' },
  spec: { description: 'not from Compass', services: [] },
};

test('a purge deletes every Application and Secret of the connection, without asking the Director', async (t) => {
  const { world, purge } = await startPurge(t);
  const listings = world.simulator.requests.list().length;
  const { deleted, remaining, error, changes } = await purge();
  assert.deepEqual([deleted.toSorted(), remaining, error], [['orders', 'stock'], 0, undefined]);
  // Whether Kubernetes was quicker with the Secret is nobody's concern.
  const applications = changes.filter(({ kind }) => kind === 'Application');
  assert.deepEqual(applications.map(({ name, action }) => `${name} ${action}`).toSorted(), [
    'orders deleted',
    'stock deleted',
  ]);
  for (const name of ['orders', 'stock']) assert.equal(await world.application(name), undefined, name);
  assert.equal(await world.secret(`orders-${id(2)}`), undefined);
  assert.equal(world.simulator.requests.list().length, listings);
  assert.deepEqual((await purge()).deleted, []);
});

test('I6: a purge leaves what a hand made, and what another connection keeps', async (t) => {
  const { world, cluster, purge } = await startPurge(t);
  await cluster.create(APPLICATION, handMade);
  const annotations = { 'compass.kyma-project.io/connection': 'another' };
  await cluster.mergePatch({ kind: APPLICATION, name: 'stock' }, { metadata: { annotations } });
  assert.deepEqual((await purge()).deleted, ['orders']);
  assert.ok(await world.application('hand-made'));
  assert.ok(await world.application('stock'));
});

test('one Application that cannot be deleted keeps its Secret and no other Application, and is counted', async (t) => {
  const { world, purge } = await startPurge(t);
  if (!world.cluster.embedded) return t.skip('needs an API server that fails on demand');
  world.cluster.embedded.faults.add({
    verb: 'delete',
    resource: 'applications',
    name: 'orders',
    times: 9,
    effect: { kind: 'deny', webhook: 'guard.example', message: 'kept for the auditors' },
  });
  const { deleted, remaining, error } = await purge();
  assert.deepEqual([deleted, remaining, error?.reason], [['stock'], 1, 'ClusterRefused']);
  assert.ok(await world.secret(`orders-${id(2)}`), 'its Application names it');
});
