import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { planDoor } from '#common/sync/plan-door.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const NAMED = { name: 'one', namespace: 'plans' };
const REF = { kind: SECRET, ...NAMED };
const MANAGER = { fieldManager: 'planner' };

interface Scene {
  readonly cluster: Cluster;
  readonly door: Cluster;
  /** Each write: the data before and after. */
  readonly writes: (readonly [before: Secret['data'] | undefined, after: Secret['data'] | undefined])[];
}

async function start(t: TestContext, wrap: (cluster: Cluster) => Cluster = (cluster) => cluster): Promise<Scene> {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMED.namespace } });
  const writes: Scene['writes'] = [];
  const door = planDoor(wrap(cluster), (_ref, before, after) =>
    writes.push([(before as Secret | undefined)?.data, (after as Secret | undefined)?.data]),
  );
  return { cluster, door, writes };
}

function secret(data: Readonly<Record<string, string>>, metadata: object = {}): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...NAMED, ...metadata }, data };
}

test('what is created builds up over the writes that follow, and is nowhere but in the plan', async (t) => {
  const { cluster, door, writes } = await start(t);
  const created = await door.create(SECRET, secret({ a: 'MQ==' }), MANAGER);
  assert.ok(created.metadata.uid);
  const { uid, resourceVersion } = created.metadata;
  await door.apply(SECRET, secret({ b: 'Mg==' }, { uid, resourceVersion }), { ...MANAGER, force: true });
  const patched = await door.mergePatch<Secret>(REF, { data: { a: null, c: 'Mw==' } }, MANAGER);
  assert.deepEqual(patched.data, { b: 'Mg==', c: 'Mw==' });
  assert.equal(patched.metadata.uid, uid);
  assert.deepEqual((await door.find<Secret>(REF))?.data, patched.data);
  assert.deepEqual(
    writes.map(([, after]) => after),
    [{ a: 'MQ==' }, { a: 'MQ==', b: 'Mg==' }, patched.data],
  );
  assert.equal(await cluster.find(REF), undefined);
  await assert.rejects(door.create(SECRET, secret({}), MANAGER), { reason: 'ClusterAlreadyExists' });
  assert.equal(await door.delete(REF), true);
  assert.equal(await door.find(REF), undefined);
});

test('what is there is changed in the plan only, as server-side apply would', async (t) => {
  const { cluster, door, writes } = await start(t);
  await cluster.apply(SECRET, secret({ a: 'MQ==', gone: 'MQ==' }), MANAGER);
  const live = await cluster.mergePatch<Secret>(REF, { data: { others: 'MQ==' } }, { fieldManager: 'other' });
  const { uid, resourceVersion } = live.metadata;
  const next = secret({ a: 'Mg==' }, { uid, resourceVersion });
  const applied = await door.apply(SECRET, next, { ...MANAGER, force: true });
  assert.deepEqual(applied.data, { a: 'Mg==', others: 'MQ==' });
  const patch = { metadata: { resourceVersion: applied.metadata.resourceVersion }, data: { others: null } };
  const patched = await door.mergePatch<Secret>(REF, patch, MANAGER);
  assert.deepEqual(patched.data, { a: 'Mg==' });
  assert.deepEqual(writes.at(0), [live.data, applied.data]);
  assert.equal((await cluster.get(REF)).metadata.resourceVersion, resourceVersion);
  assert.equal(await door.delete(REF, { uid, resourceVersion }), true);
  assert.equal(await door.find(REF), undefined);
  assert.equal((await cluster.get(REF)).metadata.resourceVersion, resourceVersion);
  const anew = await door.create(SECRET, secret({ new: 'MQ==' }), MANAGER);
  assert.notEqual(anew.metadata.uid, uid);
});

test('a write that the API server refuses is refused', async (t) => {
  const { cluster, door } = await start(t);
  await cluster.create(SECRET, secret({ a: 'MQ==' }));
  const { metadata } = await cluster.get(REF);
  await cluster.mergePatch(REF, { data: { a: 'Mg==' } });
  const stale = secret({ a: 'Mw==' }, { resourceVersion: metadata.resourceVersion });
  await assert.rejects(door.apply(SECRET, stale, { ...MANAGER, force: true }), { reason: 'ClusterConflict' });
  await assert.rejects(door.create(SECRET, secret({ a: 'not base64!' }, { name: 'two' }), MANAGER), {
    reason: 'ClusterRefused',
  });
  await assert.rejects(door.create(SECRET, secret({}), MANAGER), { reason: 'ClusterAlreadyExists' });
});

test('where a webhook takes no dry runs, the write itself says what comes of it', async (t) => {
  const refusal = 'admission webhook "a.example" does not support dry run';
  const refuse = () => Promise.reject(new CompassError('ClusterRefused', refusal));
  const { cluster, door } = await start(t, (inner) => ({
    ...inner,
    create: refuse,
    apply: refuse,
    mergePatch: refuse,
    delete: refuse,
  }));
  const created = await door.create(SECRET, secret({ a: 'MQ==' }), MANAGER);
  assert.deepEqual(created.data, { a: 'MQ==' });
  assert.ok(created.metadata.uid);
  await cluster.create(SECRET, { ...secret({ a: 'MQ==' }), metadata: { ...NAMED, name: 'two' } });
  const two = { ...REF, name: 'two' };
  assert.deepEqual((await door.mergePatch<Secret>(two, { data: { b: 'Mg==' } }, MANAGER)).data, {
    a: 'MQ==',
    b: 'Mg==',
  });
  assert.equal(await door.delete(two), true);
});

test('a plan neither posts nor replaces', async (t) => {
  const { door } = await start(t);
  await assert.rejects(door.post('/api/v1/namespaces', {}));
  await assert.rejects(door.replace(SECRET, secret({})));
});
