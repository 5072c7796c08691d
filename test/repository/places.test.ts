import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTrackedFiles } from './tracked-files.ts';

/** Put together here, so that this file does not name them itself. */
const MACHINE_PATHS = [['', 'work', ''].join('/'), ['', 'root', ''].join('/'), ['', 'library'].join('.')];

const SHARED = ['..', 'shared'].join('/');

const NO_GIT = 'this copy has no git, which knows the files';

test('no file names a place of the machine that it was written on', async (t) => {
  const files = await readTrackedFiles();
  if (files === undefined) return t.skip(NO_GIT);
  const found = files.flatMap(({ path, text }) =>
    MACHINE_PATHS.filter((place) => text.includes(place)).map((place) => `${path}: ${place}`),
  );
  assert.deepEqual(found, []);
});

test('only CI knows what lies beside the repository', async (t) => {
  const files = await readTrackedFiles();
  if (files === undefined) return t.skip(NO_GIT);
  const found = files.filter(({ text }) => text.includes(SHARED)).map(({ path }) => path);
  assert.deepEqual(found, ['.ci/run']);
});
