import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isRunning } from '../is-running.ts';
import { until } from '../until.ts';
import { findBinaries } from './binaries.ts';
import { Supervised } from './supervised.ts';

function pidIn(file: string): Promise<number> {
  return until('the program runs', async () => Number(await readFile(file, 'utf8')) || undefined);
}

const SLEEP = ['-c', 'echo $$ > "$0"; exec sleep 1000'];

test('a program ends when it is stopped, and takes its folder with it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-supervised-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [pidFile, log, data] = [join(folder, 'pid'), join(folder, 'log'), await mkdtemp(join(folder, 'data-'))];
  const program = new Supervised('sh', [...SLEEP, pidFile], log, data);
  const pid = await pidIn(pidFile);
  assert.equal(isRunning(pid), true);
  await program.stop();
  assert.equal(isRunning(pid), false);
  await assert.rejects(readFile(data), { code: 'ENOENT' });
});

test('a program ends when the process that started it is killed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-supervised-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [pidFile, log, script] = [join(folder, 'pid'), join(folder, 'log'), join(folder, 'starter.ts')];
  const supervised = new URL('supervised.ts', import.meta.url).href;
  const args = JSON.stringify(['sh', [...SLEEP, pidFile], log]);
  await writeFile(
    script,
    `import { Supervised } from ${JSON.stringify(supervised)};\nnew Supervised(...${args});\nsetInterval(() => {}, 1000);\n`,
  );
  const starter = spawn(process.execPath, [script], { stdio: 'inherit' });
  const pid = await pidIn(pidFile);
  const exited = once(starter, 'exit');
  starter.kill('SIGKILL');
  await exited;
  await until('the program is gone', () => Promise.resolve(!isRunning(pid)));
});

test('a program that ended is told with the end of its log', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-supervised-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const program = new Supervised('sh', ['-c', 'echo cannot bind >&2; exit 3'], join(folder, 'log'));
  await until('it has ended', () => Promise.resolve(program.hasEnded()));
  assert.throws(() => program.assertRuns(), /sh ended with 3:\s+cannot bind/);
});

test('without the programs of a control plane it says which variable names them', () => {
  assert.throws(
    () => findBinaries(''),
    /needs KUBEBUILDER_ASSETS, a folder with etcd and kube-apiserver.*it is not set/,
  );
  assert.throws(() => findBinaries('/nowhere'), /it is \/nowhere/);
});
