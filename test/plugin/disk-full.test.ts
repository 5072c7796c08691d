import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { builtPlugin } from './built-plugin.ts';

const skip = process.platform === 'linux' ? false : 'only Linux has /dev/full';

test('output that finds no room on the disk is a failure that says so', { skip }, async () => {
  const { promise, resolve } = Promise.withResolvers<readonly [unknown, string]>();
  const command = 'exec "$0" "$1" explain CMP0301 > /dev/full';
  const main = await builtPlugin();
  execFile('sh', ['-c', command, process.execPath, main], (error, _stdout, stderr) => resolve([error?.code, stderr]));
  const [code, stderr] = await promise;
  assert.equal(code, 1);
  assert.match(stderr, /^error: the output cannot be written: .*ENOSPC/);
});
