import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isRunning } from '../../cluster/is-running.ts';
import { until } from '../../cluster/until.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { runPlugin } from '../run-plugin.ts';
import { startPlugin } from '../start-plugin.ts';
import { healthyCluster, rowsOf } from './clusters.ts';
import { hangingPlugin, writeFleet } from './fleet-kubeconfig.ts';

async function pidsIn(path: string): Promise<readonly number[]> {
  return (await readFile(path, 'utf8')).trim().split(' ').map(Number);
}

describe('a credential plugin that hangs', () => {
  test('costs its own context the time, and nobody else any; it ends with all that it started', async (t) => {
    const cluster = await healthyCluster(t);
    const { path, folder } = await writeFleet(t, { good: { from: cluster.kubeconfigPath } });
    const pids = join(folder, 'pids');
    const both = await writeFleet(t, {
      stuck: { from: cluster.kubeconfigPath, user: hangingPlugin(pids) },
      good: { from: cluster.kubeconfigPath },
    });
    assert.notEqual(path, both.path);
    const args = ['fleet', 'status', '--all-contexts', '--concurrency', '2', '--timeout-per-cluster', '6s'];
    const run = await runPlugin(args, { KUBECONFIG: both.path });
    assertExit(run, 'fleet status', 4);
    const [, stuck = '', good = ''] = rowsOf(run.stdout);
    assert.match(
      stuck,
      /^stuck +\? unreachable \(no answer within 6s: the credential plugin sh failed: it gave no cred/,
    );
    assert.match(good, /^good +✔ Healthy/);
    assert.match(run.stderr, /^stuck: open a browser to log in$/m);
    for (const pid of await pidsIn(pids)) await until('it is gone', () => Promise.resolve(!isRunning(pid)));
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`ends with ${signal}, and all that it started`, async (t) => {
      const { path: kubeconfigPath, folder } = await writeFleet(t, {});
      const pids = join(folder, 'pids');
      const stuck = await writeFleet(t, {
        stuck: { cluster: { server: 'https://127.0.0.1:1' }, user: hangingPlugin(pids) },
      });
      assert.notEqual(stuck.path, kubeconfigPath);
      const args = ['fleet', 'status', '--all-contexts', '--timeout-per-cluster=0'];
      const running = await startPlugin(t, args, { kubeconfigPath: stuck.path });
      await until('it is asked', () => Promise.resolve(running.stderr().includes('open a browser')));
      const started = await pidsIn(pids);
      running.interrupt(signal);
      await assertEnd(running, 'fleet status', code);
      assert.equal(running.stdout(), '');
      for (const pid of started) await until('it is gone', () => Promise.resolve(!isRunning(pid)));
    });
  }
});
