import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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

test('a file that makes no sense, or no folder, is no journal', async (t) => {
  const { folder, mirror } = await inFolder(t);
  await writeFile(join(folder, 'a-journal.json'), '{"version":');
  assert.equal(await mirror.read(), undefined);
  const nowhere = new JournalMirror(undefined, 'a', silentLog);
  await nowhere.put(issued('one'));
  await nowhere.forget();
  assert.equal(await nowhere.read(), undefined);
});
