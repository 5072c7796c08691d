import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildProgram, type Program } from '../.scripts/build.ts';

const folder = await mkdtemp(join(tmpdir(), 'compass-bundles-'));
after(() => rm(folder, { recursive: true }));

/** Put into the bundles by the build, in place of what libraries take from Node. */
const STAND_INS: readonly string[] = ['.scripts/lean-headers.ts'];

/** Our own files in a bundle: whatever is a file, and does not come from a package. */
async function ownFilesOf(program: Program): Promise<string[]> {
  const { inputs } = await buildProgram(program, folder);
  return Object.keys(inputs).filter((path) => !/^(?:node_modules\/|[\w-]+:|<)/.test(path) && !STAND_INS.includes(path));
}

function run(file: string, args: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [file, ...args],
      { env: { PATH: process.env['PATH'], ...env } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test('the bundle of the plugin holds plugin and common, and it runs', async () => {
  const files = await ownFilesOf('plugin');
  for (const file of ['plugin/launch.ts', 'plugin/program.ts']) assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter((path) => !/^(plugin|common)\//.test(path)),
    [],
  );
  const main = join(folder, 'plugin', 'main.js');
  assert.match(await readFile(main, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  const { code, stdout } = await run(main, ['version', '--client'], {});
  assert.equal(code, 0);
  assert.match(stdout, /v\d+\.\d+\.\d+/);
});

test('the plugin takes from Node what it uses alone, which an import statement would not', async () => {
  const { outputs } = await buildProgram('plugin', folder);
  const statements = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ path }) => isBuiltin(path)));
  assert.deepEqual(statements, []);
  const program = await readFile(join(folder, 'plugin', 'program.js'), 'utf8');
  assert.match(program, /getBuiltinModule/);
  assert.doesNotMatch(program, /^import[^(;]*["']node:/m);
});

test('the bundle of the sidecar holds sidecar and common, and refuses a bad setting by its name', async () => {
  const files = await ownFilesOf('sidecar');
  assert.ok(files.includes('sidecar/main.ts'));
  assert.deepEqual(
    files.filter((path) => !/^(sidecar|common)\//.test(path)),
    [],
  );
  const { code, stdout } = await run(join(folder, 'sidecar', 'main.js'), [], { APP_HEALTH_PORT: 'x' });
  assert.equal(code, 2);
  assert.match(stdout, /APP_HEALTH_PORT is \\"x\\"/);
});

test('a reader is a program of its own, without what keeps a connection or synchronizes', async () => {
  const { outputs } = await buildProgram('sidecar', folder);
  const [, reader] = Object.entries(outputs).find(([path]) => path.endsWith('/reader-program.js')) ?? [];
  const files = Object.keys(reader?.inputs ?? {});
  assert.ok(files.includes('sidecar/neighbours/director-proxy.ts'));
  const needless = /^common\/sync\/|^sidecar\/(?:leader|status|sync|connection\/(?!compass-time))|graphql|prom-client/;
  assert.deepEqual(
    files.filter((path) => needless.test(path)),
    [],
  );
});

test('all of our own code in a bundle is ASCII: with one other character V8 keeps two bytes of each', async () => {
  for (const program of ['plugin', 'sidecar'] as const) {
    await buildProgram(program, folder);
    const names = program === 'sidecar' ? ['program.js', 'reader-program.js'] : ['program.js'];
    for (const name of names) {
      const code = await readFile(join(folder, program, name));
      const at = code.findIndex((byte) => byte > 0x7f);
      assert.equal(at, -1, code.subarray(at - 40, at + 10).toString());
    }
  }
});
