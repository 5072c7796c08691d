import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { APPLICATION } from '#common/resources/application.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { changeReport } from '../put-report.ts';
import { soon, startHere } from '../start-here.ts';
import { application, putLandscape, REPORT } from './landscape.ts';

async function watching(t: TestContext, args: string) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putLandscape(cluster);
  const run = startHere(t, ['get', ...args.split(' ')], { kubeconfigPath: cluster.kubeconfigPath });
  return { cluster, run };
}

describe('get -w', () => {
  test('prints the list, then a line for what comes, changes and goes, below the same heads', async (t) => {
    const { cluster, run } = await watching(t, 'apps -w');
    await soon('the list is there', () => run.lines().length === 5);
    const head = run.lines()[0] ?? '';
    await cluster.cluster.create(APPLICATION, application('prices', 'id-prices'));
    await soon('a line of the new one', () => run.lines().length === 6);
    assert.match(run.lines()[5] ?? '', /^prices +True +2 /);
    assert.equal((run.lines()[5] ?? '').indexOf('True'), head.indexOf('READY'));
    await changeReport(cluster, { ...REPORT, failures: [], held: { id: 'p', count: 0, names: [] } });
    await soon('lines of what the report says now', () => run.lines().length === 9);
    const changed = run
      .lines()
      .slice(6)
      .map((line) => line.split(/ +/).slice(0, 2).join(' '));
    assert.deepEqual(changed.toSorted(), ['SAP S/4', 'leaving True', 'stock True']);
    await cluster.cluster.delete({ kind: APPLICATION, name: 'prices' });
    await soon('a line of what is gone', () => run.lines().length === 10);
    assert.match(run.lines()[9] ?? '', /^prices /);
    run.interrupt();
    assert.equal(await run.done, 130);
  });

  test('--watch-only leaves out what there is, and begins with what comes', async (t) => {
    const { cluster, run } = await watching(t, 'apps --watch-only -o name');
    const names = () => run.lines().map((line) => line.split('/')[1]);
    // The first look is silent: what comes may fall into it, and is made until it is seen.
    let made = 0;
    await until('what comes', async () => {
      if (run.lines().length > 0) return true;
      const name = `new-${made++}`;
      await cluster.cluster.create(APPLICATION, application(name, `id-${name}`));
      return false;
    });
    assert.ok(
      names().every((name) => name?.startsWith('new-')),
      run.stdout(),
    );
  });

  test('-o json is one document a line, and with events what happened to it', async (t) => {
    const { cluster, run } = await watching(t, 'apis -w -o json --output-watch-events --status-selector ready=true');
    await soon('the list is there', () => run.lines().length === 4);
    await cluster.cluster.delete({ kind: APPLICATION, name: 'orders' });
    await soon('what is gone', () => run.lines().length === 6);
    const events = run.lines().map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ type, object }) => `${type} ${object.kind} ${object.application}`),
      [
        'ADDED Api leaving',
        'ADDED Api leaving',
        'ADDED Api orders',
        'ADDED Api orders',
        'DELETED Api orders',
        'DELETED Api orders',
      ],
    );
  });

  test('ends when nobody reads it any more, and at once where there is nothing of the name', async (t) => {
    const { run, cluster } = await watching(t, 'apps -w -o custom-columns=N:.metadata.name');
    await soon('the list is there', () => run.lines().length === 4);
    run.closeStdout();
    assert.equal(await run.done, 0);
    const missing = startHere(t, ['get', 'app', 'nope', '-w'], { kubeconfigPath: cluster.kubeconfigPath });
    assert.equal(await missing.done, 3);
  });
});
