import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { run, start } from './kept.ts';
import { sampleSecret } from './sample-set.ts';

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

test('P24: on a volume that is full the old files stay, it is said and not ready, and goes on when there is room', {
  skip: !mayMount && 'mounting takes root',
}, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'compass-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', path]);
  t.after(() => {
    execFileSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  const { open, clock, connection, lines } = start(t, { path });
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  run(t, kept);
  kept.keep(first);
  const ballast = join(path, 'of-somebody');
  const before = readdirSync(path).toSorted();
  assert.throws(() => writeFileSync(ballast, Buffer.alloc(1_000_000)), { code: 'ENOSPC' });
  kept.keep(second);
  assert.match(kept.problem ?? '', /cannot be written: ENOSPC/);
  assert.match(lines.join(''), /not up to date.*ENOSPC/);
  assert.equal(connection().fingerprint, first.credential.fingerprint);
  rmSync(ballast);
  assert.deepEqual(readdirSync(path).toSorted(), before, 'nothing is left of the try');
  await until('it waits', () => Promise.resolve(clock.sleepers === 1));
  clock.advance(1_000);
  await until('it was written', () => Promise.resolve(kept.problem === undefined));
  assert.equal(connection().fingerprint, second.credential.fingerprint);
  assert.equal(connection().generation, 2);
});

test('P24: on a volume that became read-only the old files stay, and it is said', {
  skip: !mayMount && 'mounting takes root',
}, async (t) => {
  const path = mkdtempSync(join(tmpdir(), 'compass-read-only-'));
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', path]);
  t.after(() => {
    execFileSync('umount', [path]);
    rmSync(path, { recursive: true });
  });
  const { open, connection } = start(t, { path });
  const [first, second] = [(await sampleSecret()).set, (await sampleSecret()).set];
  const kept = open();
  kept.keep(first);
  execFileSync('mount', ['-o', 'remount,ro', path]);
  kept.keep(second);
  assert.match(kept.problem ?? '', /EROFS/);
  assert.equal(connection().fingerprint, first.credential.fingerprint);
  assert.throws(open, /it is read-only: mount it without readOnly/);
});
