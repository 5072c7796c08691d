import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../cluster/until.ts';

const MAIN = fileURLToPath(new URL('../demo/main.ts', import.meta.url));

interface Demo {
  readonly child: ChildProcess;
  /** Where it keeps its files. */
  readonly folder: string;
  readonly output: () => string;
  readonly exited: Promise<unknown>;
}

async function startDemo(t: TestContext, args: readonly string[]): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-test-demo-'));
  const env = { ...process.env, TMPDIR: folder, NO_COLOR: '1', LC_ALL: 'C.UTF-8', APP_KEY_SIZE: '2048' };
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'close');
  t.after(async () => {
    child.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true });
  });
  return { child, folder, output: () => output, exited };
}

const TITLES = [
  '1. The cluster pairs with Compass',
  '2. Its Applications appear',
  '3. What the plugin says about it',
  '4. Applications change in Compass',
  '5. The certificate is renewed',
  '6. The cluster reconnects with a new token',
];

/** The titles of the numbered steps in which something was confirmed. */
function confirmedSteps(output: string): string[] {
  const chapters = output.split(/^(?=\d\. )/m).slice(1);
  const confirmed = chapters.filter((chapter) => /^ +[\d.]+s {2}✔ /m.test(chapter));
  return confirmed.map((chapter) => chapter.split('\n')[0] ?? '');
}

test('the demo pairs, synchronizes, renews and reconnects, and ends with 0', async (t) => {
  const { child, folder, output, exited } = await startDemo(t, ['--once']);
  await exited;
  assert.equal(child.exitCode, 0, output());
  assert.deepEqual(confirmedSteps(output()), TITLES);
  assert.deepEqual(await readdir(folder), [], 'files were left behind');
  // What the plugin prints into a pipe is not cut: its first line names the tenant as well.
  const tooWide = output()
    .split('\n')
    .filter((line) => line.length > 80 && !line.includes('  (k8s: embedded)  tenant '));
  assert.deepEqual(tooWide, []);
  assert.ok(!output().includes('\u001b'), 'there is colour in a pipe');
});

test('the demo stays up, and SIGINT ends it and its sidecar with 0', async (t) => {
  const { child, folder, output, exited } = await startDemo(t, []);
  await until('the demo says how to look around', () => Promise.resolve(output().includes('Ctrl-C stops')), 80_000);
  const sidecarPid = Number(/pid (\d+)/.exec(output())?.[1]);
  assert.match(output(), /^ +export KUBECONFIG=\S+$/m);
  child.kill('SIGINT');
  await exited;
  assert.equal(child.exitCode, 0, output());
  assert.throws(() => process.kill(sidecarPid, 0), { code: 'ESRCH' });
  assert.deepEqual(await readdir(folder), [], 'files were left behind');
});

test('a demo that nobody reads any more stops its sidecar, and leaves nothing behind', async (t) => {
  const { child, folder, output, exited } = await startDemo(t, []);
  await until('the sidecar runs', () => Promise.resolve(/pid \d+/.test(output())), 80_000);
  const sidecarPid = Number(/pid (\d+)/.exec(output())?.[1]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  await exited;
  assert.throws(() => process.kill(sidecarPid, 0), { code: 'ESRCH' });
  assert.deepEqual(await readdir(folder), [], 'files were left behind');
});
