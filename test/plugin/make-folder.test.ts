import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../plugin/make-folder.ts';

/** Why a test is skipped here; false where it is not. */
const NO_PROC = process.platform !== 'linux' && 'Linux alone has /proc';

test('a folder is made with those above it, and left alone where it is there', (t) => {
  const top = mkdtempSync(join(tmpdir(), 'compass-make-folder-'));
  t.after(() => rmSync(top, { recursive: true }));
  for (const again of [false, true]) {
    makeFolder(join(top, 'in', 'deep'), again ? 0o755 : 0o700);
    assert.equal(statSync(join(top, 'in')).mode & 0o777, 0o700);
    assert.equal(statSync(join(top, 'in', 'deep')).mode & 0o777, 0o700);
  }
  makeFolder('/');
  makeFolder('.');
  writeFileSync(join(top, 'file'), '');
  assert.throws(() => makeFolder(join(top, 'file')), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(top, 'file', 'in')), { code: 'ENOTDIR' });
});

test('a folder in which none can be made is said, not tried for ever', { skip: NO_PROC }, () => {
  assert.throws(() => makeFolder('/proc/compass/in/deep'), {
    code: 'ENOENT',
    message: 'no folder can be made in /proc',
  });
});
