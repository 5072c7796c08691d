import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { buildProgram } from '../../.scripts/build.ts';

const built = await mkdtemp(join(tmpdir(), 'compass-code-'));
after(() => rm(built, { recursive: true }));
await buildProgram('plugin', built);
const MAIN = join(built, 'plugin', 'main.js');

async function home(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-home-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

function run(env: Record<string, string>, ...args: string[]) {
  return promisify(execFile)(process.execPath, [MAIN, ...args], { env });
}

/** A home with the code of `options` kept in it: where, and what that is. */
async function keeping(t: TestContext) {
  const HOME = await home(t);
  await mkdir(join(HOME, '.kube'));
  const { stdout } = await run({ HOME }, 'options');
  const path = join(HOME, '.kube', 'cache', 'compass', 'code', 'options');
  return { HOME, stdout, path, kept: await readFile(path) };
}

test("compiled code is kept beside kubectl's cache, for each command apart, and read by its user alone", async (t) => {
  const { HOME, path } = await keeping(t);
  await run({ HOME }, '--help');
  const folder = join(HOME, '.kube', 'cache', 'compass', 'code');
  assert.deepEqual((await readdir(folder)).toSorted(), ['options', 'other']);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('what is kept is used, and not written again', async (t) => {
  const { HOME, stdout, path } = await keeping(t);
  const before = await stat(path);
  assert.equal((await run({ HOME }, 'options')).stdout, stdout);
  const { ino, mtimeMs } = await stat(path);
  assert.deepEqual([ino, mtimeMs], [before.ino, before.mtimeMs]);
});

test('nothing is kept where kubectl keeps nothing, or where it is not wanted', async (t) => {
  const HOME = await home(t);
  await run({ HOME }, 'options');
  assert.deepEqual(await readdir(HOME), []);
  await mkdir(join(HOME, '.kube'));
  await run({ HOME, NODE_DISABLE_COMPILE_CACHE: '1' }, 'options');
  assert.equal(existsSync(join(HOME, '.kube', 'cache')), false);
});

test('what cannot be written is done without', async (t) => {
  const HOME = await home(t);
  await mkdir(join(HOME, '.kube'));
  await writeFile(join(HOME, '.kube', 'cache'), 'a file');
  assert.match((await run({ HOME }, 'options')).stdout, /--kubeconfig/);
});

/** What becomes of a file: cut short, emptied, with a block of it lost, of another program, or anything at all. */
const DAMAGES: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'is cut short': (path) => truncate(path, 100_000),
  'is empty': (path) => truncate(path, 0),
  'lacks a block': async (path) => {
    const file = await open(path, 'r+');
    await file.write(Buffer.alloc(4_096), 0, 4_096, 65_536);
    await file.close();
  },
  'is of another program': async (path) => {
    const file = await open(path, 'r+');
    await file.write('0123456789abcdef0123456789abcdef', 0);
    await file.close();
  },
  'is something else': (path) => writeFile(path, 'x'.repeat(200_000)),
};

for (const [what, damage] of Object.entries(DAMAGES)) {
  test(`kept code that ${what} is made anew`, async (t) => {
    const { HOME, stdout, path, kept } = await keeping(t);
    await damage(path);
    assert.notDeepEqual(await readFile(path), kept);
    assert.equal((await run({ HOME }, 'options')).stdout, stdout);
    assert.equal(String(await readFile(path)).slice(0, 32), String(kept).slice(0, 32));
    assert.equal((await readdir(join(path, '..'))).length, 1);
    const anew = await stat(path);
    await run({ HOME }, 'options');
    assert.equal((await stat(path)).ino, anew.ino);
  });
}
