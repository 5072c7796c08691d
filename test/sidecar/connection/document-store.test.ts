import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { CONNECTION_ANNOTATION, SIDECAR_LABELS } from '#common/resources/names.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { type DocumentFormat, secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

interface Note {
  readonly owner: string;
  readonly step: number;
}

const FORMAT: DocumentFormat<Note> = {
  encode: (note) => note,
  decode: (raw) =>
    typeof raw === 'object' && raw !== null && 'owner' in raw && !('version' in raw) ? (raw as Note) : undefined,
};

const PLACE = { namespace: 'compass-system', name: 'note' };

async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PLACE.namespace } });
  const store = (door: Cluster = cluster) => new DocumentStore(secretDocument(door, PLACE, 'a', FORMAT));
  const lasting = (store: DocumentStore<Note>, note: Note) =>
    store.writeAtLast(note, {
      clock: systemClock,
      isOwn: ({ owner }) => owner === note.owner,
      isOfUse: () => true,
      onFailure: () => Promise.resolve(),
    });
  return { cluster, store, lasting };
}

const isConflict = (error: unknown) => error instanceof CompassError && error.reason === 'ClusterConflict';

test('a replica that knows of no document does not write over one that another has made', async (t) => {
  const { store } = await start(t);
  const [one, other] = [store(), store()];
  assert.equal(await one.load(), undefined);
  await other.write({ owner: 'other', step: 1 });
  await assert.rejects(one.write({ owner: 'one', step: 1 }), isConflict);
  assert.deepEqual(await store().load(), { owner: 'other', step: 1 });
});

test('a replica that slept does not write over what another has made of the document', async (t) => {
  const { store } = await start(t);
  const one = store();
  await one.write({ owner: 'one', step: 1 });
  const other = store();
  await other.load();
  await other.write({ owner: 'other', step: 2 });
  await assert.rejects(one.write({ owner: 'one', step: 2 }), isConflict);
  assert.deepEqual(await one.load(), { owner: 'other', step: 2 });
});

test('R4: what cannot be had again is stored by a deposed leader, too, unless another has gone on', async (t) => {
  const { store, lasting } = await start(t);
  const one = store();
  await one.write({ owner: 'one', step: 1 });
  const other = store();
  await other.load();
  await other.write({ owner: 'one', step: 1 });
  assert.equal(await lasting(one, { owner: 'one', step: 2 }), true);
  assert.deepEqual(await store().load(), { owner: 'one', step: 2 });
  const third = store();
  await third.load();
  await third.write({ owner: 'other', step: 3 });
  assert.equal(await lasting(one, { owner: 'one', step: 3 }), false);
  assert.deepEqual(await store().load(), { owner: 'other', step: 3 });
});

test('a write that is only tried leaves everything as it is, and finds what stands in its way', async (t) => {
  const { cluster, store } = await start(t);
  const one = store();
  await one.tryWrite();
  assert.equal(await cluster.find({ kind: SECRET, ...PLACE }), undefined);
  await one.write({ owner: 'one', step: 1 });
  const before = await cluster.get({ kind: SECRET, ...PLACE });
  await one.tryWrite();
  assert.deepEqual(await cluster.get({ kind: SECRET, ...PLACE }), before);
  await cluster.mergePatch<Secret>({ kind: SECRET, ...PLACE }, { immutable: true });
  await assert.rejects(one.tryWrite(), /immutable/);
});

for (const [what, isDamaged] of [
  ['absent', false],
  ['damaged', true],
] as const) {
  test(`R4: a document that was ${what} is not removed where another replica has written it since`, async (t) => {
    const { cluster, store } = await start(t);
    const ref = { kind: SECRET, ...PLACE };
    if (isDamaged) await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: PLACE });
    let looks = 0;
    const door: Cluster = {
      ...cluster,
      async find(...args: Parameters<Cluster['find']>) {
        const found = await cluster.find(...args);
        looks += 1;
        if (looks === 2) await store().write({ owner: 'other', step: 1 });
        return found;
      },
    } as Cluster;
    const one = store(door);
    assert.equal(await one.load(), undefined);
    if (isDamaged) await assert.rejects(one.remove(), isConflict);
    else await one.remove();
    assert.equal(looks, 2);
    assert.deepEqual(await store().load(), { owner: 'other', step: 1 });
    assert.notEqual(await cluster.find(ref), undefined);
  });
}

test('a document that is damaged is removed', async (t) => {
  const { cluster, store } = await start(t);
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: PLACE });
  await store().remove();
  assert.equal(await cluster.find({ kind: SECRET, ...PLACE }), undefined);
});

test('a document is in an opaque Secret that says whose it is, and is removed by who wrote it', async (t) => {
  const { cluster, store } = await start(t);
  const one = store();
  await one.write({ owner: 'Ä', step: 1 });
  const secret = await cluster.get<Secret>({ kind: SECRET, ...PLACE });
  assert.equal(secret.type, 'Opaque');
  assert.deepEqual(secret.metadata.labels, SIDECAR_LABELS);
  assert.equal(secret.metadata.annotations?.[CONNECTION_ANNOTATION], 'a');
  assert.deepEqual(await store().load(), { owner: 'Ä', step: 1 });
  await one.remove();
  assert.equal(await cluster.find({ kind: SECRET, ...PLACE }), undefined);
});

test('R4: nobody removes a document that another replica has written since', async (t) => {
  const { store } = await start(t);
  const [one, late] = [store(), store()];
  assert.equal(await late.load(), undefined);
  await one.write({ owner: 'one', step: 1 });
  await assert.rejects(late.remove(), isConflict);
  const other = store();
  await other.load();
  await other.write({ owner: 'other', step: 2 });
  await assert.rejects(one.remove(), isConflict);
  assert.deepEqual(await store().load(), { owner: 'other', step: 2 });
});

/** Puts something in the place of the document. */
const put = (cluster: Cluster, document: unknown) =>
  cluster.create<Secret>(SECRET, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: PLACE },
    data: { document: Buffer.from(JSON.stringify(document)).toString('base64') },
  });

test('a document of a later version counts as absent, and is neither written over nor removed', async (t) => {
  const { cluster, store } = await start(t);
  await put(cluster, { version: 2, owner: 'later' });
  const before = await cluster.get({ kind: SECRET, ...PLACE });
  const one = store();
  assert.equal(await one.load(), undefined);
  const isRefused = (error: unknown) => hasReason(error, 'ClusterRefused') && /of version 2,/.test(error.message);
  await assert.rejects(one.write({ owner: 'one', step: 1 }), isRefused);
  await assert.rejects(one.remove(), isRefused);
  await assert.rejects(one.tryWrite(), isRefused);
  assert.deepEqual(await cluster.get({ kind: SECRET, ...PLACE }), before);
});

for (const damaged of [{ version: 1 }, { version: '2' }, null, 'text']) {
  test(`a document that makes no sense is filled: ${JSON.stringify(damaged)}`, async (t) => {
    const { cluster, store } = await start(t);
    await put(cluster, damaged);
    const one = store();
    await one.tryWrite();
    await one.write({ owner: 'one', step: 1 });
    assert.deepEqual(await store().load(), { owner: 'one', step: 1 });
  });
}

test('R4: a damaged document that another replica fills at the same time is not written over', async (t) => {
  const { cluster, store } = await start(t);
  await put(cluster, null);
  let looks = 0;
  const door: Cluster = {
    ...cluster,
    async find(...args: Parameters<Cluster['find']>) {
      const found = await cluster.find(...args);
      looks += 1;
      if (looks === 2) await store().write({ owner: 'other', step: 1 });
      return found;
    },
  } as Cluster;
  await assert.rejects(store(door).write({ owner: 'one', step: 1 }), isConflict);
  assert.deepEqual(await store().load(), { owner: 'other', step: 1 });
});

for (const [what, data] of [
  ['drops', undefined],
  ['changes', { document: 'e30=' }],
] as const) {
  test(`a webhook that ${what} the content does not pass for a durable write`, async (t) => {
    const { cluster, store } = await start(t);
    const spoil = async (written: Promise<unknown>) => {
      const { data: _data, ...secret } = (await written) as Secret;
      return data ? { ...secret, data } : secret;
    };
    const door: Cluster = {
      ...cluster,
      create: (...args: Parameters<Cluster['create']>) => spoil(cluster.create(...args)),
      replace: (...args: Parameters<Cluster['replace']>) => spoil(cluster.replace(...args)),
    } as Cluster;
    const isRefused = (error: unknown) => hasReason(error, 'ClusterRefused') && /webhook/.test(error.message);
    await assert.rejects(store(door).tryWrite(), isRefused);
    await assert.rejects(store(door).write({ owner: 'one', step: 1 }), isRefused);
    await assert.rejects(store(door).write({ owner: 'one', step: 2 }), isRefused);
  });
}

test('what cannot be read again is no durable write', async (t) => {
  const { store } = await start(t);
  await assert.rejects(store().write({ step: 1 } as Note), { reason: 'ClusterRefused', message: /makes no sense/ });
});
