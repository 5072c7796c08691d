import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { ParsedFlags } from '../../../plugin/flags.ts';
import { readFleetOptions } from '../../../plugin/fleet/options.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { changeReport } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { DEGRADED } from '../sample-reports.ts';
import { soon, startHere } from '../start-here.ts';
import { startPlugin } from '../start-plugin.ts';
import { healthyCluster } from './clusters.ts';
import { writeFleet } from './fleet-kubeconfig.ts';

describe('with -w', () => {
  async function watched(t: TestContext) {
    const cluster = await healthyCluster(t);
    const { path } = await writeFleet(t, {
      good: { from: cluster.kubeconfigPath },
      away: { cluster: { server: 'https://127.0.0.1:1' } },
    });
    return { cluster, kubeconfigPath: path, args: ['fleet', 'status', '--all-contexts', '-w', '--interval', '500ms'] };
  }

  test('a pipe has the whole table, then the rows that change', async (t) => {
    const { cluster, kubeconfigPath, args } = await watched(t);
    const running = await startPlugin(t, args, { kubeconfigPath });
    await soon('the table is there', () => running.lines().length === 3);
    await changeReport(cluster, DEGRADED);
    await soon('the change is there', () => running.lines().length > 3);
    running.interrupt();
    await assertEnd(running, 'fleet status', 130);
    const [, good = '', away = '', changed = '', ...more] = running.lines();
    assert.match(good, /^good +✔ Healthy +/);
    assert.match(away, /^away +\? unreachable /);
    assert.match(changed, /^good +! Degraded +\S+ +\S+ +349\/350 +\S+ +2$/);
    assert.equal(good.indexOf('✔'), changed.indexOf('!'));
    assert.deepEqual(more, []);
  });

  test('a program has a document for each that changes, and a terminal one table', async (t) => {
    const { cluster, kubeconfigPath, args } = await watched(t);
    const running = startHere(t, [...args, '-o', 'json'], { kubeconfigPath });
    const terminal = { columns: 100, rows: 24 };
    const shown = startHere(t, args, { kubeconfigPath, terminal });
    await soon('both are there', () => running.lines().length === 2 && shown.stdout().includes('unreachable'));
    await changeReport(cluster, DEGRADED);
    await soon('the change is there', () => running.lines().length === 3 && shown.stdout().includes('Degraded'));
    const states = running.lines().map((line) => JSON.parse(line).state);
    assert.deepEqual(states, ['Healthy', 'Unreachable', 'Degraded']);
    assert.match(shown.stdout(), /watching 2 connections · \d\d:\d\d:\d\d · \^C stops/);
    shown.interrupt();
    assert.equal(await shown.done, 130);
  });

  test('asks no cluster without a pause, and says so', () => {
    const reading = (interval: string) =>
      readFleetOptions(new ParsedFlags({ 'all-contexts': true, watch: true, interval: [interval] })).intervalMs;
    assert.equal(reading('500ms'), 500);
    for (const interval of ['0s', '499ms']) {
      const message = `--interval is "${interval}", and must be 500ms or more`;
      assert.throws(() => reading(interval), { reason: 'Usage', message });
    }
  });

  test('prints what can go on only', async (t) => {
    const { kubeconfigPath, args } = await watched(t);
    assertExit(await runHere([...args, '-o', 'yaml'], { KUBECONFIG: kubeconfigPath }), 'fleet status', 2);
    const interval = ['fleet', 'status', '--all-contexts', '--interval', '1s'];
    assertExit(await runHere(interval, { KUBECONFIG: kubeconfigPath }), 'fleet status', 2);
  });
});
