import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../krew/launcher.sh', import.meta.url));

/** Where the launcher lies as krew puts it, linked by a relative path; `run` starts the link with nothing else on the PATH. */
async function installed(t: TestContext) {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'compass launcher-')));
  t.after(() => rm(home, { recursive: true }));
  const store = join(home, 'store/compass/v1.2.3');
  const [bin, tools] = [join(home, 'bin'), join(home, 'tools')];
  await Promise.all([store, bin, tools].map((folder) => mkdir(folder, { recursive: true })));
  await copyFile(LAUNCHER, join(store, 'kubectl-compass'));
  await symlink('../store/compass/v1.2.3/kubectl-compass', join(bin, 'kubectl-compass'));
  for (const tool of ['dirname', 'readlink']) await symlink(`/usr/bin/${tool}`, join(tools, tool));
  return {
    store,
    tools,
    run: (...args: string[]) =>
      spawnSync('/bin/sh', [join(bin, 'kubectl-compass'), ...args], { env: { PATH: tools }, encoding: 'utf8' }),
  };
}

/** A program that says who it is, and what it was given. */
async function putNode(path: string, name: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nprintf '%s|' ${name} "$@"\nexit 7\n`, { mode: 0o755 });
}

test('the Node beside the launcher runs the plugin, also through a relative link, with its words and its exit code', async (t) => {
  const { store, tools, run } = await installed(t);
  await putNode(join(store, 'node'), 'own');
  await putNode(join(tools, 'node'), 'of-the-path');
  const { stdout, status } = run('get', 'a b', '');
  assert.equal(stdout, `own|${store}/plugin/main.js|get|a b||`);
  assert.equal(status, 7);
});

test('without a Node beside it, the one on the PATH runs the plugin', async (t) => {
  const { store, tools, run } = await installed(t);
  await putNode(join(tools, 'node'), 'of-the-path');
  assert.equal(run('status').stdout, `of-the-path|${store}/plugin/main.js|status|`);
});

test('where there is no Node, the launcher says what is needed', async (t) => {
  const { run } = await installed(t);
  const { status, stdout, stderr } = run('status');
  assert.equal(status, 127);
  assert.equal(stdout, '');
  assert.match(stderr, /^kubectl compass: Node\.js 22\.21, 24\.5 or newer is needed on the PATH.*\n$/);
});
