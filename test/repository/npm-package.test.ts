import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { buildProgram } from '../../.scripts/build.ts';
import { packNpmPackage } from '../../.scripts/npm-package.ts';
import { readFromRoot } from './tracked-files.ts';

const run = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'compass-npm-'));
after(() => rm(folder, { recursive: true }));
await buildProgram('plugin', folder);
const archive = await packNpmPackage(folder);

const FILES = [
  'LICENSE',
  'README.md',
  'THIRD_PARTY_LICENSES',
  'kubectl_complete-compass.js',
  'libraries/cli-table3.cjs',
  'libraries/graphql.cjs',
  'libraries/js-yaml.cjs',
  'libraries/js-yaml.cjs.LEGAL.txt',
  'libraries/kubernetes-client-node.cjs',
  'libraries/kubernetes-client-node.cjs.LEGAL.txt',
  'libraries/x509.cjs',
  'libraries/x509.cjs.LEGAL.txt',
  'libraries/yargs.cjs',
  'libraries/yargs.cjs.LEGAL.txt',
  'main.js',
  'package.json',
  'program.js',
];

test('the package for npm has the files that belong in it, and no others', async () => {
  const { stdout } = await run('tar', ['-tzf', archive]);
  assert.deepEqual(
    stdout.trim().split('\n').toSorted(),
    FILES.map((file) => `package/${file}`),
  );
});

test('publint finds nothing to say about the package for npm', async () => {
  const tarball = Uint8Array.from(await readFile(archive)).buffer;
  const { messages } = await publint({ pack: { tarball }, strict: true });
  assert.deepEqual(messages, []);
});

test('the package for npm needs no other package and runs nothing when it is installed', async () => {
  const manifest = JSON.parse(await readFile(join(folder, 'npm/package/package.json'), 'utf8')) as object;
  const { version } = JSON.parse(await readFromRoot('package.json')) as { readonly version: string };
  assert.equal(archive, join(folder, 'npm', `kubectl-compass-${version}.tgz`));
  assert.deepEqual(
    Object.keys(manifest).filter((key) => /dependencies|scripts|private/i.test(key)),
    [],
  );
});

test('the package for npm names the Node that the program asks for', async () => {
  const text = await readFile(join(folder, 'npm/package/package.json'), 'utf8');
  const source = await readFromRoot('plugin/require-node.ts');
  const [first, last] = [...source.matchAll(/^ {2}\[(\d+), (\d+)\],$/gm)].map(([, ...line]) => line.join('.'));
  assert.ok(text.includes(`"node": "^${first} || >=${last}"`), text);
});

test('the package for npm is the same, byte for byte, each time it is packed, whatever the umask of who packs it', async () => {
  const sum = hash('sha256', await readFile(archive));
  const umask = process.umask(0o077);
  try {
    assert.equal(hash('sha256', await readFile(await packNpmPackage(folder))), sum);
  } finally {
    process.umask(umask);
  }
});
