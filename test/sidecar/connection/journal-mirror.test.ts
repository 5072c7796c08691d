import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { NAMESPACE } from '#common/cluster/objects.ts';
import { type Log, silentLog } from '#common/log.ts';
import { Sensitive } from '#common/sensitive.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { IssuedJournal, PreparedJournal } from '../../../sidecar/connection/journal.ts';
import { JOURNAL_FORMAT } from '../../../sidecar/connection/journal.ts';
import { adoptMirror, JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const prepared = (key: string): PreparedJournal => ({
  phase: 'prepared',
  purpose: 'pair',
  startedAt: 1,
  key: new Sensitive(key),
  tokenHash: 'hash',
});

const issued = (key: string): IssuedJournal => ({
  ...prepared(key),
  phase: 'issued',
  urls: { connector: 'https://c.example.com', director: 'https://d.example.com' },
  leaf: 'leaf',
  chain: 'chain',
  ca: 'ca',
});

async function inFolder(t: TestContext, log: Log = silentLog) {
  const folder = await mkdtemp(join(tmpdir(), 'compass-mirror-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'compass-system' } });
  const place = { namespace: 'compass-system', name: 'a-journal' };
  const journal = new DocumentStore(secretDocument(cluster, place, 'a', JOURNAL_FORMAT));
  return { folder, journal, mirror: new JournalMirror(folder, 'a', log), log };
}

test('K3: what the container before could not store takes the place of the earlier phase of its pairing', async (t) => {
  const { folder, ...context } = await inFolder(t);
  await context.journal.write(prepared('one'));
  await context.mirror.put(issued('one'));
  await adoptMirror(context);
  assert.equal(context.journal.value?.phase, 'issued');
  assert.deepEqual(await readdir(folder), []);
});

for (const [what, key] of [
  ['another pairing', 'another'],
  ['nothing', undefined],
] as const) {
  test(`K3: where the journal says ${what} by now, what the container before kept is dropped`, async (t) => {
    const { folder, ...context } = await inFolder(t);
    if (key !== undefined) await context.journal.write(prepared(key));
    await context.mirror.put(issued('one'));
    await adoptMirror(context);
    assert.equal(context.journal.value?.key.reveal(), key);
    assert.deepEqual(await readdir(folder), []);
  });
}

test('P24: a folder that cannot be written is warned about, and what lies there already stays', async (t) => {
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => warnings.push(message) };
  const { folder } = await inFolder(t);
  await writeFile(join(folder, 'file'), 'as before');
  const mirror = new JournalMirror(join(folder, 'file'), 'a', log);
  await mirror.put(issued('one'));
  assert.equal(warnings.length, 1);
  assert.equal(await mirror.read(), undefined);
  assert.deepEqual(await readdir(folder), ['file']);
});

test('a file that makes no sense, or no folder, is no journal', async (t) => {
  const { folder, mirror } = await inFolder(t);
  await writeFile(join(folder, 'a-journal.json'), '{"version":');
  assert.equal(await mirror.read(), undefined);
  const nowhere = new JournalMirror(undefined, 'a', silentLog);
  await nowhere.put(issued('one'));
  await nowhere.forget();
  assert.equal(await nowhere.read(), undefined);
});
