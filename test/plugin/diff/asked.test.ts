import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { REPORT_KEY, type ReportedRequest } from '#common/resources/report.ts';
import { readRequests } from '#common/resources/requests.ts';
import { PLAN_KEY, type SyncPlan } from '#common/sync/plan-document.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { assertExit } from '../assert-exit.ts';
import { asOfNow, putConnection, putReport } from '../put-report.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';
import { NOTHING, PLAN } from './sample-plan.ts';

async function startCluster(t: TestContext): Promise<TestCluster> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'Synchronized');
  await putReport(cluster, HEALTHY);
  return cluster;
}

/** What a sidecar does with the next request to diff: it answers in the report, and writes the plan if there is one. */
async function answer(
  fixture: TestCluster,
  result: Partial<ReportedRequest>,
  plan?: SyncPlan,
): Promise<Readonly<Record<string, string>>> {
  const { cluster } = fixture;
  const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
  const request = await until('diff is asked for', async () => {
    const { metadata } = await cluster.get<CompassConnection>(ref);
    return readRequests(metadata.annotations).find(({ verb }) => verb === 'diff');
  });
  if (plan) {
    const metadata = { name: 'compass-connection-plan', namespace: 'compass-system' };
    const data = { [PLAN_KEY]: JSON.stringify({ request: request.id, ...plan }) };
    await cluster.apply(
      CONFIG_MAP,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
      { fieldManager: 'sidecar', force: true },
    );
  }
  const time = formatTime(Date.now());
  const answered = { verb: 'diff', id: request.id, accepted: time, finished: time, ...result };
  const report = { ...asOfNow(HEALTHY), requests: [answered] };
  const reportRef = { kind: CONFIG_MAP, name: 'compass-connection-report', namespace: 'compass-system' };
  await cluster.mergePatch(reportRef, { data: { [REPORT_KEY]: JSON.stringify(report) } });
  await cluster.mergePatch(ref, { metadata: { annotations: { 'compass.kyma-project.io/diff': null } } });
  return request.parameters;
}

/** One diff, and what the sidecar makes of it. */
async function asked(
  cluster: TestCluster,
  result: Partial<ReportedRequest>,
  { plan, args = [] }: { readonly plan?: SyncPlan; readonly args?: readonly string[] } = {},
) {
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  const [shown, parameters] = await Promise.all([runPlugin(['diff', ...args], env), answer(cluster, result, plan)]);
  return Object.assign(shown, { parameters });
}

const { request: _request, ...CHANGES } = PLAN;
const { request: __request, ...SAME } = NOTHING;

test('diff asks the sidecar, waits for its own answer and shows the plan', async (t) => {
  const cluster = await startCluster(t);
  const same = await asked(cluster, { result: 'succeeded' }, { plan: SAME });
  assert.equal(same.code, 0, same.stderr);
  assert.equal(same.stdout, 'no differences: 412 Applications as the Director lists them\n');
  assert.match(same.stderr, /✔ request +\S+ accepted by compass-sidecar-7c9f-x2x/);
  const changed = await asked(
    cluster,
    { result: 'succeeded' },
    { plan: CHANGES, args: ['commerce', 'a, b', '--summary'] },
  );
  assertExit(changed, 'diff', 1);
  assert.deepEqual(changed.parameters, { apps: 'commerce,a%2C b' });
  assert.match(changed.stdout, /^~ update Application commerce$/m);
});

test('why the sidecar could not compute a plan is the exit code, and the call that failed is named', async (t) => {
  const cluster = await startCluster(t);
  const rejected = {
    result: 'failed',
    reason: 'Rejected',
    message: 'the client certificate is refused',
    requestId: 'call-1',
  };
  const { code, stdout } = await asked(cluster, rejected, { args: ['-o', 'json'] });
  assert.equal(code, 6);
  assert.deepEqual(JSON.parse(stdout).error, {
    code: 'CMP0603',
    reason: 'Rejected',
    message: 'the client certificate is refused',
    requestId: 'call-1',
  });
  const unreachable = { result: 'failed', reason: 'CompassUnreachable', message: 'no such host' };
  assert.equal((await asked(cluster, unreachable)).code, 5);
});

test('a sidecar that is too old says so, and there is a way without it', async (t) => {
  const cluster = await startCluster(t);
  const { code, stderr } = await asked(cluster, { result: 'refused', message: 'does not carry out diff' });
  assert.equal(code, 7);
  assert.match(
    stderr,
    /does not carry out diff; it can be computed from here\n.*next: kubectl compass diff --direct$/m,
  );
});

test('a plan that answers somebody else is not shown, and it is asked again', async (t) => {
  const cluster = await startCluster(t);
  const running = runHere(['diff'], { KUBECONFIG: cluster.kubeconfigPath });
  await answer(cluster, { result: 'succeeded' }, PLAN);
  await answer(cluster, { result: 'superseded', message: 'replaced by another' });
  await answer(cluster, { result: 'succeeded' }, SAME);
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^no differences/);
});

test('1 means differences: what is no plan ends with another code, also in the document', async (t) => {
  const cluster = await startCluster(t);
  const newer = { result: 'failed', reason: 'SomethingNewer', message: 'nobody here knows why' } as const;
  const unknown = await asked(cluster, newer, { args: ['-o', 'json'] });
  assert.equal(unknown.code, 7);
  const { verdict, error } = JSON.parse(unknown.stdout);
  assert.equal(verdict.exitCode, 7);
  assert.equal(error.message, 'nobody here knows why');
  assert.equal((await asked(cluster, { result: 'failed', reason: 'InternalError', message: 'a bug' })).code, 7);

  const running = runHere(['diff'], { KUBECONFIG: cluster.kubeconfigPath });
  for (let tries = 1; tries <= 5; tries += 1) await answer(cluster, { result: 'superseded', message: 'replaced by x' });
  const { code, stderr } = await running;
  assert.equal(code, 7, stderr);
  assert.match(stderr, /RequestSuperseded/);
});

test('without a report nobody is asked, and there is a way without the sidecar', async (t) => {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'Synchronized');
  const { code, stderr } = await runHere(['diff'], { KUBECONFIG: cluster.kubeconfigPath });
  assert.equal(code, 3);
  assert.match(stderr, /no report of a sidecar of compass-connection is there/);
  assert.match(stderr, /next: kubectl compass diff --direct$/m);
  const { metadata } = await cluster.cluster.get<CompassConnection>({
    kind: COMPASS_CONNECTION,
    name: 'compass-connection',
  });
  assert.equal(metadata.annotations, undefined);
});

test('a flag of --direct without it is refused', async () => {
  const { code, stderr } = await runHere(['diff', '--compass-ca', 'ca.pem']);
  assert.equal(code, 2);
  assert.match(stderr, /--compass-ca is for --direct/);
});
