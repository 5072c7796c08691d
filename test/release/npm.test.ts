import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { findArtefact } from './artefacts.ts';

const run = promisify(execFile);
const VERSION = /^Client: +v\d+\.\d+\.\d+$/m;

const prefix = mkdtempSync(join(tmpdir(), 'compass-npm-install-'));
after(() => rmSync(prefix, { recursive: true }));

/** Of a user who has npm's global programs, kubectl and this Node on the PATH, and no cluster. */
const env = {
  HOME: prefix,
  KUBECONFIG: join(prefix, 'no-kubeconfig'),
  PATH: [join(prefix, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter),
};

const hasKubectl = (() => {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const skip = hasKubectl ? false : 'there is no kubectl on the PATH';

before(async () => {
  const archive = findArtefact('npm/kubectl-compass-*.tgz');
  const quiet = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', '--global', '--prefix', prefix, ...quiet, archive], { env });
});

test('the package that npm installed runs by its own name', async () => {
  const { stdout } = await run('kubectl-compass', ['version', '--client'], { env });
  assert.match(stdout, VERSION);
});

test('kubectl finds the installed package as its plugin', { skip }, async () => {
  const { stdout } = await run('kubectl', ['compass', 'version', '--client'], { env });
  assert.match(stdout, VERSION);
  const list = await run('kubectl', ['plugin', 'list'], { env });
  assert.match(list.stdout, new RegExp(`^${join(prefix, 'bin', 'kubectl-compass')}$`, 'm'));
});

test('kubectl completes the words after `kubectl compass` by the installed package', { skip }, async () => {
  const commands = await run('kubectl', ['__complete', 'compass', ''], { env });
  assert.match(commands.stdout, /^status\t.+$/m);
  const narrowed = await run('kubectl', ['__complete', 'compass', 'expl'], { env });
  assert.match(narrowed.stdout, /^explain\t.+\n:4\n$/);
});
