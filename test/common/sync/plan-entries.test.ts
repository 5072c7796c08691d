import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type KubeObject, type OwnerReference, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import type { PlanEntry } from '#common/sync/plan-document.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld, startSyncWorldWith } from './world.ts';

const MINUTE_MS = 60_000;
const withSecret = (number: number) => bundle(number, { defaultInstanceAuth: basic() });
const UNCONFIRMED = 'goes when a second listing, at least a minute later, lacks it too';

/** What a plan says now, without the contents. */
async function planned(world: SyncWorld): Promise<Omit<PlanEntry, 'before' | 'after'>[]> {
  const { entries } = await world.plan();
  return entries.map(({ before: _before, after: _after, ...entry }) => entry);
}

const ofSecret = (name: string, application: string, action: string) => ({
  ...{ kind: 'Secret', name, namespace: INTEGRATION_NAMESPACE },
  ...{ application, action },
});

test('a Secret that nothing refers to any more waits like an Application, and goes by itself or along with its own', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'goes', [withSecret(11)]));
  landscape.createApplication(application(2, 'loses', [withSecret(12)]));
  landscape.createApplication(application(3, 'stays', [withSecret(13)]));
  landscape.createApplication(application(4, 'stays-too', [withSecret(14)]));
  await world.sync();
  landscape.deleteApplication(id(1));
  landscape.updateApplication(id(2), { bundles: [bundle(12)] });
  await world.sync();
  const wait = { reason: 'Unconfirmed', message: UNCONFIRMED };
  assert.deepEqual(await planned(world), [
    { kind: 'Application', name: 'goes', action: 'hold', ...wait },
    { ...ofSecret(`loses-${id(12)}`, 'loses', 'hold'), ...wait },
  ]);
  world.clock.advance(MINUTE_MS);
  landscape.updateApplication(id(2), { bundles: [bundle(12), withSecret(22)] });
  landscape.updateApplication(id(3), { bundles: [bundle(13)] });
  assert.deepEqual(await planned(world), [
    { kind: 'Application', name: 'goes', action: 'delete', message: 'no longer listed' },
    { ...ofSecret(`goes-${id(11)}`, 'goes', 'delete'), message: 'goes with its Application goes' },
    { kind: 'Application', name: 'loses', action: 'update' },
    { ...ofSecret(`loses-${id(12)}`, 'loses', 'delete'), message: 'no Application refers to it' },
    ofSecret(`loses-${id(22)}`, 'loses', 'create'),
    { kind: 'Application', name: 'stays', action: 'update' },
    { ...ofSecret(`stays-${id(13)}`, 'stays', 'hold'), ...wait },
  ]);
});

test('a Secret that somebody else owns, too, does not go with an Application', async (t) => {
  const world = await startSyncWorldWith(t, 'goes', 'stays');
  const { landscape } = world.simulator;
  const owner = async (name: string): Promise<OwnerReference> => {
    const { apiVersion, kind } = APPLICATION;
    return { apiVersion, kind, name, uid: (await world.application(name))?.metadata.uid ?? '' };
  };
  const goes = await owner('goes');
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
  const metadata = { name: 'other', namespace: INTEGRATION_NAMESPACE };
  const { uid = '' } = (await world.cluster.cluster.create<KubeObject>(CONFIG_MAP, { ...configMap, metadata }))
    .metadata;
  const other = { ...configMap, name: 'other', uid };
  const owners = { alone: [goes], shared: [goes, await owner('stays')], foreign: [goes, other], free: [] };
  for (const [name, ownerReferences] of Object.entries(owners)) {
    const labels = { app: 'goes', bundleId: id(9) };
    const metadata = { name: `${name}-${id(9)}`, namespace: INTEGRATION_NAMESPACE, labels, ownerReferences };
    await world.cluster.cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata });
  }
  landscape.deleteApplication(id(1));
  await world.sync();
  world.clock.advance(MINUTE_MS);
  assert.deepEqual(await planned(world), [
    { kind: 'Application', name: 'goes', action: 'delete', message: 'no longer listed' },
    { ...ofSecret(`alone-${id(9)}`, 'goes', 'delete'), message: 'goes with its Application goes' },
  ]);
});

test('what fails has the name of the listing, and the object that says so tells that it is another one there', async (t) => {
  const world = await startSyncWorldWith(t, 'left', 'right');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'right' });
  landscape.updateApplication(id(2), { name: 'No name' });
  const short = async () =>
    (await planned(world)).map(({ action, name, listedAs, reason }) => [action, name, listedAs ?? reason]);
  assert.deepEqual(await short(), [
    ['fail', 'No name', 'InvalidName'],
    ['update', 'left', 'right'],
    ['update', 'right', 'No name'],
    ['fail', 'right', 'NameConflict'],
  ]);
  await world.sync();
  assert.deepEqual(await short(), [
    ['fail', 'No name', 'InvalidName'],
    ['fail', 'right', 'NameConflict'],
  ]);
});

test('entries come by their Applications, each with its Secrets, however much the names are alike', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (const [number, name] of ['a.b', 'a-b', 'a'].entries()) {
    landscape.createApplication(application(number, name, [withSecret(number + 10)]));
  }
  assert.deepEqual(
    (await planned(world)).map(({ name }) => name),
    ['a', `a-${id(12)}`, 'a-b', `a-b-${id(11)}`, 'a.b', `a.b-${id(10)}`],
  );
});
