import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { runHere } from '../run-plugin.ts';
import { namesOf, withLandscape } from './scene.ts';

describe('what get is asked for', () => {
  test('filters apply in every format', async (t) => {
    const { run } = await withLandscape(t);
    assert.deepEqual(namesOf((await run('apps --status-selector ready=false --no-headers')).stdout), [
      'stock',
      'SAP S/4 (Prod)',
    ]);
    assert.deepEqual(
      namesOf((await run('apps --status-selector reason!=ObjectTooLarge,ready=False')).stdout).slice(1),
      ['SAP S/4 (Prod)'],
    );
    for (const filter of [
      '-l team=blue',
      '--field-selector metadata.name=orders',
      '--status-selector ready=true,reason=',
    ]) {
      const { stdout } = await run(`apps ${filter} -o name`);
      assert.equal(stdout, 'application.applicationconnector.kyma-project.io/orders\n', filter);
      const list = JSON.parse((await run(`apps ${filter} -o json`)).stdout);
      assert.deepEqual([list.kind, list.items.length, list.items[0].metadata.name], ['List', 1, 'orders'], filter);
      assert.deepEqual(parse((await run(`apps ${filter} -o yaml`)).stdout), list);
      assert.equal((await run(`apps ${filter} -o jsonpath={.items[*].metadata.name}`)).stdout, 'orders');
      assert.equal((await run(`apps ${filter} -o custom-columns=N:.metadata.name`)).stdout, 'N\norders\n');
    }
  });

  test('one that is named is found by any form of the name; one that is not there exits with 3 in every format', async (t) => {
    const { run, cluster } = await withLandscape(t);
    for (const form of ['app orders', 'application/orders', 'apps/orders', 'applications orders']) {
      assert.deepEqual(namesOf((await run(form)).stdout), ['NAME', 'orders'], form);
    }
    assert.deepEqual(namesOf((await run('apps stock orders --no-headers')).stdout), ['stock', 'orders']);
    for (const format of ['', ' -o wide', ' -o name', ' -o json', ' -o yaml', ' -o jsonpath={.kind}']) {
      const { code, stderr } = await run(`app nope${format}`);
      assert.equal(code, 3, format);
      assert.match(stderr, /^error: there is no Application nope$/m);
    }
    const named = await runHere(['get', 'app', 'SAP S/4 (Prod)'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.deepEqual([named.code, namesOf(named.stdout)], [0, ['NAME', 'SAP S/4 (Prod)']]);
    const without = await runHere(['get', 'app', 'SAP S/4 (Prod)', '-o', 'json'], {
      KUBECONFIG: cluster.kubeconfigPath,
    });
    assert.deepEqual([without.code, JSON.parse(without.stdout).error.reason], [3, 'ClusterNotFound']);
    const failure = JSON.parse((await run('app nope -o json')).stdout);
    assert.deepEqual([failure.verdict.exitCode, failure.error.reason], [3, 'ClusterNotFound']);
  });

  test('may be missing with --ignore-not-found, as in kubectl, in every format', async (t) => {
    const { run } = await withLandscape(t);
    for (const format of ['', ' -o wide', ' -o name', ' -o json', ' -o yaml']) {
      assert.deepEqual(await run(`app nope --ignore-not-found${format}`), { code: 0, stdout: '', stderr: '' }, format);
    }
    const one = await run('apps nope orders --ignore-not-found --no-headers');
    assert.deepEqual([one.code, namesOf(one.stdout)], [0, ['orders']]);
  });

  test("takes kubectl's own flags for what they mean, and refuses what it cannot do", async (t) => {
    const { run } = await withLandscape(t);
    // But for ages, which go on from one run to the next.
    const listed = async (args: string) => {
      const { code, stdout, stderr } = await run(args);
      return [code, stdout.replace(/ +\d+s\b/g, ' 1s'), stderr];
    };
    const all = await listed('apps -A --no-headers');
    assert.match(String(all[1]), /orders/);
    assert.deepEqual(await listed('apps --all-namespaces --no-headers'), all);
    assert.deepEqual(
      await listed('apps -A --no-headers --chunk-size=50 --allow-missing-template-keys --kuberc x'),
      all,
    );
    const [kind] = namesOf((await run('app orders --show-kind --no-headers')).stdout);
    assert.equal(kind, 'application.applicationconnector.kyma-project.io/orders');
    for (const flag of ['--show-managed-fields', '--allow-missing-template-keys=false']) {
      const { code, stderr } = await run(`apps ${flag}`);
      assert.equal(code, 2, flag);
      assert.match(stderr, /managedFields are not shown here: kubectl get|what a template names and is not there/);
    }
  });

  test("are this connection's only, unless --all are asked for", async (t) => {
    const { run } = await withLandscape(t);
    const { code, stderr } = await run('app theirs');
    assert.equal(code, 3);
    assert.match(stderr, /but there is of another: --all shows it/);
    assert.match((await run('app theirs --all')).stdout, /^theirs +- /m);
    assert.deepEqual(namesOf((await run('apps --all --no-headers')).stdout), [
      'by-hand',
      'leaving',
      'orders',
      'stock',
      'theirs',
      'SAP S/4 (Prod)',
    ]);
  });

  test('sort by a path, show labels, and say when there is none', async (t) => {
    const { run } = await withLandscape(t);
    const sorted = await run('apps --sort-by {.spec.compassMetadata.applicationId} --show-labels -L team');
    assert.deepEqual(namesOf(sorted.stdout), ['NAME', 'leaving', 'orders', 'stock', 'SAP S/4 (Prod)']);
    assert.match(sorted.stdout, /REASON +TEAM +LABELS$/m);
    assert.match(sorted.stdout, /^orders .* blue +applicationconnector[^ ]*,team=blue$/m);
    const none = await run('apps -l team=red');
    assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no apps found\n']);
  });

  test('a wrong type, selector or path is wrong usage', async (t) => {
    const { run } = await withLandscape(t);
    for (const args of [
      'frobs',
      'apps -l a=b=c',
      'apps --status-selector state=bad',
      'apps --status-selector ready=maybe',
      'apps --sort-by .nope',
      'app/orders api/prices',
      'apps orders -l a=b',
      'apps -o jsonpath={.a',
      'apps -o custom-columns=A',
    ]) {
      assert.equal((await run(args)).code, 2, args);
    }
  });
});
