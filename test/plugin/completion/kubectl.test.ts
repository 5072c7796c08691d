import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { builtPlugin } from '../built-plugin.ts';

const NO_BASH: string | false = spawnSync('bash', ['--version']).status !== 0 && 'there is no bash on this machine';

const run = promisify(execFile);

/** A folder at the head of the PATH, with kubectl-compass in it as an executable. */
async function installed(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'compass-kubectl-'));
  t.after(() => rm(folder, { recursive: true }));
  const program = join(folder, 'kubectl-compass');
  await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${await builtPlugin()}" "$@"\n`);
  await chmod(program, 0o755);
  const env = { PATH: [folder, process.env['PATH']].join(delimiter), HOME: folder, LANG: 'C.UTF-8' };
  return { folder, env };
}

describe('completion through kubectl', { skip: NO_KUBECTL }, () => {
  test('works once it is installed, with the words and the directive of kubectl', async (t) => {
    const { env } = await installed(t);
    await run('kubectl-compass', ['completion', 'install'], { env });
    const { stdout } = await run('kubectl', ['__complete', 'compass', 'st'], { env });
    assert.match(stdout, /^status\thow the connection to Compass stands, and what needs you\n:4\n$/);
    const flags = await run('kubectl', ['__complete', 'compass', 'status', '-o', 'js'], { env });
    assert.match(flags.stdout, /^json\njsonpath=\njsonpath-file=\njsonpath-as-json=\n:6\n$/);
    const words = await run('kubectl', ['__complete', 'compass', 'cert', '-n', 'kyma', 'sh'], { env });
    assert.match(words.stdout, /^show\t.*\n:4\n$/);
  });

  test('works through a link to the program, too, by its name', async (t) => {
    const { folder, env } = await installed(t);
    await symlink(await builtPlugin(), join(folder, 'kubectl_complete-compass'));
    const { stdout } = await run(process.execPath, [join(folder, 'kubectl_complete-compass'), 'st'], { env });
    assert.match(stdout, /^status\t.*\n:4\n$/);
  });
});

describe('the script for bash', { skip: NO_BASH }, () => {
  const line = async (t: TestContext, typed: string) => {
    const { env } = await installed(t);
    const script = [
      'source <(kubectl-compass completion bash)',
      `COMP_LINE=${JSON.stringify(typed)} COMP_POINT=${typed.length}`,
      'compopt() { :; }',
      '_kubectl_compass',
      'printf "%s\\n" "$' + '{COMPREPLY[@]}"',
    ];
    const { stdout } = await run('bash', ['--norc', '-c', script.join('\n')], { env });
    return stdout.trimEnd().split('\n');
  };

  test('offers commands, the values of flags in both spellings, and nothing for nonsense', async (t) => {
    assert.deepEqual(await line(t, 'kubectl-compass stat'), ['status']);
    assert.deepEqual(await line(t, 'kubectl-compass status --color '), ['auto', 'always', 'never']);
    assert.deepEqual(await line(t, 'kubectl-compass status --color=al'), ['always']);
    assert.deepEqual(await line(t, 'kubectl-compass nonsense '), ['']);
  });
});

test('the script for bash offers what stands behind the last colon, where bash breaks words there', {
  skip: NO_BASH,
}, async (t) => {
  const { folder, env } = await installed(t);
  const contexts = ['arn:aws:eks:eu-1:12:cluster/dev', 'arn:aws:eks:eu-1:12:cluster/prod'];
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, JSON.stringify({ contexts: contexts.map((name) => ({ name, context: {} })) }));
  const offered = async (typed: string, breaks: string) => {
    const script = [
      `COMP_WORDBREAKS=${JSON.stringify(breaks)}`,
      'source <(kubectl-compass completion bash)',
      `COMP_LINE=${JSON.stringify(typed)} COMP_POINT=${typed.length}`,
      'compopt() { :; }',
      '_kubectl_compass',
      'printf "%s\\n" "$' + '{COMPREPLY[@]}"',
    ];
    const { stdout } = await run('bash', ['--norc', '-c', script.join('\n')], {
      env: { ...env, KUBECONFIG: kubeconfig },
    });
    return stdout.trimEnd().split('\n');
  };
  const behind = ['12:cluster/dev', '12:cluster/prod'];
  assert.deepEqual(await offered('kubectl-compass status --context arn', ' =:'), contexts);
  assert.deepEqual(await offered('kubectl-compass status --context arn:aws:eks:eu-1:1', ' =:'), behind);
  assert.deepEqual(await offered('kubectl-compass status --context=arn:aws:eks:eu-1:', ' =:'), behind);
  assert.deepEqual(await offered('kubectl-compass status --context arn:aws:eks:eu-1:1', ' ='), contexts);
});

describe('completion install', () => {
  const shim = 'kubectl_complete-compass';

  test('writes beside kubectl-compass, once, and says so each time', async (t) => {
    const { folder, env } = await installed(t);
    const first = await run('kubectl-compass', ['completion', 'install'], { env });
    assert.equal(first.stdout, `${join(folder, shim)} created\n`);
    assert.match(first.stderr, /where kubectl's own completion is loaded/);
    const second = await run('kubectl-compass', ['completion', 'install'], { env });
    assert.equal(second.stdout, `${join(folder, shim)} unchanged\n`);
    assert.equal(second.stderr, '');
    const printed = await run('kubectl-compass', ['completion', 'kubectl'], { env });
    assert.equal(await readFile(join(folder, shim), 'utf8'), printed.stdout);
  });
});
