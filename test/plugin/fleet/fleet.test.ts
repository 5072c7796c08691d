import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { ParsedFlags } from '../../../plugin/flags.ts';
import { readFleetOptions } from '../../../plugin/fleet/options.ts';
import { FLEET_MEMBER_SCHEMA, FLEET_REPORT_SCHEMA } from '../../../plugin/schemas/fleet-report.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { changeReport, putConnection, putReport } from '../put-report.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { DEGRADED, EXPIRED, HEALTHY } from '../sample-reports.ts';
import { soon, startHere } from '../start-here.ts';
import { startPlugin } from '../start-plugin.ts';
import { failingPlugin, hangingPlugin, writeFleet } from './fleet-kubeconfig.ts';

/** A port where somebody takes calls and never answers. */
async function silentPort(t: TestContext): Promise<number> {
  const server: Server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  return address.port;
}

async function healthyCluster(t: TestContext) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'Synchronized');
  await putReport(cluster, HEALTHY);
  return cluster;
}

/** Two connections, of which none is well. */
async function troubledCluster(t: TestContext) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'ResourceApplicationFailed');
  await putConnection(cluster, 'ConnectionFailed', 'second');
  await putReport(cluster, DEGRADED);
  await putReport(cluster, { ...EXPIRED, connection: 'second' }, 'elsewhere');
  return cluster;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pidsIn(path: string): Promise<readonly number[]> {
  return (await readFile(path, 'utf8')).trim().split(' ').map(Number);
}

/** Rows by their first cells. */
function rowsOf(table: string): readonly string[] {
  return table.trimEnd().split('\n');
}

test('one table shows every connection of every context, in the order given, and who gave no answer says why', async (t) => {
  const [healthy, troubled, empty] = [
    await healthyCluster(t),
    await troubledCluster(t),
    await startTestCluster(t, { target: 'embedded' }),
  ];
  const nobody = await healthy.as({ name: 'nobody', groups: [] });
  const { path } = await writeFleet(t, {
    staging: { from: troubled.kubeconfigPath },
    'dev-7': { cluster: { server: 'https://127.0.0.1:1' } },
    broken: { misnamed: true },
    locked: { from: healthy.kubeconfigPath, user: failingPlugin() },
    stranger: { from: nobody.kubeconfigPath },
    empty: { from: empty.kubeconfigPath },
    'prod-us': { from: healthy.kubeconfigPath },
  });
  const env = { KUBECONFIG: path };
  const run = await runPlugin(['fleet', 'status', '--all-contexts'], env);
  assertExit(run, 'fleet status', 1);
  const rows = rowsOf(run.stdout);
  assert.match(rows[0] ?? '', /^CONTEXT +CONNECTION +STATE +CERT LEFT +SURVIVES +APPS +LAST SYNC +FINDINGS$/);
  const expected = [
    /^staging +compass-connection +! Degraded +\d+h\/24h +\d+h +349\/350 +\d+s +2$/,
    /^staging +second +✗ Disconnected +expired +- +412 kept +\d+s +1$/,
    /^dev-7 +\? unreachable \(.*127\.0\.0\.1:1: connection refused.*\)$/,
    /^broken +\? misconfigured \(the kubeconfig has no cluster "nowhere"\)$/,
    /^locked +\? login failed \(the credential plugin sh failed: your login has expired\)$/,
    /^stranger +\? not permitted \(cannot list compassconnections\S+: not permitted, .*\)$/,
    /^empty +- not installed$/,
    /^prod-us +compass-connection +✔ Healthy +\d+h\/24h +\d+h +412\/412 +\d+s$/,
  ];
  assert.equal(rows.length, expected.length + 1, run.stdout);
  for (const [at, row] of expected.entries()) assert.match(rows[at + 1] ?? '', row);
  assert.match(run.stderr, /locked: your login has expired\n/);
  assert.match(run.stderr, /2 not healthy; the first: kubectl compass status compass-connection --context staging\n/);

  const swapped = await runHere(['fleet', 'status', '--contexts', 'prod-us, empty', '--contexts=staging'], env);
  assert.deepEqual(
    rowsOf(swapped.stdout).map((row) => row.split(' ')[0]),
    ['CONTEXT', 'prod-us', 'empty', 'staging', 'staging'],
  );
  const document = JSON.parse((await runHere(['fleet', 'status', '--all-contexts', '-o', 'json'], env)).stdout);
  assert.deepEqual(conform(FLEET_REPORT_SCHEMA, document), document);
  const counts = { contexts: 7, connections: 3, healthy: 1, unhealthy: 2, unreachable: 4, notInstalled: 1 };
  assert.deepEqual([document.verdict, document.counts], [{ status: 'Unhealthy', exitCode: 1 }, counts]);
  assert.deepEqual(document.remediation[0].command, [
    ...['kubectl', 'compass', 'status', 'compass-connection', '--context', 'staging'],
  ]);
  assert.deepEqual(
    document.items.map(({ context, state }: { context: string; state: string }) => [context, state]),
    [
      ['staging', 'Degraded'],
      ['staging', 'Disconnected'],
      ['dev-7', 'Unreachable'],
      ['broken', 'Misconfigured'],
      ['locked', 'LoginFailed'],
      ['stranger', 'NotPermitted'],
      ['empty', 'NotInstalled'],
      ['prod-us', 'Healthy'],
    ],
  );
});

test('who is unhealthy comes before who gave no answer, and that before nothing installed, in the exit code', async (t) => {
  const [healthy, empty] = [await healthyCluster(t), await startTestCluster(t)];
  const { path } = await writeFleet(t, {
    good: { from: healthy.kubeconfigPath },
    empty: { from: empty.kubeconfigPath },
    away: { cluster: { server: 'https://127.0.0.1:1' } },
  });
  const run = (contexts: string) => runHere(['fleet', 'status', '--contexts', contexts], { KUBECONFIG: path });
  assertExit(await run('good'), 'fleet status', 0);
  assertExit(await run('good,empty'), 'fleet status', 0);
  assertExit(await run('good,away,empty'), 'fleet status', 4);
  assertExit(await run('empty,away'), 'fleet status', 4);
  assertExit(await run('empty'), 'fleet status', 3);
  await putReport(empty, EXPIRED);
  assertExit(await run('good,away,empty'), 'fleet status', 1);
});

test('a server that takes the call and never answers costs the limit for one cluster, and no more', async (t) => {
  const server = `https://127.0.0.1:${await silentPort(t)}`;
  const { path } = await writeFleet(t, { slow: { cluster: { server } }, slower: { cluster: { server } } });
  const args = ['fleet', 'status', '--all-contexts', '--no-headers', '--timeout-per-cluster', '300ms'];
  const run = await runHere(args, { KUBECONFIG: path });
  assertExit(run, 'fleet status', 4);
  assert.match(
    run.stdout,
    /^slow +\? unreachable \(no answer within 300ms\)\nslower +\? unreachable \(no answer within 300ms\)\n$/,
  );
});

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

describe('the output for programs', () => {
  test('is a document a line with -o ndjson, in the order given', async (t) => {
    const cluster = await healthyCluster(t);
    const { path } = await writeFleet(t, {
      away: { cluster: { server: 'https://127.0.0.1:1' } },
      good: { from: cluster.kubeconfigPath },
    });
    const run = await runPlugin(['fleet', 'status', '--all-contexts', '-o', 'ndjson'], { KUBECONFIG: path });
    assertExit(run, 'fleet status', 4);
    const documents = rowsOf(run.stdout).map((line) => JSON.parse(line));
    for (const document of documents) assert.deepEqual(conform(FLEET_MEMBER_SCHEMA, document), document);
    assert.deepEqual(
      documents.map(({ context, state, verdict }) => [context, state, verdict.exitCode]),
      [
        ['away', 'Unreachable', 4],
        ['good', 'Healthy', 0],
      ],
    );
    assert.equal(documents[0].error.reason, 'ClusterUnreachable');
    assert.equal(documents[1].sync.inSync, 412);
  });

  test('has wide columns, custom ones, and none of their heads where they are not wanted', async (t) => {
    const cluster = await healthyCluster(t);
    const { path } = await writeFleet(t, { good: { from: cluster.kubeconfigPath } });
    const run = (...args: string[]) => runHere(['fleet', 'status', '--all-contexts', ...args], { KUBECONFIG: path });
    const [head = '', row = ''] = rowsOf((await run('-o', 'wide')).stdout);
    assert.match(head, /FINDINGS +RENEWS +RUNTIME +NAMESPACE +VERSION +REASON$/);
    assert.match(row, /^good +compass-connection +✔ Healthy .* in \d+h\S* +1ae04041 +compass-system +\S+$/);
    assert.match((await run('--no-headers')).stdout, /^good +✔ Healthy .*\n$/);
    assert.match((await run('--no-headers', '--ascii')).stdout, /^good +\[ok\] +Healthy .*\n$/);
    const columns = await run('-o', 'custom-columns=C:.context,LEFT:.identity.remainingSeconds');
    assert.match(columns.stdout, /^C +LEFT\ngood +\d+\n$/);
  });
});

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

describe('which contexts', () => {
  test('may stand in a file, one a line, or come from stdin', async (t) => {
    const { path, folder } = await writeFleet(t, {
      a: { cluster: { server: 'https://127.0.0.1:1' } },
      b: { cluster: { server: 'https://127.0.0.1:1' } },
    });
    const list = join(folder, 'list');
    await writeFile(list, '# ours\nb\n\na\nb\n');
    const args = ['fleet', 'status', '--no-headers', '--contexts-file'];
    const contextsOf = ({ stdout }: { stdout: string }) => rowsOf(stdout).map((row) => row.split(' ')[0]);
    assert.deepEqual(contextsOf(await runHere([...args, list], { KUBECONFIG: path })), ['b', 'a']);
    assert.deepEqual(contextsOf(await runHere([...args, '-'], { KUBECONFIG: path }, 'a\n')), ['a']);
  });

  test('must be said, and be known; a flag for one cluster is refused before anybody is asked', async (t) => {
    const { path } = await writeFleet(t, { 'prod-eu': { cluster: { server: 'https://127.0.0.1:1' } } });
    for (const [args, said] of [
      ['', /say which contexts: --contexts A,B, --all-contexts or --contexts-file FILE/],
      ['--contexts prod-eu --all-contexts', /--contexts and --all-contexts exclude each other/],
      ['--contexts prod-ue,none', /no context "prod-ue" \(did you mean prod-eu\?\), "none"\n/],
      ['--contexts ,', /--contexts names no context/],
      ['--contexts-file /nowhere/x', /the contexts' file \/nowhere\/x cannot be read/],
      ['--all-contexts --context prod-eu', /--context is about one cluster, and a fleet has several: say --contexts/],
      ['--all-contexts --token x', /--token is about one cluster/],
      ['--all-contexts --insecure-skip-tls-verify', /--insecure-skip-tls-verify is about one cluster/],
      ['--all-contexts --concurrency 0', /--concurrency is "0", and must be a number from 1/],
      ['--all-contexts --timeout-per-cluster soon', /--timeout-per-cluster is "soon", and must be a duration/],
      ['--all-contexts --as-group g', /--as-group and --as-uid need --as/],
    ] as const) {
      const words = args.split(' ').filter((word) => word !== '');
      const run = await runHere(['fleet', 'status', ...words], { KUBECONFIG: path });
      assertExit(run, 'fleet status', 2);
      assert.match(run.stderr, said);
      assert.equal(run.stdout, '');
    }
  });
});

test('impersonation holds for all of them', async (t) => {
  const cluster = await healthyCluster(t);
  const { path } = await writeFleet(t, { good: { from: cluster.kubeconfigPath } });
  const args = ['fleet', 'status', '--all-contexts', '--no-headers'];
  const nobody = await runHere([...args, '--as', 'nobody'], { KUBECONFIG: path });
  assertExit(nobody, 'fleet status', 4);
  assert.match(nobody.stdout, /^good +\? not permitted /);
  const admin = await runHere([...args, '--as', 'somebody', '--as-group', 'system:masters'], { KUBECONFIG: path });
  assertExit(admin, 'fleet status', 0);
});
