import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP, DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import type { Report } from '#common/resources/report.ts';
import type { CheckDocument } from '../../../plugin/check/document.ts';
import { CERTIFICATE_VERIFICATION_SCHEMA, CHECK_REPORT_SCHEMA } from '../../../plugin/schemas/check-report.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { DEPLOY_FOLDER } from '../../sidecar/deploy/render.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { changeLease, putConnection, putReport } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { DEGRADED, HEALTHY, NOW } from '../sample-reports.ts';

/** Loopback's first port, where nothing listens. */
const NOWHERE = { connectorUrl: 'https://127.0.0.1:1/c', directorUrl: 'https://127.0.0.1:1/d' };

const KYMA_SYSTEM = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyma-system' } };

const run = (cluster: Pick<TestCluster, 'kubeconfigPath'>, args: readonly string[], env = {}) =>
  runHere(args, { KUBECONFIG: cluster.kubeconfigPath, ...env });

/** The document of a run, which conforms to its schema and says the same exit code as the program. */
async function document(cluster: Pick<TestCluster, 'kubeconfigPath'>, args: readonly string[], env = {}) {
  const { code, stdout } = await run(cluster, [...args, '-o', 'json'], env);
  const printed = JSON.parse(stdout) as CheckDocument;
  const schema = args[0] === 'cert' ? CERTIFICATE_VERIFICATION_SCHEMA : CHECK_REPORT_SCHEMA;
  assert.deepEqual(printed, conform(schema, printed));
  assert.equal(printed.verdict.exitCode, code);
  return printed;
}

async function installed(t: TestContext, changes: Partial<Report> = {}): Promise<TestCluster> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putReport(cluster, { ...HEALTHY, ...NOWHERE, ...changes });
  await putConnection(cluster, 'Synchronized');
  return cluster;
}

const codes = ({ results }: CheckDocument) => results.flatMap(({ code }) => code ?? []).toSorted();

test('an empty cluster is a finding, not a failure to run', async (t) => {
  const cluster = await startTestCluster(t);
  const printed = await document(cluster, ['check']);
  assert.equal(printed.verdict.exitCode, 1);
  assert.deepEqual(codes(printed), ['CMP0111', 'CMP0111', 'CMP0111']);
});

test('a cluster that cannot be reached is 4, in every format', async () => {
  const args = ['check', '--server', 'https://127.0.0.1:1'];
  assert.equal((await runHere(args)).code, 4);
  const { code, stdout } = await runHere([...args, '-o', 'json']);
  assert.deepEqual([code, JSON.parse(stdout).kind, JSON.parse(stdout).error.code], [4, 'CheckReport', 'CMP0101']);
});

test('what is given wrongly is 2, with what there is', async () => {
  for (const args of [
    ['--category', 'network'],
    ['--fail-on', 'info'],
    ['--suppress', 'CMP1'],
    ['--wait', 'soon'],
    ['--connector-url', 'http://compass'],
    ['--compass-ca', '/nonexistent'],
  ]) {
    const { code, stderr } = await runHere(['check', ...args], { KUBECONFIG: '/nonexistent' });
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, /--|CONNECTOR_URL/);
  }
});

test('a sidecar that does not answer is a finding after --timeout, and no hang', async (t) => {
  const cluster = await installed(t);
  const started = performance.now();
  const printed = await document(cluster, ['check', '--timeout', '1s', '--category', 'agent,identity']);
  assert.ok(performance.now() - started < 10_000);
  assert.deepEqual(codes(printed), ['CMP0122']);
  const silent = printed.results.find(({ code }) => code === 'CMP0122');
  assert.match(silent?.cause ?? '', /waiting for the sidecar to accept check/);
  assert.equal((await run(cluster, ['cert', 'verify', '--live', '--timeout', '1s'])).code, 124);
});

test('a sidecar that does not run is a finding at once, and one that never was is not asked', async (t) => {
  const cluster = await installed(t);
  await changeLease(cluster, -12_000);
  const ahead = await document(cluster, ['check', '--category', 'agent', '--timeout', '1s']);
  assert.doesNotMatch(JSON.stringify(ahead.results), /has not been seen/, "the laptop's clock is 12 s ahead");
  await changeLease(cluster, -720_000);
  const gone = await document(cluster, ['check', '--category', 'agent']);
  assert.deepEqual(codes(gone), ['CMP0122']);
  assert.match(gone.error?.message ?? '', /has not been seen for 12m/);
  const report = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  await cluster.cluster.delete(report);
  await changeLease(cluster, 3_600_000);
  const never = await document(cluster, ['check', '--category', 'agent', '--fail-on', 'none']);
  assert.match(JSON.stringify(never.results), /not asked: no sidecar has reported/);
});

test('a viewer of the manifests gets what may be read, and which right the rest takes', {
  skip: NO_KUBECTL,
}, async (t) => {
  const time = formatTime(NOW - 720_000);
  const results = [{ category: 'rbac', name: 'needed', status: 'ok', message: 'RBAC: 0 missing' }];
  const cluster = await installed(t, { check: { time, results } });
  await cluster.cluster.create(NAMESPACE, KYMA_SYSTEM);
  const applied = await cluster.kubectl(['apply', '--server-side', '-k', DEPLOY_FOLDER]);
  assert.equal(applied.code, 0, applied.stderr);
  const viewer = await cluster.as({ name: 'viewer', groups: ['compass-viewers'] });
  const args = ['check', '--category', 'k8s,rbac,agent', '--suppress', 'SidecarSilent'];
  const printed = await document(viewer, args);
  assert.deepEqual([printed.verdict.exitCode, codes(printed)], [0, []]);
  const messages = printed.results.map(({ message }) => message);
  assert.ok(messages.includes('you may read 5/5 needed kinds'), messages.join('\n'));
  // What it found the last time it was asked, by somebody who may.
  assert.ok(messages.includes('RBAC: 0 missing (12m ago)'), messages.join('\n'));
  const unasked = printed.results.find(({ name }) => name === 'check');
  assert.match(unasked?.message ?? '', /^not permitted: patch compassconnections/);
  assert.match(unasked?.remediation?.[0]?.text ?? '', /^kubectl auth can-i patch compassconnections/);
  const verified = await document(viewer, ['cert', 'verify']);
  assert.equal(verified.verdict.exitCode, 0);
  assert.match(JSON.stringify(verified.results), /not permitted: get secrets\/cluster-client-certificates/);
  assert.equal((await run(viewer, ['cert', 'verify', '--live'])).code, 4);
  const stranger = await cluster.as({ name: 'stranger' });
  assert.equal((await run(stranger, args)).code, 4);
});

test('each failed Application, held deletion and closed way is a finding with its own code', async (t) => {
  const cluster = await installed(t, { ...DEGRADED, ...NOWHERE });
  const printed = await document(cluster, ['check', '--no-agent']);
  assert.ok(codes(printed).includes('CMP0402'), codes(printed).join());
  assert.equal(codes(printed).filter((code) => code === 'CMP0501').length, 2);
  const { stdout } = await run(cluster, ['check', '--no-agent', '--suppress', 'CMP0501,CMP0402', '-o', 'short']);
  assert.doesNotMatch(stdout, /CMP0501|CMP0402/);
});

test('a way that works from here, through no proxy but the one that is set here', async (t) => {
  await using simulator = await startSimulator();
  const cluster = await installed(t);
  const args = ['check', '--no-agent', '--category', 'connector', '--connector-url', simulator.urls.connector];
  const untrusted = await document(cluster, args);
  assert.deepEqual(codes(untrusted), ['CMP0502']);
  const down = await document(cluster, args, { HTTPS_PROXY: 'http://127.0.0.1:1' });
  assert.deepEqual(codes(down), ['CMP0501']);
  assert.equal(down.results.find(({ code }) => code)?.facts?.['failedAt'], 'proxy');
  const spared = await document(cluster, args, { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'localhost' });
  assert.deepEqual(codes(spared), ['CMP0502']);
});

test('--wait ends with 124 and what is still found, or at once when nothing is', async (t) => {
  const cluster = await installed(t);
  const args = ['check', '--no-agent', '--category', 'agent,connector', '--wait', '1s', '--interval', '500ms'];
  const timedOut = await document(cluster, args);
  assert.deepEqual([timedOut.verdict.exitCode, timedOut.error?.code], [124, 'CMP0005']);
  assert.match(timedOut.error?.message ?? '', /timed out after 1s: 1 error/);
  const quiet = await run(cluster, [...args, '--quiet']);
  assert.match(quiet.stderr, /^error: timed out after [^\n]*: 1 error[^\n]*\n$/);
  assert.equal((await run(cluster, [...args, '--suppress', 'CMP0501'])).code, 0);
  const hasty = await run(cluster, ['check', '--no-agent', '--wait', '1s', '--interval', '100ms']);
  assert.deepEqual([hasty.code, /--interval is "100ms", and must be 500ms or more/.test(hasty.stderr)], [2, true]);
});

test('--pre says what an installation needs and what is in its way', async (t) => {
  const cluster = await startTestCluster(t);
  const before = await document(cluster, ['check', '--pre']);
  assert.deepEqual([before.verdict.exitCode, codes(before)], [0, ['CMP0104']]);
  assert.match(JSON.stringify(before.results), /no sidecar here yet/);
  await cluster.cluster.create(NAMESPACE, KYMA_SYSTEM);
  await cluster.cluster.create<KubeObject & { spec: object }>(DEPLOYMENT, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'compass-runtime-agent', namespace: 'kyma-system' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'agent', image: 'agent' }] } },
    },
  });
  const blocked = await document(cluster, ['check', '--pre']);
  assert.deepEqual([blocked.verdict.exitCode, codes(blocked)], [1, ['CMP0124']]);
  const nobody = await cluster.as({ name: 'nobody' });
  assert.ok(codes(await document(nobody, ['check', '--pre'])).includes('CMP0103'));
});
