import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from './world.ts';

const SCOPE = 'bundle.instance_auths:read';
const CREDENTIALS = `orders-${id(11)}`;
const PARAMETERS = `params-orders-${id(11)}`;
const eventDefinitions = [{ id: id(5), name: 'order created' }];
const AUTH = { ...basic(), additionalHeaders: { 'x-tenant': ['blue'] } };

/** `orders` with a bundle of an API and an event that has credentials and parameters, and an open one; and another that has credentials. */
async function startWithOrders(t: Parameters<typeof startSyncWorld>[0]): Promise<SyncWorld> {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const full = bundle(11, { eventDefinitions, defaultInstanceAuth: AUTH });
  landscape.createApplication(application(1, 'orders', [full, bundle(12)]));
  landscape.createApplication(application(2, 'stock', [bundle(21, { defaultInstanceAuth: basic() })]));
  await world.sync();
  return world;
}

function hideAll({ simulator: { switches } }: SyncWorld): void {
  switches.runtimeScopes = switches.runtimeScopes.filter((scope) => scope !== SCOPE);
}

function useUnusable({ simulator: { landscape } }: SyncWorld): void {
  const unusable = bundle(11, { eventDefinitions, defaultInstanceAuth: { ...AUTH, ...basic('') } });
  landscape.updateApplication(id(1), { bundles: [unusable, bundle(12)] });
}

/** Type, and what each entry of `orders` names, by bundle. */
async function named(world: SyncWorld, name = 'orders') {
  const services = (await world.application(name))?.spec?.services ?? [];
  return services.map(({ entries }) =>
    entries.map((entry) => [entry.type, entry.credentials?.secretName, entry.requestParametersSecretName]),
  );
}

const WHOLE = [
  [
    ['API', CREDENTIALS, PARAMETERS],
    ['Events', undefined, undefined],
  ],
  [['API', undefined, undefined]],
];

const remove = ({ cluster: { cluster } }: SyncWorld, name: string) =>
  cluster.delete({ kind: SECRET, name, namespace: INTEGRATION_NAMESPACE });

const reasons = ({ failed }: SyncOutcome) => failed.map(({ name, reason }) => [name, reason]);

for (const [what, lose] of [
  ['are hidden', hideAll],
  ['cannot be used', useUnusable],
] as const) {
  test(`while credentials ${what} its API keeps them, and neither its events nor another bundle get any`, async (t) => {
    const world = await startWithOrders(t);
    assert.deepEqual(await named(world), WHOLE);
    const labels = { app: 'orders', bundleId: id(11) };
    lose(world);
    await world.sync();
    assert.deepEqual(await named(world), WHOLE);
    for (const name of [CREDENTIALS, PARAMETERS]) {
      assert.deepEqual((await world.secret(name))?.metadata.labels, labels, name);
    }
    world.simulator.landscape.updateApplication(id(1), { name: 'renamed' });
    await world.sync();
    assert.deepEqual((await world.secret(`renamed-${id(11)}`))?.metadata.labels, { ...labels, app: 'renamed' });
  });

  test(`where its Secret is gone while credentials ${what} a bundle goes without its APIs, and keeps its events`, async (t) => {
    const world = await startWithOrders(t);
    lose(world);
    await remove(world, CREDENTIALS);
    await world.sync();
    assert.deepEqual(await named(world), [[['Events', undefined, undefined]], WHOLE[1]]);
  });
}

test('while they are hidden parameters stay named whose Secret is gone, and those are named again that are there', async (t) => {
  const world = await startWithOrders(t);
  hideAll(world);
  await remove(world, PARAMETERS);
  await world.sync();
  assert.deepEqual(await named(world), WHOLE);

  const other = await startWithOrders(t);
  hideAll(other);
  const services = (await other.application('orders'))?.spec?.services ?? [];
  const stripped = services.map((service) => ({
    ...service,
    entries: service.entries.map(({ requestParametersSecretName: _name, ...entry }) => entry),
  }));
  await other.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, { spec: { services: stripped } });
  await other.sync();
  assert.deepEqual(await named(other), WHOLE);
});

/** The cluster, where this happens right before the first single Application is read. */
function whereMeanwhile({ cluster: { cluster } }: SyncWorld, happens: () => Promise<unknown>): Cluster {
  let isFirst = true;
  return {
    ...cluster,
    async find(ref, signal) {
      if (isFirst && ref.kind.kind === APPLICATION.kind) {
        isFirst = false;
        await happens();
      }
      return cluster.find(ref, signal);
    },
  };
}

test("an Application that somebody else's has replaced meanwhile is left alone, whatever Secret that one owns", async (t) => {
  const world = await startWithOrders(t);
  useUnusable(world);
  await world.sync();
  const { cluster } = world.cluster;
  const replaced = whereMeanwhile(world, async () => {
    const secret = await world.secret(CREDENTIALS);
    const ref = { kind: SECRET, name: CREDENTIALS, namespace: INTEGRATION_NAMESPACE };
    await cluster.mergePatch(ref, { metadata: { ownerReferences: null } });
    await cluster.delete({ kind: APPLICATION, name: 'orders' });
    const { apiVersion, kind } = APPLICATION;
    const foreign = { apiVersion, kind, metadata: { name: 'orders' }, spec: { description: '', services: [] } };
    const { metadata } = await cluster.create<Application>(APPLICATION, foreign);
    const [owner] = secret?.metadata.ownerReferences ?? [];
    await cluster.mergePatch<Secret>(ref, { metadata: { ownerReferences: [{ ...owner, uid: metadata.uid }] } });
  });
  assert.deepEqual(reasons(await world.another({}, replaced)()), [['orders', 'ForeignObject']]);
  assert.deepEqual((await world.application('orders'))?.spec?.services, []);
});

test('an Application that somebody deletes meanwhile is made anew', async (t) => {
  const world = await startWithOrders(t);
  useUnusable(world);
  const gone = whereMeanwhile(world, () => world.cluster.cluster.delete({ kind: APPLICATION, name: 'orders' }));
  assert.deepEqual(reasons(await world.another({}, gone)()), [['orders', 'UnknownCredential']]);
  assert.ok(await world.application('orders'));
});

test('a rename whose last good credentials cannot be read waits, and the others do not', async (t) => {
  const world = await startWithOrders(t);
  const { landscape } = world.simulator;
  useUnusable(world);
  landscape.updateApplication(id(1), { name: 'renamed' });
  landscape.updateApplication(id(2), { name: 'store' });
  const { cluster } = world.cluster;
  const find: Cluster['find'] = (ref, signal) =>
    ref.kind === SECRET ? Promise.reject(new CompassError('ClusterUnavailable', 'no')) : cluster.find(ref, signal);
  const outcome = await world.another({}, { ...cluster, find })();
  assert.deepEqual(reasons(outcome), [['renamed', 'ClusterUnavailable']]);
  assert.deepEqual(outcome.updated, ['store']);
  assert.deepEqual(await named(world), WHOLE);
});
