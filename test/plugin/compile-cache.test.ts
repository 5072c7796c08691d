import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../plugin/main.ts', import.meta.url));

async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-home-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

function run(env: Record<string, string>, ...args: string[]) {
  return promisify(execFile)(process.execPath, [MAIN, ...args], { env });
}

test("compiled code is kept beside kubectl's cache, for each command apart", async (t) => {
  const HOME = await home(t);
  await mkdir(join(HOME, '.kube'));
  await run({ HOME }, 'options');
  await run({ HOME }, '--help');
  const kept = await readdir(join(HOME, '.kube', 'cache', 'compass', 'compiled'));
  assert.deepEqual(kept.toSorted(), ['options', 'other']);
});

test('nothing is kept where kubectl keeps nothing, or where it is not wanted', async (t) => {
  const HOME = await home(t);
  await run({ HOME }, 'options');
  assert.deepEqual(await readdir(HOME), []);
  await mkdir(join(HOME, '.kube'));
  await run({ HOME, NODE_DISABLE_COMPILE_CACHE: '1' }, 'options');
  assert.equal(existsSync(join(HOME, '.kube', 'cache')), false);
});
