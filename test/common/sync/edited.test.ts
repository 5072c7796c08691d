import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { ACCESS_ANNOTATION, CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { application, basic, bundle, id, oauth } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from './world.ts';

const OWN = { clientId: 'client', clientSecret: 'own-secret' };
const URL = 'https://auth.example.com/token';
const UNUSABLE = { credential: { type: 'CertificateOAuth' as const, clientId: 'c', certificate: 'none', url: URL } };
const GOOD = { type: 'OAuth', secretName: `orders-${id(11)}`, authenticationUrl: URL };

/** `orders` with OAuth, and another Application with a Secret worth having. */
async function startWithTwo(t: TestContext): Promise<SyncWorld> {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const auth = { ...oauth('own-secret'), requestAuth: { csrf: { tokenEndpointURL: 'https://csrf.example.com' } } };
  landscape.createApplication(application(1, 'orders', [bundle(11, { defaultInstanceAuth: auth })]));
  landscape.createApplication(application(2, 'victim', [bundle(12, { defaultInstanceAuth: basic('of-the-victim') })]));
  await world.sync();
  return world;
}

function useUnusable({ simulator }: SyncWorld): void {
  simulator.landscape.updateApplication(id(1), { bundles: [bundle(11, { defaultInstanceAuth: UNUSABLE })] });
}

function hideAll({ simulator: { switches } }: SyncWorld): void {
  switches.runtimeScopes = switches.runtimeScopes.filter((scope) => scope !== 'bundle.instance_auths:read');
}

async function firstEntry(world: SyncWorld, name = 'orders') {
  return (await world.application(name))?.spec?.services?.[0]?.entries[0];
}

/** Somebody edits what the first entry says. */
async function edit(world: SyncWorld, entry: object, fieldManager = 'kubectl-edit'): Promise<void> {
  const [service, ...others] = (await world.application('orders'))?.spec?.services ?? [];
  const [first, ...more] = service?.entries ?? [];
  const services = [{ ...service, entries: [{ ...first, ...entry }, ...more] }, ...others];
  const ref = { kind: APPLICATION, name: 'orders' };
  await world.cluster.cluster.mergePatch(ref, { spec: { services } }, { fieldManager });
}

function patchSecret(world: SyncWorld, patch: object): Promise<Secret> {
  const ref = { kind: SECRET, name: GOOD.secretName, namespace: INTEGRATION_NAMESPACE };
  return world.cluster.cluster.mergePatch<Secret>(ref, patch);
}

/** As an installation of the reference agent leaves it: without any mark of ours. */
async function unmark(world: SyncWorld): Promise<void> {
  const annotations = { [ACCESS_ANNOTATION]: null, [CONNECTION_ANNOTATION]: null };
  await patchSecret(world, { metadata: { annotations } });
}

/** The same Application, written whole by somebody else. */
async function rewriteAs(world: SyncWorld, fieldManager: string): Promise<void> {
  const { cluster } = world.cluster;
  const { apiVersion, kind, spec } = (await world.application('orders')) ?? {};
  assert.ok(apiVersion && kind && spec);
  await patchSecret(world, { metadata: { ownerReferences: [] } });
  await cluster.delete({ kind: APPLICATION, name: 'orders' });
  const whole = { apiVersion, kind, metadata: { name: 'orders' }, spec };
  const { metadata } = await cluster.create<Application>(APPLICATION, whole, { fieldManager });
  const owner = { apiVersion, kind, name: 'orders', uid: metadata.uid ?? '' };
  await patchSecret(world, { metadata: { ownerReferences: [owner] } });
}

const csrfInfo = { tokenEndpointURL: 'https://csrf.example.com' };

for (const [why, lose] of [
  ['cannot be used', useUnusable],
  ['are hidden', hideAll],
] as const) {
  test(`a Secret that somebody wrote into an entry is not followed while the credentials ${why}`, async (t) => {
    const world = await startWithTwo(t);
    lose(world);
    await world.sync();
    await edit(world, {
      credentials: { type: 'Basic', secretName: `victim-${id(12)}` },
      requestParametersSecretName: `victim-${id(12)}`,
    });
    await world.sync();
    assert.deepEqual(await world.content(GOOD.secretName), OWN);
    assert.equal(await world.content(`params-orders-${id(11)}`), undefined);
    assert.deepEqual((await firstEntry(world))?.credentials, { ...GOOD, csrfInfo });
  });

  test(`a URL that somebody wrote into an entry is put right while the credentials ${why}`, async (t) => {
    const world = await startWithTwo(t);
    lose(world);
    await world.sync();
    const evil = 'https://evil.example.com/token';
    for (const manager of ['kubectl-edit', 'compass-sidecar']) {
      await edit(
        world,
        { credentials: { ...GOOD, authenticationUrl: evil, csrfInfo: { tokenEndpointURL: evil } } },
        manager,
      );
      await world.sync();
      assert.deepEqual((await firstEntry(world))?.credentials, { ...GOOD, csrfInfo });
    }
  });
}

test('credentials that somebody took out of an entry come back from their Secret', async (t) => {
  const world = await startWithTwo(t);
  useUnusable(world);
  await edit(world, { credentials: null });
  const outcome = await world.sync();
  assert.match(outcome.failed[0]?.message ?? '', /the last good ones are kept$/);
  assert.deepEqual((await firstEntry(world))?.credentials, { ...GOOD, csrfInfo });
});

test('what is recorded of an access follows the Director', async (t) => {
  const world = await startWithTwo(t);
  const auth = { credential: { ...oauth('own-secret').credential, url: 'https://new.example.com/token' } };
  world.simulator.landscape.updateApplication(id(1), { bundles: [bundle(11, { defaultInstanceAuth: auth })] });
  await world.sync();
  const before = await world.versions();
  await world.sync();
  assert.deepEqual(await world.versions(), before);
  useUnusable(world);
  await world.sync();
  assert.deepEqual((await firstEntry(world))?.credentials, {
    ...GOOD,
    authenticationUrl: 'https://new.example.com/token',
  });
});

test('a Secret without a record serves on as long as nobody but agent and sidecar wrote the entries', async (t) => {
  for (const writer of ['compass-sidecar', 'compass-runtime-agent']) {
    const world = await startWithTwo(t);
    await unmark(world);
    if (writer === 'compass-runtime-agent') await rewriteAs(world, writer);
    useUnusable(world);
    // The second time with a note of ours on the Application, which is no edit of its services.
    for (let round = 1; round <= 2; round += 1) {
      const outcome = await world.sync();
      assert.match(outcome.failed[0]?.message ?? '', /the last good ones are kept$/);
      assert.deepEqual((await firstEntry(world))?.credentials, { ...GOOD, csrfInfo });
      await unmark(world);
    }
  }
});

test('without a record, Basic credentials serve on whatever was edited, because they need no URL', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(11, { defaultInstanceAuth: basic() })]));
  await world.sync();
  await unmark(world);
  useUnusable(world);
  await edit(world, {
    credentials: { type: 'OAuth', secretName: 'any', authenticationUrl: 'https://evil.example.com' },
  });
  await world.sync();
  assert.deepEqual((await firstEntry(world))?.credentials, { type: 'Basic', secretName: GOOD.secretName });
});

test('without a record, an edited URL leaves the APIs out rather than sending credentials there', async (t) => {
  for (const [lose, says] of [
    [useUnusable, /no good ones are known from before, so its APIs are left out/],
    [hideAll, /no good ones are known of bundle "Bundle 11", so its APIs are left out/],
  ] as const) {
    const world = await startWithTwo(t);
    await unmark(world);
    lose(world);
    await edit(world, { credentials: { ...GOOD, authenticationUrl: 'https://evil.example.com/token' } });
    const outcome = await world.sync();
    assert.match(outcome.failed.find(({ name }) => name === 'orders')?.message ?? '', says);
    assert.equal(await firstEntry(world), undefined);
    assert.deepEqual(await world.content(GOOD.secretName), OWN);
  }
});

test('a Secret of that name that is of another bundle, owner or connection is not taken for the last good one', async (t) => {
  for (const metadata of [
    { labels: { bundleId: id(12) } },
    { ownerReferences: [] },
    { annotations: { [CONNECTION_ANNOTATION]: 'another' } },
  ]) {
    const world = await startWithTwo(t);
    await patchSecret(world, { metadata });
    useUnusable(world);
    const outcome = await world.sync();
    assert.match(outcome.failed[0]?.message ?? '', /no good ones are known from before/);
    assert.equal(await firstEntry(world), undefined);
  }
});
