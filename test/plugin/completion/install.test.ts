import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { COMPLETION_INSTALLATION_SCHEMA } from '../../../plugin/schemas/completion-installation.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';

const INSTALL = ['completion', 'install'];

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-install-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

describe('completion install', () => {
  test('goes where --dir says, executable, and hints at a folder that is not on the PATH', async (t) => {
    const folder = join(await temporary(t), 'bin');
    const { code, stdout, stderr } = await runHere([...INSTALL, '--dir', folder]);
    assert.equal(code, 0);
    assert.equal(stdout, `${folder}/kubectl_complete-compass created\n`);
    assert.match(stderr, /not on the PATH/);
    assert.equal(statSync(join(folder, 'kubectl_complete-compass')).mode & 0o777, 0o755);
    const there = await runHere([...INSTALL, '--dir', folder], { PATH: folder });
    assert.equal(there.stdout, `${folder}/kubectl_complete-compass unchanged\n`);
    assert.equal(there.stderr, '');
  });

  test('writes nothing in a dry run', async (t) => {
    const folder = await temporary(t);
    const { code, stdout } = await runHere([...INSTALL, '--dir', folder, '--dry-run']);
    assert.equal(code, 0);
    assert.equal(stdout, `${folder}/kubectl_complete-compass created (dry run)\n`);
    assert.equal(existsSync(join(folder, 'kubectl_complete-compass')), false);
  });

  test('replaces another version of itself, and nothing of anybody else', async (t) => {
    const folder = await temporary(t);
    const path = join(folder, 'kubectl_complete-compass');
    await runHere([...INSTALL, '--dir', folder]);
    const text = await readFile(path, 'utf8');
    await writeFile(path, `${text}# older\n`);
    assert.match((await runHere([...INSTALL, '--dir', folder])).stdout, / replaced\n$/);
    assert.equal(await readFile(path, 'utf8'), text);
    await writeFile(path, '#!/bin/sh\necho mine\n');
    const refused = await runPlugin([...INSTALL, '--dir', folder]);
    assertExit(refused, 'completion install', 7);
    assert.match(refused.stderr, /is there already, and is not ours/);
    assert.equal(await readFile(path, 'utf8'), '#!/bin/sh\necho mine\n');
  });

  test("finds krew's folder where kubectl-compass is not on the PATH, else asks for one", async (t) => {
    const home = await temporary(t);
    const env = { HOME: home, PATH: '/nonexistent' };
    const lost = await runHere(INSTALL, env);
    assert.equal(lost.code, 2);
    assert.match(lost.stderr, /say where it goes by --dir/);
    await mkdir(join(home, '.krew', 'bin'), { recursive: true });
    const { stdout } = await runHere(INSTALL, env);
    assert.equal(stdout, `${home}/.krew/bin/kubectl_complete-compass created\n`);
  });

  test('says what cannot be written, and where else', async (t) => {
    const file = join(await temporary(t), 'file');
    await writeFile(file, '');
    const { code, stderr } = await runHere([...INSTALL, '--dir', join(file, 'bin')]);
    assert.equal(code, 2);
    assert.match(stderr, /^error: cannot write .*\/bin\/kubectl_complete-compass: E[A-Z]+; choose another/);
  });

  test('prints a document that conforms to its schema, whole', async (t) => {
    const folder = await temporary(t);
    const { stdout } = await runHere([...INSTALL, '--dir', folder, '-o', 'json'], { PATH: folder });
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(COMPLETION_INSTALLATION_SCHEMA, document), document);
    assert.equal(document.action, 'created');
    assert.equal(document.onPath, true);
  });
});

describe('completion', () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell', 'kubectl']) {
    test(`prints the script of ${shell}`, async () => {
      const { code, stdout, stderr } = await runHere(['completion', shell]);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, /kubectl-compass __complete/);
      assert.match(stdout, /^[\t\n -~]*$/);
    });
  }

  test('refuses a shell that it does not know', async () => {
    const { code, stderr } = await runHere(['completion', 'bsh']);
    assert.equal(code, 2);
    assert.match(stderr, /there is no completion for "bsh", only for bash, .*; did you mean "bash"\?/);
  });
});
