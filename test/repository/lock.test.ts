import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFromRoot } from './tracked-files.ts';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
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
