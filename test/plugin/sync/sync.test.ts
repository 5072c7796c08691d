import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, LEASE, NAMESPACE } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import type { Lease } from '#common/resources/lease.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, type ReportedRequest } from '#common/resources/report.ts';
import { parseRequest } from '#common/resources/requests.ts';
import { SYNC_RESULT_SCHEMA } from '../../../plugin/schemas/sync-result.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { runHere } from '../run-plugin.ts';
import { startHere } from '../start-here.ts';

const NAME = 'compass-connection';
const COUNTS = { listed: 3, pages: 1, created: 0, updated: 0, deleted: 0, unchanged: 3, failed: 0, held: 0 };

type Answer = Partial<ReportedRequest> & Pick<Report, 'held' | 'failures'>;

/** A cluster in which the test says what the sidecar answers to the request, as soon as it is made. */
async function startAnswering(t: TestContext) {
  const { cluster, kubeconfigPath } = await startTestCluster(t, { crds: 'ours' });
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'compass-system' } });
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const spec = { managementInfo: { connectorUrl: '', directorUrl: '' } };
  await cluster.create(COMPASS_CONNECTION, { apiVersion, kind, metadata: { name: NAME }, spec } as CompassConnection);
  const write = (report: Partial<Report>) => {
    const metadata = { name: `${NAME}-report`, namespace: 'compass-system', labels: SIDECAR_LABELS };
    const data = { [REPORT_KEY]: JSON.stringify({ schemaVersion: 'v1', connection: NAME, ...report }) };
    const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
    return cluster.apply(CONFIG_MAP, map, { fieldManager: 'compass-sidecar', force: true });
  };
  await write({});
  const sync = async (answer: Answer | undefined, ...args: string[]) => {
    const running = runHere(['sync', ...args], { KUBECONFIG: kubeconfigPath });
    if (!answer) return running;
    const id = await until('the request', async () => {
      const { metadata } = await cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: NAME });
      return parseRequest('sync', metadata.annotations?.['compass.kyma-project.io/sync'] ?? '')?.id;
    });
    const { held, failures, ...request } = answer;
    const time = formatTime(Date.now());
    const older = { verb: 'sync', id: 'of-somebody-else', accepted: time, finished: time, result: 'succeeded' };
    const own = { verb: 'sync', id, accepted: time, finished: time, ...request };
    await write({ requests: [own, older], ...(held ? { held } : {}), ...(failures ? { failures } : {}) });
    const annotations = { 'compass.kyma-project.io/sync': null };
    await cluster.mergePatch({ kind: COMPASS_CONNECTION, name: NAME }, { metadata: { annotations } });
    return running;
  };
  return { sync, cluster, kubeconfigPath };
}

type LeaseSpec = NonNullable<Lease['spec']>;

/** That of a sidecar which is gone. */
const OLD: LeaseSpec = {
  holderIdentity: 'sidecar-0_x',
  leaseDurationSeconds: 1,
  renewTime: '2026-01-02T03:04:05.000000Z',
};

async function putLease(cluster: Cluster, spec: LeaseSpec = OLD): Promise<void> {
  const metadata = { name: `${NAME}-lease`, namespace: 'compass-system' };
  await cluster.create<Lease>(LEASE, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec });
}

const held = { id: 'plan-1', count: 62, names: ['orders'], why: 'it would delete 62 of 412 Applications' };

const ANSWERS: readonly (readonly [string, Answer, number, string | undefined])[] = [
  ['all in sync', { result: 'succeeded', counts: COUNTS }, 0, undefined],
  ['deletions held', { result: 'succeeded', counts: { ...COUNTS, held: 62 }, held }, 7, 'DeletionsHeld'],
  ['superseded', { result: 'superseded', message: 'replaced by x' }, 1, 'RequestSuperseded'],
  ['refused', { result: 'refused', message: 'this version does not' }, 7, 'RequestRefused'],
  ['Compass away', { result: 'failed', reason: 'CompassUnreachable', message: 'no way' }, 5, 'CompassUnreachable'],
  ['identity refused', { result: 'failed', reason: 'Rejected', message: 'revoked' }, 6, 'Rejected'],
  ['a reason of the future', { result: 'failed', reason: 'Novel', message: 'new' }, 1, 'ApplicationFailed'],
];

for (const [what, answer, exitCode, reason] of ANSWERS) {
  test(`sync answers ${what} with ${exitCode}, in every format`, async (t) => {
    const { sync } = await startAnswering(t);
    const { code, stdout } = await sync(answer, '-o', 'json');
    const document = JSON.parse(stdout);
    assert.deepEqual([code, document.verdict.exitCode, document.error?.reason], [exitCode, exitCode, reason]);
    if (document.connection) assert.deepEqual(conform(SYNC_RESULT_SCHEMA, document), document);
    if (exitCode !== 0) assert.ok(document.remediation.length > 0);
    for (const format of ['yaml', 'wide', 'name']) {
      assert.equal((await sync(answer, '-o', format)).code, exitCode, format);
    }
  });
}

test('what is held is shown beside what was done, with the next command', async (t) => {
  const { sync } = await startAnswering(t);
  const { code, stdout } = await sync({ result: 'succeeded', counts: { ...COUNTS, held: 62 }, held }, '--ascii');
  assert.equal(code, 7);
  assert.match(stdout, /^director 1 page, 3 applications\n\+ 0 created {3}~ 0 updated {3}- 0 deleted {3}= 3 unchanged/);
  assert.match(
    stdout,
    /\[WARN\] 62 deletions are held as plan plan-1: it would delete 62 of 412 Applications\n {4}kubectl /,
  );
});

test('control characters in the name of an Application are not printed, and its command takes the id', async (t) => {
  const { sync } = await startAnswering(t);
  const name = 'a \u001b[31mtrap';
  const failures = [{ name, id: 'one', reason: 'InvalidName', message: 'no name' }];
  const counts = { ...COUNTS, failed: 2 };
  const answer = { result: 'failed', reason: 'ApplicationFailed', message: '2 Applications failed', counts, failures };
  const { code, stdout } = await sync(answer);
  assert.equal(code, 1);
  assert.ok(!stdout.includes('\u001b'), 'an escape sequence of somebody else is printed');
  assert.match(stdout, /describe app one\n/);
  assert.match(stdout, /and 1 more: kubectl compass status -o wide/);
});

test('nobody who answers is a time-out that says what was waited for', async (t) => {
  const { sync } = await startAnswering(t);
  const { code, stderr } = await sync(undefined, '--timeout', '1s');
  assert.equal(code, 124);
  assert.match(stderr, /timed out after 1s, waiting for the sidecar to accept sync /);
});

test('a dry run asks for nothing, and its document says so', async (t) => {
  const { sync, cluster } = await startAnswering(t);
  for (const dryRun of ['client', 'server']) {
    const { code, stdout, stderr } = await sync(undefined, `--dry-run=${dryRun}`, '-o', 'json');
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(SYNC_RESULT_SCHEMA, document), document);
    assert.deepEqual([document.verdict.status, document.dryRun, document.request], ['DryRun', dryRun, undefined]);
  }
  const { metadata, spec } = await cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: NAME });
  assert.deepEqual([metadata.annotations, spec.resyncNow], [undefined, undefined]);
});

test('a duration or a dry run that is none is wrong usage, before anything is asked', async (t) => {
  const { sync } = await startAnswering(t);
  for (const args of [['--timeout', 'soon'], ['--dry-run=maybe'], ['a', 'b']]) {
    assert.equal((await sync(undefined, ...args)).code, 2, args.join(' '));
  }
});

test('nothing is said to be under way when the answer is there', async (t) => {
  const { sync } = await startAnswering(t);
  const { code, stderr } = await sync({ result: 'succeeded', counts: COUNTS });
  assert.equal(code, 0);
  assert.doesNotMatch(stderr, /listing and applying/);
});

test('a request that another replaced before the sidecar saw it is told so, and does not wait for its time to run out', async (t) => {
  const { sync, cluster } = await startAnswering(t);
  const replaced = sync(undefined, '--timeout', '60s');
  await until('the first request', async () => {
    const { metadata } = await cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: NAME });
    return metadata.annotations?.['compass.kyma-project.io/sync'] !== undefined;
  });
  const annotations = { 'compass.kyma-project.io/sync': 'of-somebody-else' };
  await cluster.mergePatch({ kind: COMPASS_CONNECTION, name: NAME }, { metadata: { annotations } });
  const { code, stderr } = await replaced;
  assert.equal(code, 1);
  assert.match(
    stderr,
    /sync \S+ was replaced by of-somebody-else before the sidecar saw it; somebody else's newer .*\n.*RequestSup/,
  );
});

test('a sidecar whose Lease has run out is named while it is waited for, and when the time is over', async (t) => {
  const { sync, cluster } = await startAnswering(t);
  await putLease(cluster);
  const { code, stderr } = await sync(undefined, '--timeout', '4s');
  assert.equal(code, 124);
  assert.match(stderr, /^\S+ request +waiting for the sidecar, last seen 2026-01-02T03:04:05Z$/m);
  assert.doesNotMatch(stderr, /does not seem to run/);
  assert.match(stderr, /accept sync \S+; the sidecar of compass-connection has not been seen for \d+d\n/);
  assert.match(stderr, /next: kubectl -n compass-system get pods -l app\.kubernetes\.io\/name=compass-sidecar$/m);
});

test('a sidecar that gave its Lease up a moment ago is silent at once', async (t) => {
  const { sync, cluster } = await startAnswering(t);
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  await putLease(cluster, { holderIdentity: '', leaseDurationSeconds: 1, renewTime });
  const { code, stderr } = await sync(undefined, '--timeout', '4s');
  assert.equal(code, 124);
  assert.match(stderr, /^\S+ request +waiting for the sidecar, last seen \d{4}-/m);
});

test('a Lease that says nothing tells nothing of the sidecar', async (t) => {
  const { sync, cluster } = await startAnswering(t);
  await putLease(cluster, {});
  const { code, stderr } = await sync(undefined, '--timeout', '4s');
  assert.equal(code, 124, stderr);
  assert.doesNotMatch(stderr, /last seen/);
});

test('a silent sidecar is named in one row of a terminal, with colours', async (t) => {
  const { kubeconfigPath, cluster } = await startAnswering(t);
  await putLease(cluster);
  const env = { FORCE_COLOR: '1', TERM: 'xterm' };
  const terminal = { columns: 80, rows: 24 };
  const running = startHere(t, ['sync', '--timeout', '4s'], { kubeconfigPath, env, terminal });
  assert.equal(await running.done, 124);
  assert.match(running.stderr(), /waiting for the sidecar, last seen 2026-01-02T03:04:05Z\r/);
});

test('a request that nobody has accepted is said to stand when the waiting is interrupted', async (t) => {
  const { kubeconfigPath } = await startAnswering(t);
  const running = startHere(t, ['sync'], { kubeconfigPath });
  await until('it waits', () => Promise.resolve(running.stderr().includes('waiting for the sidecar')));
  running.interrupt();
  assert.equal(await running.done, 130);
  assert.match(
    running.stderr(),
    /accept sync \S+;.* the request stands on the CompassConnection compass-connection, and is carried out when/,
  );
  assert.doesNotMatch(running.stderr(), /no report of|it goes on/);
});

test('who is interrupted goes on watching the same cluster and sidecar', async (t) => {
  const { kubeconfigPath } = await startAnswering(t);
  const running = startHere(t, ['sync', '--context', 'test', '-n', 'compass-system'], { kubeconfigPath });
  await until('it waits', () => Promise.resolve(running.stderr().includes('waiting for the sidecar')));
  running.interrupt();
  assert.equal(await running.done, 130);
  const goOn = '. To watch it: kubectl compass status -w -n compass-system --context test\n';
  assert.ok(running.stderr().includes(goOn), running.stderr());
});
