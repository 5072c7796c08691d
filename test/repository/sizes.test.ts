import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { compareSizes, measure } from '../../.scripts/sizes.ts';

const released = { version: '1.2.3', bytes: { 'krew/a.tar.gz': 1000, 'image/b.tar': 2000, 'npm/c.tgz': 50 } };

test('an artefact may grow by 10 % from one release to the next, and no more', () => {
  const grownBy = (bytes: number) => compareSizes(released, { ...released.bytes, 'krew/a.tar.gz': bytes }).grown;
  assert.deepEqual(grownBy(1100), []);
  assert.deepEqual(grownBy(1101), ['krew/a.tar.gz: 1101 bytes, +10.1 % over the 1000 of 1.2.3']);
  assert.deepEqual(grownBy(1), []);
});

test('an artefact that is new, or was not built here, is said and no failure', () => {
  const { lines, grown } = compareSizes(released, { 'krew/a.tar.gz': 900, 'image/b.tar': 2000, plugin: 7 });
  assert.deepEqual(grown, []);
  assert.deepEqual(lines, [
    'image/b.tar    2000 bytes, +0.0 %',
    'krew/a.tar.gz  900 bytes, -10.0 %',
    'npm/c.tgz      not built here',
    'plugin         7 bytes, new',
  ]);
});

test('artefacts are measured under names without the version, bundles without their maps', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-sizes-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.throws(() => measure(folder, '1.2.3'), /has no artefacts; run: npm run build/);
  const files = {
    'krew/kubectl-compass_v1.2.3_linux_amd64.tar.gz': 5,
    'krew/kubectl-compass_v1.2.3_windows_amd64.zip': 6,
    'krew/SHA256SUMS': 100,
    'npm/kubectl-compass-1.2.3.tgz': 7,
    'image/compass-sidecar_1.2.3_linux_arm64.tar': 8,
    'plugin/main.js': 10,
    'plugin/main.js.map': 100,
    'plugin/libraries/yargs.cjs': 20,
  };
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), Buffer.alloc(bytes));
  }
  assert.deepEqual(measure(folder, '1.2.3'), {
    'image/compass-sidecar_linux_arm64.tar': 8,
    'krew/kubectl-compass_linux_amd64.tar.gz': 5,
    'krew/kubectl-compass_windows_amd64.zip': 6,
    'npm/kubectl-compass.tgz': 7,
    plugin: 30,
  });
});
