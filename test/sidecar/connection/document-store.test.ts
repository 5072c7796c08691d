import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { type DocumentFormat, secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

interface Note {
  readonly owner: string;
  readonly step: number;
}

const FORMAT: DocumentFormat<Note> = {
  encode: (note) => note,
  decode: (raw) => (typeof raw === 'object' && raw !== null && 'owner' in raw ? (raw as Note) : undefined),
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
