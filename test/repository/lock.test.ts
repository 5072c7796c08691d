import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readFromRoot } from './tracked-files.ts';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(await readFromRoot('package-lock.json')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};

/** npm install drops what the registry at hand does not have, and npm ci then refuses the lock file in a fresh clone. */
test('the lock file has the packages of every platform, so that npm ci takes it in a fresh clone', () => {
  const missing = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => packages[`node_modules/${name}`]?.version === undefined)
      .map((name) => `${name}, of ${parent}`),
  );
  assert.deepEqual(missing, []);
});

test("the lock file has the hash of everything that runs, the project's Node on every platform included", () => {
  const unhashed = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && integrity === undefined);
  const platformTools = /^node_modules\/(?:@biomejs\/cli|@oxc-parser\/binding|@oxlint\/binding|@oxlint-tsgolint\/)/;
  assert.deepEqual(
    unhashed.filter(([path, { optional }]) => !(optional && platformTools.test(path))).map(([path]) => path),
    [],
  );
  const nodes = Object.keys(packages).filter((path) => /^node_modules\/node-(?:bin-)?(?:darwin|linux|win)/.test(path));
  assert.equal(nodes.length, 5);
});

test("everything in the lock file comes from npm's registry, and is known by a SHA-512", () => {
  const foreign = Object.entries(packages).filter(
    ([, { resolved = 'https://registry.npmjs.org/', integrity = 'sha512-' }]) =>
      !(resolved.startsWith('https://registry.npmjs.org/') && integrity.startsWith('sha512-')),
  );
  assert.deepEqual(foreign, []);
});

/** Of the tools that build and test it as well; what is handed on is under fewer, see .scripts/licences.ts. */
const LICENCES =
  /^(?:0BSD|Apache-2\.0|BlueOak-1\.0\.0|BSD-[23]-Clause|CC0-1\.0|ISC|MIT|MIT OR Apache-2\.0|PSF-2\.0|Unlicense)$/;

test('everything in the lock file is under a licence that asks for nothing but its notice', () => {
  const others = Object.entries(packages).filter(([path, { license = '' }]) => path !== '' && !LICENCES.test(license));
  assert.deepEqual(
    others.map(([path, { license }]) => `${path}: ${license}`),
    [],
  );
});

test('nothing of a package runs while it is installed', async () => {
  const withScript = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  assert.deepEqual(
    withScript.map(([path]) => path),
    ['node_modules/esbuild'],
  );
  assert.match(await readFromRoot('.npmrc'), /^ignore-scripts=true$/m);
});

test('esbuild works without its install script, which only spares a start of its command one process', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-esbuild-'));
  t.after(() => rm(folder, { recursive: true }));
  const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  await mkdir(join(folder, 'node_modules/esbuild'), { recursive: true });
  for (const part of ['lib', 'package.json']) {
    await cp(join(modules, 'esbuild', part), join(folder, 'node_modules/esbuild', part), { recursive: true });
  }
  await symlink(join(modules, '@esbuild'), join(folder, 'node_modules/@esbuild'));
  const { transformSync } = createRequire(join(folder, 'main.js'))('esbuild') as typeof import('esbuild');
  assert.equal(transformSync('const two: number = 2', { loader: 'ts' }).code, 'const two = 2;\n');
});
