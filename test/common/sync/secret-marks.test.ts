import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { FINGERPRINT_ANNOTATION, ROTATED_AT_ANNOTATION } from '#common/resources/names.ts';
import { Sensitive } from '#common/sensitive.ts';
import { writeAsTheAgent } from './agent-objects.ts';
import { application, basic, bundle, id, oauth } from './samples.ts';
import { INTEGRATION_NAMESPACE, type Sync, type SyncWorld, startSyncWorld } from './world.ts';

const NAME = `orders-${id(2)}`;
const NOTHING = { fingerprint: undefined, rotatedAt: undefined };

interface MarkedWorld extends SyncWorld {
  readonly syncWith: (key: string) => Sync;
}

/** A world with one Application that has credentials. */
async function worldWithOrders(t: TestContext): Promise<MarkedWorld> {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  const syncWith = (key: string) =>
    world.another({}, world.cluster.cluster, { fingerprintKey: () => new Sensitive(key) });
  return { ...world, syncWith };
}

async function marksIn(world: SyncWorld) {
  const annotations = (await world.secret(NAME))?.metadata.annotations ?? {};
  return { fingerprint: annotations[FINGERPRINT_ANNOTATION], rotatedAt: annotations[ROTATED_AT_ANNOTATION] };
}

function changePassword(world: SyncWorld): void {
  world.simulator.landscape.updateApplication(id(1), {
    bundles: [bundle(2, { defaultInstanceAuth: basic('another') })],
  });
}

test('a Secret is marked with a fingerprint and the time of its content, both of which change with the content only', async (t) => {
  const world = await worldWithOrders(t);
  const sync = world.syncWith('a key');
  await sync();
  const first = await marksIn(world);
  assert.match(first.fingerprint ?? '', /^[0-9a-f]{32}$/);
  assert.equal(first.rotatedAt, '2026-01-01T00:00:00Z');
  const before = await world.versions();
  world.clock.advance(60_000);
  await sync();
  assert.deepEqual(await world.versions(), before);
  changePassword(world);
  await sync();
  const second = await marksIn(world);
  assert.notEqual(second.fingerprint, first.fingerprint);
  assert.equal(second.rotatedAt, '2026-01-01T00:01:00Z');
});

test('equal contents have equal fingerprints under one key, and others under another', async (t) => {
  const world = await worldWithOrders(t);
  await world.syncWith('a key')();
  const first = await marksIn(world);
  await world.cluster.cluster.delete({ kind: SECRET, namespace: INTEGRATION_NAMESPACE, name: NAME });
  await world.syncWith('a key')();
  assert.equal((await marksIn(world)).fingerprint, first.fingerprint);
  await world.syncWith('another key')();
  assert.notEqual((await marksIn(world)).fingerprint, first.fingerprint);
});

test('a Secret that an earlier sidecar wrote gets its fingerprint once, and no time that nobody knows', async (t) => {
  const world = await worldWithOrders(t);
  await world.sync();
  const ref = { kind: SECRET, namespace: INTEGRATION_NAMESPACE, name: NAME };
  await world.cluster.cluster.mergePatch(ref, { metadata: { annotations: { [ROTATED_AT_ANNOTATION]: null } } });
  const sync = world.syncWith('a key');
  const outcome = await sync();
  assert.deepEqual([outcome.updated, outcome.unchanged, outcome.changes], [[], 1, []]);
  const marks = await marksIn(world);
  assert.match(marks.fingerprint ?? '', /^[0-9a-f]{32}$/);
  assert.equal(marks.rotatedAt, undefined);
  const before = await world.versions();
  await sync();
  assert.deepEqual(await world.versions(), before);
});

test("the reference agent's Secret is not marked until its content differs", async (t) => {
  const world = await startSyncWorld(t);
  await writeAsTheAgent(world);
  const eventDefinitions = [{ id: id(201), name: 'order created' }];
  const orders = bundle(2, { eventDefinitions, defaultInstanceAuth: basic() });
  world.simulator.landscape.createApplication({
    ...application(1, 'orders', [orders]),
    auths: [{ id: id(71) }, { id: id(72) }],
  });
  const sync = world.another({}, world.cluster.cluster, { fingerprintKey: () => new Sensitive('a key') });
  const before = await world.versions();
  await sync();
  assert.deepEqual(await world.versions(), before);
  assert.deepEqual(await marksIn(world), NOTHING);
  const changed = bundle(2, { eventDefinitions, defaultInstanceAuth: oauth() });
  world.simulator.landscape.updateApplication(id(1), { bundles: [changed] });
  await sync();
  assert.equal((await marksIn(world)).rotatedAt, '2026-01-01T00:00:00Z');
});
