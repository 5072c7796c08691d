import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { builtPlugin } from './built-plugin.ts';

const folder = await mkdtemp(join(tmpdir(), 'compass-node-'));
after(() => rm(folder, { recursive: true }));

/** The built plugin, run by a Node that says that it is this version; `npm run test:release` has genuine ones. */
async function runBy(version: string) {
  const preload = join(folder, `${version}.cjs`);
  const versions = `{ ...process.versions, node: '${version}' }`;
  await writeFile(preload, `Object.defineProperty(process, 'versions', { value: ${versions} });`);
  const args = ['--require', preload, await builtPlugin(), 'version', '--client'];
  return spawnSync(process.execPath, args, { env: { HOME: folder }, encoding: 'utf8' });
}

for (const version of ['0.12.18', '20.20.2', '22.20.9', '23.11.1', '24.4.1']) {
  test(`Node ${version} is too old, and the plugin says so`, async () => {
    const { status, stdout, stderr } = await runBy(version);
    assert.deepEqual([status, stdout], [2, '']);
    assert.ok(
      stderr.startsWith(`kubectl compass: Node.js 22.21, 24.5 or newer is needed, and this is ${version} (`),
      stderr,
    );
    assert.match(stderr, /kubectl krew install compass\n$/);
  });
}

for (const version of ['22.21.0', '24.5.0', '25.0.0', '100.1.0']) {
  test(`Node ${version} will do`, async () => {
    const { status, stdout, stderr } = await runBy(version);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /^Client: /);
  });
}
