import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { isInMemory } from '../../../sidecar/neighbours/usable-folder.ts';
import { until } from '../../cluster/until.ts';
import { run, start } from './kept.ts';
import { sampleSecret } from './sample-set.ts';

test('the generation rises with each other set, and goes on where it was after a restart', async (t) => {
  const { path, open, connection } = start(t);
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  assert.equal(kept.generation, 0);
  kept.keep(first);
  kept.keep(first);
  assert.equal(connection().generation, 1);
  kept.keep(second);
  assert.equal(connection().generation, 2);
  const again = open();
  assert.equal(again.generation, 2);
  const set = readlinkSync(join(path, '..data'));
  again.keep(second);
  assert.equal(readlinkSync(join(path, '..data')), set, 'nothing was written');
  again.keep(first);
  assert.equal(connection().generation, 3);
});

test('what somebody damaged in the folder is mended when the Secret is looked at again', async (t) => {
  const { path, open, connection } = start(t);
  const { set } = await sampleSecret();
  const kept = open();
  kept.keep(set);
  const key = readFileSync(join(path, 'tls.key'), 'utf8');
  rmSync(join(path, 'tls.key'));
  kept.keep(set);
  assert.equal(readFileSync(join(path, 'tls.key'), 'utf8'), key);
  chmodSync(join(path, 'connection.json'), 0o640);
  writeFileSync(join(path, 'connection.json'), 'damaged');
  kept.keep(set);
  assert.equal(connection().fingerprint, set.credential.fingerprint);
});

test('ca.crt has the issuers, and then the roots that the settings name', async (t) => {
  const { caPem, set } = await sampleSecret();
  const other = await sampleSecret();
  const { path, open } = start(t, { roots: [other.caPem.trim()] });
  open().keep(set);
  assert.equal(readFileSync(join(path, 'ca.crt'), 'utf8'), `${caPem.trim()}\n${other.caPem.trim()}\n`);
});

test('what was swapped out goes ten seconds later', async (t) => {
  const { path, open, clock } = start(t);
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  run(t, kept);
  kept.keep(first);
  kept.keep(second);
  const setsThere = () => readdirSync(path).filter((name) => /^\.\.\d/.test(name)).length;
  await until('it waits', () => Promise.resolve(clock.sleepers === 1));
  clock.advance(9_000);
  assert.equal(setsThere(), 2);
  clock.advance(1_000);
  await until('the first is gone', () => Promise.resolve(setsThere() === 1));
});

test('where something is in the way of a file, tries do not fill the volume, and it goes on when that is gone', async (t) => {
  const { path, open, clock, connection } = start(t);
  const { set } = await sampleSecret();
  // As the kubelet leaves it for a container that mounts `subPath: tls.crt` before there is one.
  mkdirSync(join(path, 'tls.crt'));
  const kept = open();
  run(t, kept);
  kept.keep(set);
  assert.match(kept.problem ?? '', /cannot be written: EISDIR/);
  const setsThere = () => readdirSync(path).filter((name) => /^\.\.\d/.test(name)).length;
  for (let tries = 0; tries < 20; tries += 1) {
    await until('it waits', () => Promise.resolve(clock.sleepers === 1));
    clock.advance(10_000);
  }
  await until('it waits', () => Promise.resolve(clock.sleepers === 1));
  assert.ok(setsThere() <= 2, `${setsThere()} sets are there`);
  rmdirSync(join(path, 'tls.crt'));
  kept.keep({ ...set });
  assert.deepEqual([kept.problem, connection().fingerprint], [undefined, set.credential.fingerprint]);
});

test('a folder that is not there, is none, or cannot be written to stops the start, and says what to do', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'compass-unusable-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const refusal = (path: string) => {
    try {
      start(t, { path }).open();
    } catch (error) {
      assert.ok(error instanceof CompassError);
      assert.equal(error.reason, 'InvalidSetting');
      return error.message;
    }
    return assert.fail(`accepted: ${path}`);
  };
  assert.match(
    refusal(join(folder, 'missing')),
    /^APP_CREDENTIALS_FOLDER is ".*missing", allowed: .*no such folder: mount/,
  );
  assert.match(refusal(file), /it is no folder/);
  assert.match(refusal(join(file, 'below')), /a part of it is no folder/);
  assert.match(refusal('/proc/self'), /cannot be written to|may not write|no such folder/);
  assert.deepEqual(readdirSync(folder), ['file'], 'nothing is left of the try');
});

test('a folder on a disk is warned about', {
  skip: isInMemory(tmpdir()) !== false && 'the machine’s own is in memory',
}, (t) => {
  const path = mkdtempSync(join(tmpdir(), 'compass-disk-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const { open, lines } = start(t, { path });
  open();
  assert.match(lines.join(''), /not in memory.*emptyDir with medium Memory/);
});
