import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type KubeObject, NAMESPACE, POD } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import type { CollectorEntry } from '../../../plugin/bundle/manifest.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { putConnection, putReport } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';
import { soon, startHere } from '../start-here.ts';
import { archiveFiles, archiveText } from './archive-files.ts';

/** What asks a sidecar, which is none, and what goes the way to Compass, which is not there. */
const QUIET = ['--no-checks', '--no-diff'];

async function tempFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-report-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'report.tar.gz');
}

async function installed(t: TestContext): Promise<TestCluster> {
  const cluster = await startTestCluster(t, { crds: 'ours' });
  await putReport(cluster, HEALTHY);
  await putConnection(cluster, 'Synchronized');
  return cluster;
}

async function putPod({ cluster }: TestCluster, name = 'compass-sidecar-7c9f-x2x'): Promise<void> {
  const spec = { automountServiceAccountToken: false, containers: [{ name: 'sidecar', image: 'a' }] };
  const metadata = { name, namespace: 'compass-system', labels: SIDECAR_LABELS };
  const status = {
    phase: 'Running',
    containerStatuses: [{ name: 'sidecar', restartCount: 1, image: 'a', imageID: '', ready: true }],
  };
  await cluster.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec } as Parameters<typeof cluster.create>[1]);
  await cluster.mergePatch({ kind: POD, ...metadata }, { status }, { subresource: 'status' });
}

async function manifestIn(file: string): Promise<Map<string, CollectorEntry>> {
  const { collectors } = JSON.parse((await archiveFiles(file)).get('manifest.json') ?? '');
  return new Map(collectors.map((entry: CollectorEntry) => [entry.name, entry]));
}

test('report names what may not be read, and by which command to ask for it; the rest is in the archive', async (t) => {
  const cluster = await installed(t);
  const viewer = await somebodyWith(cluster, [
    may('get list', 'compass.kyma-project.io/compassconnections', 'applicationconnector.kyma-project.io/applications'),
    may('get list', 'configmaps', 'pods'),
    may('get list', 'apps/deployments'),
  ]);
  const file = await tempFile(t);
  const run = await runHere(['report', '-f', file, ...QUIET], { KUBECONFIG: viewer });
  assertExit(run, 'report', 1);
  assert.match(run.stderr, /secrets .*secrets "?.*is forbidden/s);
  const manifest = await manifestIn(file);
  const status = [...manifest].map(([name, entry]) => `${name}: ${entry.status}`);
  assert.deepEqual(status, [
    'secrets: failed',
    'checks: off',
    'diff: off',
    'resources: partial',
    'rbac: failed',
    'applications: ok',
    'events: failed',
    'logs: ok',
    'metrics: ok',
    'versions: ok',
    'replay: ok',
  ]);
  const [problem] = manifest.get('events')?.problems ?? [];
  assert.equal(problem?.reason, 'ClusterForbidden');
  assert.equal(problem?.remediation?.[0]?.text, 'kubectl auth can-i list events -n default');
  // What was not permitted then is not permitted in the replay, and not missing.
  const replayed = await runHere(['check', '--from-bundle', file, '-o', 'json', '--no-agent']);
  assert.match(replayed.stdout, /not permitted/);
  const live = await runHere(['status', '-o', 'json'], { KUBECONFIG: viewer });
  const then = await runHere(['status', '--from-bundle', file, '-o', 'json']);
  assert.deepEqual(JSON.parse(then.stdout).notPermitted, JSON.parse(live.stdout).notPermitted);
});

test('report without its parts reads none of them, and says that they were left out', async (t) => {
  const cluster = await installed(t);
  const file = await tempFile(t);
  const parts = [
    'secrets',
    'checks',
    'diff',
    'resources',
    'rbac',
    'applications',
    'events',
    'logs',
    'metrics',
    'versions',
  ];
  const flags = parts.map((name) => `--no-${name}`);
  const run = await runHere(['report', '-f', file, '-o', 'json', ...flags], { KUBECONFIG: cluster.kubeconfigPath });
  assertExit(run, 'report', 0);
  const files = [...(await archiveFiles(file)).keys()];
  assert.deepEqual(files, [
    'report.json',
    'replay.json',
    'documents/status.json',
    'documents/check.json',
    'manifest.json',
  ]);
  const { withheld } = JSON.parse(run.stdout);
  const why = new Map(withheld.map((one: { what: string; why: string }) => [one.what, one.why]));
  for (const name of parts) assert.equal(why.get(name), `--no-${name}`);
  const diff = await runHere(['diff', '--from-bundle', file]);
  assertExit(diff, 'diff', 3);
  assert.match(diff.stderr, /no plan was asked for when the archive was made/);
});

test('the metrics of a sidecar that runs are collected through the API server', async (t) => {
  const cluster = await installed(t);
  await putPod(cluster);
  const server = createServer((_request, response) => response.end('# TYPE up gauge\nup{url="https://u:p@h"} 1\n'));
  t.after(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  cluster.embedded?.ports.open('compass-system', 'compass-sidecar-7c9f-x2x', new Map([[8090, port]]));
  const file = await tempFile(t);
  const run = await runHere(['report', '-f', file, '--no-logs', ...QUIET], { KUBECONFIG: cluster.kubeconfigPath });
  // A genuine API server has no node that would run the Pod.
  assertExit(run, 'report', cluster.embedded ? 0 : 1);
  if (!cluster.embedded) return;
  const text = (await archiveFiles(file)).get('metrics/compass-sidecar-7c9f-x2x.txt');
  assert.equal(text, '# TYPE up gauge\nup{url="https://[withheld]@h"} 1\n');
});

test('logs are collected as they are now and as they were before, and what no kubelet answers is said', async (t) => {
  const cluster = await installed(t);
  await putPod(cluster);
  const { logs } = cluster.embedded ?? {};
  logs?.write('compass-sidecar-7c9f-x2x', 'sidecar', ['Error: out of memory'], new Date(Date.now() - 60_000));
  logs?.restart('compass-sidecar-7c9f-x2x', 'sidecar');
  logs?.write(
    'compass-sidecar-7c9f-x2x',
    'sidecar',
    ['{"level":"info","msg":"long ago"}'],
    new Date(Date.now() - 7_200_000),
  );
  logs?.write(
    'compass-sidecar-7c9f-x2x',
    'sidecar',
    ['{"level":"info","msg":"started"}'],
    new Date(Date.now() - 1_000),
  );
  const file = await tempFile(t);
  const run = await runHere(['report', '-f', file, '--since', '1h', ...QUIET], { KUBECONFIG: cluster.kubeconfigPath });
  assertExit(run, 'report', 1);
  const manifest = await manifestIn(file);
  assert.equal(manifest.get('metrics')?.status, 'failed');
  // A genuine API server has no node to ask, and says that the log is empty.
  assert.equal(manifest.get('logs')?.status, 'ok');
  if (!cluster.embedded) return;
  const files = await archiveFiles(file);
  const of = (name: string) => files.get(`logs/compass-sidecar-7c9f-x2x/${name}-001.log`) ?? '';
  assert.match(of('previous'), /^\S+Z Error: out of memory\n$/);
  assert.match(of('current'), /^\S+Z \{"level":"info","msg":"started"\}\n$/);
});

test('Pods with the longest names have their logs in the archive, each its own', async (t) => {
  const cluster = await installed(t);
  const names = ['a', 'b'].map((end) => `shop-${'x'.repeat(57)}${end}`);
  for (const name of names) {
    await putPod(cluster, name);
    cluster.embedded?.logs.write(name, 'sidecar', [`before, of ${name}`]);
    cluster.embedded?.logs.restart(name, 'sidecar');
    cluster.embedded?.logs.write(name, 'sidecar', [`now, of ${name}`]);
  }
  const file = await tempFile(t);
  const run = await runHere(['report', '-f', file, '--no-metrics', ...QUIET], { KUBECONFIG: cluster.kubeconfigPath });
  assertExit(run, 'report', 0);
  const files = await archiveFiles(file);
  const logs = [...files.keys()].filter((path) => path.startsWith('logs/'));
  assert.equal(new Set(logs.map((path) => path.split('/')[1])).size, 2);
  assert.equal(logs.length, 4);
  if (cluster.embedded)
    for (const name of names) assert.match(await archiveText(file), new RegExp(`before, of ${name}`));
  // It can be read, too: no file is there twice.
  assertExit(await runHere(['status', '--from-bundle', file]), 'status', 0);
});

test('a sidecar that has no connection yet is reported all the same', async (t) => {
  const cluster = await startTestCluster(t, { crds: 'ours' });
  const metadata = { name: 'compass-system' };
  await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata });
  await putPod(cluster);
  cluster.embedded?.logs.write('compass-sidecar-7c9f-x2x', 'sidecar', ['{"level":"error","msg":"a bad setting"}']);
  const file = await tempFile(t);
  const run = await runHere(['report', '-f', file, '--no-metrics'], { KUBECONFIG: cluster.kubeconfigPath });
  assertExit(run, 'report', 1);
  const files = await archiveFiles(file);
  assert.match(files.get('resources/pods.json') ?? '', /compass-sidecar-7c9f-x2x/);
  if (cluster.embedded) assert.match(files.get('logs/compass-sidecar-7c9f-x2x/current-001.log') ?? '', /a bad setting/);
  const status = await runHere(['status', '--from-bundle', file]);
  assertExit(status, 'status', 3);
  assert.match(status.stderr, /there is no CompassConnection/);
});

test('a file that is there stays unless --force is said, and one that cannot be written is wrong usage', async (t) => {
  const cluster = await installed(t);
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  const file = await tempFile(t);
  await writeFile(file, 'mine');
  const refused = await runHere(['report', '-f', file, ...QUIET], env);
  assertExit(refused, 'report', 7);
  assert.deepEqual(await readdir(join(file, '..')), ['report.tar.gz']);
  const forced = await runHere(['report', '-f', file, '--force', ...QUIET], env);
  assertExit(forced, 'report', 0);
  assert.ok((await archiveFiles(file)).has('manifest.json'));
  const nowhere = await runHere(['report', '-f', '/proc/nowhere/report.tar.gz', ...QUIET], env);
  assertExit(nowhere, 'report', 2);
});

test('with --anonymize no name, host or id of the cluster is in the archive, and it is replayed all the same', async (t) => {
  const cluster = await installed(t);
  const { apiVersion, kind } = APPLICATION;
  const spec = { description: 'The orders of Jane', services: [], labels: { owner: 'jane' } };
  const application = { apiVersion, kind, metadata: { name: 'customer-orders' }, spec };
  await cluster.cluster.create(APPLICATION, application as KubeObject);
  const file = await tempFile(t);
  const args = ['report', '-f', file, '--anonymize', ...QUIET];
  const run = await runHere([...args, '--context', 'test'], { KUBECONFIG: cluster.kubeconfigPath });
  assertExit(run, 'report', 0);
  const text = await archiveText(file);
  const { runtimeId = '', tenant = '' } = HEALTHY;
  for (const word of [
    'customer-orders',
    'Jane',
    'jane',
    'commerce-cloud',
    runtimeId,
    tenant,
    'connector.compass.example',
  ]) {
    assert.ok(!text.includes(word), word);
  }
  const status = await runHere(['status', '--from-bundle', file, '-o', 'json']);
  assertExit(status, 'status', 0);
  assert.equal(JSON.parse(status.stdout).connection.name, 'compass-connection');
  assert.equal(status.stdout, (await archiveFiles(file)).get('documents/status.json'));
});

test('an interrupted report leaves no file', async (t) => {
  const cluster = await installed(t);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const file = await tempFile(t);
    const args = ['report', '-f', file, '--timeout', '5m'];
    const running = startHere(t, args, { kubeconfigPath: cluster.kubeconfigPath });
    await soon('it waits for the sidecar', () => running.stderr().includes('waiting for the sidecar'));
    assert.deepEqual(await readdir(join(file, '..')), ['report.tar.gz.unfinished']);
    running.interrupt(signal);
    await assertEnd(running, 'report', code);
    assert.deepEqual(await readdir(join(file, '..')), []);
  }
});
