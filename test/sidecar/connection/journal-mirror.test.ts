import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Log, silentLog } from '#common/log.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { IssuedJournal, PreparedJournal } from '../../../sidecar/connection/journal.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';

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

async function inFolder(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'compass-mirror-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return { folder, mirror: new JournalMirror(folder, 'a', silentLog) };
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

/** A file system of 8 KiB; undefined where this user may mount none. */
async function smallFolder(t: TestContext): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-full-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder]);
  t.after(async () => {
    if (status === 0) spawnSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });
  return status === 0 ? folder : undefined;
}

test('P24: in a full volume what lies there stays whole, nothing of the new one is left, and later it is written', async (t) => {
  const warnings: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_message, fields) => warnings.push(fields?.['error']) };
  const folder = await smallFolder(t);
  if (folder === undefined) return t.skip('only who may mount has a file system that is full');
  const mirror = new JournalMirror(folder, 'a', log);
  await mirror.put(prepared('one'));
  await mirror.put({ ...issued('one'), chain: 'x'.repeat(16_384) });
  assert.match(String(warnings), /ENOSPC/);
  assert.equal((await mirror.read())?.phase, 'prepared');
  assert.deepEqual(await readdir(folder), ['a-journal.json']);
  await mirror.put(issued('one'));
  assert.equal((await mirror.read())?.phase, 'issued');
  assert.equal(warnings.length, 1);
});

test('P24: a journal is read as it was written, by the next container, too, until it is forgotten', async (t) => {
  const { folder } = await inFolder(t);
  const place = join(folder, 'new', 'folder');
  const noWarnings: Log = { ...silentLog, warn: (message) => assert.fail(message) };
  const mirror = new JournalMirror(place, 'a', noWarnings);
  await mirror.forget();
  await mirror.put(prepared('one'));
  await mirror.put(issued('one'));
  const read = await new JournalMirror(place, 'a', noWarnings).read();
  assert.deepEqual([read?.phase, read?.key.reveal()], ['issued', 'one']);
  assert.equal(await new JournalMirror(place, 'b', noWarnings).read(), undefined);
  assert.deepEqual(await readdir(place), ['a-journal.json']);
  assert.equal((await stat(join(place, 'a-journal.json'))).mode & 0o777, 0o600);
  await mirror.forget();
  assert.equal(await mirror.read(), undefined);
});

test("P24: what a container left that was killed while it wrote is in nobody's way", async (t) => {
  const { folder, mirror } = await inFolder(t);
  await writeFile(join(folder, 'a-journal.json.new'), '{"ver');
  await mirror.put(issued('one'));
  assert.equal((await mirror.read())?.phase, 'issued');
});

test('a file that makes no sense is no journal', async (t) => {
  const { folder, mirror } = await inFolder(t);
  await writeFile(join(folder, 'a-journal.json'), '{"version":');
  assert.equal(await mirror.read(), undefined);
});

test('without a folder nothing is written, read, removed, or warned about', async (t) => {
  const { folder, mirror } = await inFolder(t);
  await mirror.put(issued('one'));
  const nowhere = new JournalMirror(undefined, join(folder, 'a'), {
    ...silentLog,
    warn: (message) => assert.fail(message),
  });
  await nowhere.put(prepared('two'));
  assert.equal(await nowhere.read(), undefined);
  await nowhere.forget();
  assert.equal((await mirror.read())?.phase, 'issued');
});
