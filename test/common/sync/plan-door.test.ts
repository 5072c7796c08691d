import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { type OnWrite, planDoor } from '#common/sync/plan-door.ts';
import { Drafts } from '#common/sync/plan-drafts.ts';
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

async function start(
  t: TestContext,
  wrap: (cluster: Cluster) => Cluster = (cluster) => cluster,
  drafts?: Drafts,
): Promise<Scene> {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMED.namespace } });
  const writes: Scene['writes'] = [];
  const note: OnWrite = (_ref, before, after) =>
    writes.push([(before as Secret | undefined)?.data, (after as Secret | undefined)?.data]);
  const door = planDoor(wrap(cluster), note, drafts);
  return { cluster, door, writes };
}

function secret(data: Readonly<Record<string, string>>, metadata: object = {}): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { ...NAMED, ...metadata }, data };
}

test('what is created builds up over the writes that follow, and is nowhere but in the plan', async (t) => {
  const { cluster, door, writes } = await start(t);
  const created = await door.create(SECRET, secret({ a: 'MQ==' }), MANAGER);
  const { uid, resourceVersion } = created.metadata;
  assert.ok(uid && resourceVersion);
  assert.equal(created.metadata.managedFields?.[0]?.manager, MANAGER.fieldManager);
  const more = await door.apply(SECRET, secret({ b: 'Mg==' }, { uid, resourceVersion }), { ...MANAGER, force: true });
  assert.equal(more.metadata.managedFields?.[0]?.manager, MANAGER.fieldManager);
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
  await assert.rejects(door.get(REF), { reason: 'ClusterNotFound' });
  assert.equal(await door.delete(REF), false);
  assert.equal(writes.length, 3);
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

test('a change on a version that is no more is refused, and so is a deletion', async (t) => {
  const { cluster, door, writes } = await start(t);
  const { metadata } = await cluster.create(SECRET, secret({ a: 'MQ==' }));
  await cluster.mergePatch(REF, { data: { a: 'Mg==' } });
  const { uid, resourceVersion } = metadata;
  const patch = { metadata: { resourceVersion }, data: { a: 'Mw==' } };
  await assert.rejects(door.mergePatch(REF, patch, MANAGER), { reason: 'ClusterConflict' });
  await assert.rejects(door.delete(REF, { uid, resourceVersion }), { reason: 'ClusterConflict' });
  assert.deepEqual(writes, []);
});

test('what is there is patched, applied again and again, and deleted in the plan only', async (t) => {
  const { cluster, door, writes } = await start(t);
  const live = await cluster.create<Secret>(SECRET, secret({ a: 'MQ==' }));
  assert.deepEqual(await door.get(REF), live);
  await door.mergePatch(REF, { data: { b: 'MQ==' } }, MANAGER);
  const options = { ...MANAGER, force: true };
  await door.apply(SECRET, secret({ c: 'MQ==' }), options);
  const applied = await door.apply(SECRET, secret({ d: 'MQ==' }), options);
  assert.deepEqual(applied.data, { a: 'MQ==', d: 'MQ==' });
  assert.deepEqual(await door.get(REF), applied);
  assert.equal(await door.delete(REF), true);
  assert.deepEqual(
    writes.map(([before, after]) => [Object.keys(before ?? {}).join(''), Object.keys(after ?? {}).join('')]),
    [
      ['a', 'ab'],
      ['ab', 'ac'],
      ['ac', 'ad'],
      ['ad', ''],
    ],
  );
  assert.deepEqual(await cluster.get(REF), live);
});

test('what somebody else deletes at the same moment is not deleted in the plan', async (t) => {
  const { cluster, door, writes } = await start(t, (inner) => ({
    ...inner,
    async delete(ref, options) {
      await inner.delete(ref);
      return inner.delete(ref, options);
    },
  }));
  await cluster.create(SECRET, secret({ a: 'MQ==' }));
  assert.deepEqual([await door.delete(REF), writes], [false, []]);
});

test('the API server judges what is made anew where the plan alone had one before, and not where it has one itself', async (t) => {
  const { cluster, door } = await start(t);
  await door.create(SECRET, secret({ a: 'MQ==' }));
  await door.delete(REF);
  await assert.rejects(door.create(SECRET, secret({ a: 'not base64!' })), { reason: 'ClusterRefused' });
  await cluster.create(SECRET, secret({ a: 'MQ==' }));
  await door.delete(REF);
  const anew = await door.create(SECRET, secret({ b: 'MQ==' }));
  const { uid, resourceVersion } = anew.metadata;
  assert.ok(uid && resourceVersion);
  const applied = await door.apply(SECRET, secret({ c: 'MQ==' }), { ...MANAGER, force: true });
  assert.deepEqual([applied.data, applied.metadata.uid], [{ b: 'MQ==', c: 'MQ==' }, uid]);
});

test('of what was too much to keep the plan still knows that it is new', async (t) => {
  const { cluster, door, writes } = await start(t, (inner) => inner, new Drafts(1));
  const { metadata } = await door.create(SECRET, secret({ a: 'MQ==' }));
  await door.create(SECRET, secret({}, { name: 'two' }));
  assert.equal(await door.find(REF), undefined);
  await assert.rejects(door.create(SECRET, secret({})), { reason: 'ClusterAlreadyExists' });
  const { uid, resourceVersion } = metadata;
  const applied = await door.apply(SECRET, secret({ b: 'MQ==' }, { uid, resourceVersion }), {
    ...MANAGER,
    force: true,
  });
  assert.deepEqual([applied.data, applied.metadata.uid], [{ b: 'MQ==' }, uid]);
  assert.deepEqual(writes.at(-1), [{ b: 'MQ==' }, { b: 'MQ==' }]);
  await door.create(SECRET, secret({}, { name: 'three' }));
  await assert.rejects(door.mergePatch(REF, { data: { c: 'MQ==' } }), { reason: 'ClusterNotFound' });

  await cluster.create(SECRET, secret({ live: 'MQ==' }, { name: 'live' }));
  const live = { ...REF, name: 'live' };
  await door.delete(live);
  await door.create(SECRET, secret({ anew: 'MQ==' }, { name: 'live' }));
  await door.create(SECRET, secret({}, { name: 'four' }));
  assert.equal(await door.find(live), undefined, 'it is not the one that would be gone by now');
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
  const options = { ...MANAGER, force: true };
  await cluster.create(SECRET, { ...secret({ a: 'MQ==' }), metadata: { ...NAMED, name: 'three' } });
  const applied = await door.apply(SECRET, secret({ b: 'Mg==' }, { name: 'three' }), options);
  assert.deepEqual(applied.data, { a: 'MQ==', b: 'Mg==' });
  assert.deepEqual((await door.mergePatch<Secret>(two, { data: { b: 'Mg==' } }, MANAGER)).data, {
    a: 'MQ==',
    b: 'Mg==',
  });
  assert.equal(await door.delete(two), true);
});

test('a plan neither posts nor replaces, and keeps the limit that it has', async (t) => {
  const { door } = await start(t);
  await assert.rejects(door.post('/api/v1/namespaces', {}));
  await assert.rejects(door.replace(SECRET, secret({})));
  assert.throws(() => door.within(1_000));
});

test('whatever else a plan reads, it reads from the cluster', async (t) => {
  const { cluster, door } = await start(t);
  assert.equal(door.server, cluster.server);
  assert.deepEqual(await door.raw('/version'), await cluster.raw('/version'));
  const { signal } = new AbortController();
  const lines: string[] = [];
  for await (const line of door.lines('/version', { signal })) lines.push(line);
  assert.deepEqual(JSON.parse(lines.join('')), await cluster.raw('/version'));
  const { metadata } = await cluster.create(SECRET, secret({ a: 'MQ==' }));
  await cluster.mergePatch(REF, { data: { a: 'Mg==' } });
  // Of this one alone: up to 1.23 a controller puts the token of the default account into each new namespace.
  const fieldSelector = `metadata.name=${NAMED.name}`;
  const resourceVersion = metadata.resourceVersion ?? '';
  const options = { namespace: NAMED.namespace, fieldSelector, resourceVersion, signal };
  for await (const event of door.watch<Secret>(SECRET, options)) {
    // A server may send one at any time.
    if (event.type === 'bookmark') continue;
    assert.deepEqual([event.type, event.object.data], ['modified', { a: 'Mg==' }]);
    break;
  }
});
