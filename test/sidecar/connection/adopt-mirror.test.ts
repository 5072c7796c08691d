import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { Sensitive } from '#common/sensitive.ts';
import { adoptMirror } from '../../../sidecar/connection/adopt-mirror.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import {
  type ConfiguredJournal,
  type IssuedJournal,
  JOURNAL_FORMAT,
  type Journal,
  type PreparedJournal,
} from '../../../sidecar/connection/journal.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { freshState, STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const namespace = 'compass-system';
const JOURNAL = { kind: SECRET, namespace, name: 'a-journal' };
const urls = { connector: 'https://c.example.com', director: 'https://d.example.com' };

const prepared = (key: string): PreparedJournal => ({
  phase: 'prepared',
  purpose: 'pair',
  startedAt: 1,
  key: new Sensitive(key),
  tokenHash: 'hash',
  epoch: 3,
});
const configured = (key: string): ConfiguredJournal => ({
  ...prepared(key),
  phase: 'configured',
  configuredAt: 1,
  subject: 'CN=x',
  urls,
});
const issued = (key: string): IssuedJournal => ({
  ...prepared(key),
  phase: 'issued',
  urls,
  leaf: 'l',
  chain: 'c',
  ca: 'a',
});

/** A container that starts, in an epoch, and finds what the one before mirrored. */
async function start(
  t: TestContext,
  { epoch = 3, mirrored = issued('one') as IssuedJournal | ConfiguredJournal } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'compass-mirror-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const replica = () => ({
    journal: new DocumentStore(secretDocument(cluster, JOURNAL, 'a', JOURNAL_FORMAT)),
    state: new DocumentStore(secretDocument(cluster, { namespace, name: 'a-state' }, 'a', STATE_FORMAT)),
  });
  const mirror = new JournalMirror(folder, 'a', silentLog);
  const { state } = replica();
  await state.write({ ...freshState(), epoch });
  await mirror.put(mirrored);
  const stored = async () => {
    const journal = await replica().journal.load();
    return journal && `${journal.phase} ${journal.key.reveal()}`;
  };
  return { cluster, replica, context: { ...replica(), mirror, log: silentLog }, folder, stored };
}

test('K3: what the container before could not store takes the place of the earlier phase of its pairing', async (t) => {
  const { context, replica, folder, stored } = await start(t);
  await replica().journal.write(prepared('one'));
  assert.equal(await adoptMirror(context), true);
  assert.equal(await stored(), 'issued one');
  assert.deepEqual(await readdir(folder), []);
  assert.equal(await adoptMirror(context), true);
});

test('K3: what the container before could not store is stored where its journal is gone', async (t) => {
  const { context, folder, stored } = await start(t);
  assert.equal(await adoptMirror(context), true);
  assert.equal(await stored(), 'issued one');
  assert.deepEqual(await readdir(folder), []);
});

for (const [what, journal] of [
  ['its journal is gone', undefined],
  ['another pairing is under way', prepared('another')],
] as const) {
  test(`K3: where the epoch has moved on, what the container before kept is dropped although ${what}`, async (t) => {
    const { context, replica, folder, stored } = await start(t, { epoch: 4 });
    if (journal) await replica().journal.write(journal);
    assert.equal(await adoptMirror(context), true);
    assert.equal(await stored(), journal && 'prepared another');
    assert.deepEqual(await readdir(folder), []);
  });
}

test('K3: beside another pairing that has not come to its end what the container before kept stays as it is', async (t) => {
  const { context, replica, folder, stored } = await start(t);
  await replica().journal.write(prepared('another'));
  assert.equal(await adoptMirror(context), false);
  assert.equal(await stored(), 'prepared another');
  assert.deepEqual(await readdir(folder), ['a-journal.json']);
});

test('K3: where its own pairing has gone on, what the container before kept is dropped', async (t) => {
  const { context, replica, folder, stored } = await start(t, { mirrored: configured('one') });
  await replica().journal.write(issued('one'));
  assert.equal(await adoptMirror(context), true);
  assert.equal(await stored(), 'issued one');
  assert.deepEqual(await readdir(folder), []);
});

test('P25: a journal of a later version is left, and so is what the container before kept', async (t) => {
  const { cluster, context, folder } = await start(t);
  const document = Buffer.from(JSON.stringify({ version: 2 })).toString('base64');
  const later = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: JOURNAL.name }, data: { document } };
  await cluster.create<Secret>(SECRET, later);
  assert.equal(await adoptMirror(context), false);
  assert.deepEqual((await cluster.get<Secret>(JOURNAL)).data, { document });
  assert.deepEqual(await readdir(folder), ['a-journal.json']);
});

test('R4: what another replica writes meanwhile is not written over, and read before the next try', async (t) => {
  const { context, replica, stored } = await start(t);
  await replica().journal.write(prepared('one'));
  await context.journal.load();
  await replica().journal.write(configured('one'));
  const other = replica();
  await other.journal.load();
  await other.journal.write(configured('one'));
  assert.equal(await adoptMirror(context), false);
  assert.equal(await stored(), 'configured one');
  assert.equal(await adoptMirror(context), true);
  assert.equal(await stored(), 'issued one');
});

for (const [reason, isKept] of [
  ['ClusterConflict', true],
  ['ClusterAlreadyExists', true],
  ['ClusterForbidden', true],
  ['ClusterUnreachable', false],
] as const) {
  test(`K3: where the journal cannot be stored (${reason}) ${isKept ? 'what works without it goes on' : 'it is tried again'}`, async (t) => {
    const { context, folder } = await start(t);
    const document = memoryDocument<Journal>();
    const error = new CompassError(reason, 'no');
    const failing = { ...context, journal: new DocumentStore({ ...document, write: () => Promise.reject(error) }) };
    if (isKept) assert.equal(await adoptMirror(failing), false);
    else await assert.rejects(adoptMirror(failing), error);
    assert.deepEqual(await readdir(folder), ['a-journal.json']);
  });
}
