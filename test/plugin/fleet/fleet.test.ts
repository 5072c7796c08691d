import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { FLEET_REPORT_SCHEMA } from '../../../plugin/schemas/fleet-report.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { assertExit } from '../assert-exit.ts';
import { putReport } from '../put-report.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { EXPIRED } from '../sample-reports.ts';
import { healthyCluster, rowsOf, silentPort, troubledCluster } from './clusters.ts';
import { failingPlugin, writeFleet } from './fleet-kubeconfig.ts';

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
