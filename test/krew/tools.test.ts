import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../krew/build.ts', import.meta.url));

test('a build without its tools makes nothing, and says what to install', () => {
  const { status, stderr } = spawnSync(process.execPath, [BUILD, '--target', '/nonexistent/compass'], {
    env: { PATH: '/nonexistent' },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^no archives for krew are built: this machine lacks apt-get, .*patchelf\n/);
  assert.match(stderr, /apt-get install apt dpkg llvm osslsigncode patchelf\n$/);
});
