import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_KEY, type Report, type ReportedRequest } from '#common/resources/report.ts';
import { readRequests, requestAnnotation } from '#common/resources/requests.ts';
import { APPROVAL_RESULT_SCHEMA, REJECTION_RESULT_SCHEMA } from '../../../plugin/schemas/decision-result.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { asOfNow, putConnection, putReport } from '../put-report.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';
import { whoAsks } from '../who-asks.ts';

const PLAN = { id: '0123456789ab', count: 2, names: ['goes', 'fails'], why: 'it would delete 2 of 3', budget: 1 };
const HOLDING: Report = { ...HEALTHY, held: PLAN };

/** A cluster where a plan is held, and a sidecar that answers as the test says. */
async function startHeld(t: TestContext, report = HOLDING) {
  const target = await startTestCluster(t, { crds: 'ours' });
  const { cluster, kubeconfigPath } = target;
  await putReport(target, report);
  await putConnection(target, 'Synchronized');
  const { apiVersion, kind } = APPLICATION;
  for (const name of ['fails', 'stays']) {
    await cluster.create<Application>(APPLICATION, {
      apiVersion,
      kind,
      metadata: { name },
      spec: { services: [] },
    } as never);
  }
  const env = { KUBECONFIG: kubeconfigPath };
  const asked = async () => {
    const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
    return readRequests((await cluster.get<CompassConnection>(ref)).metadata.annotations);
  };
  const says = async (more: Partial<Report>) => {
    const data = { [REPORT_KEY]: JSON.stringify({ ...asOfNow(report), held: undefined, ...more }) };
    const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
    await cluster.mergePatch(ref, { data });
  };
  /** The next request is answered like that, in a report that says more. */
  const answer = async (result: Partial<ReportedRequest>, more: Partial<Report> = {}) => {
    const [request] = await until('somebody asks', async () => {
      const open = await asked();
      return open.length > 0 && open;
    });
    assert.ok(request);
    const time = formatTime(Date.now());
    const { verb, id } = request;
    await says({ requests: [{ verb, id, accepted: time, finished: time, ...result }], ...more });
    const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
    await cluster.mergePatch(ref, { metadata: { annotations: { [requestAnnotation(verb)]: null } } });
    return request;
  };
  return { target, env, asked, says, answer, who: await whoAsks(target) };
}

const SUCCEEDED = { result: 'succeeded' };
const REVISION = { revision: 219, time: '2026-09-11T10:00:00Z', why: 'decision', created: 0, updated: 0, deleted: 1 };
const APPROVE = ['approve', 'deletions', '--id', PLAN.id, '--yes'];
const REJECT = ['reject', '--id', PLAN.id, '--yes'];

test('an approval names the plan and who made it, and shows what became of each Application', async (t) => {
  const { env, answer, who } = await startHeld(t);
  const failures = [{ name: 'fails', id: '1', reason: 'ClusterForbidden', message: 'not permitted' }];
  const running = runHere([...APPROVE, '-o', 'json'], env);
  const { verb, parameters } = await answer(SUCCEEDED, { failures, revisions: [{ ...REVISION, plan: PLAN.id }] });
  assert.deepEqual([verb, parameters], ['approve', { plan: PLAN.id, by: who }]);
  const failed = await running;
  assertExit(failed, 'approve deletions', 1);
  const document = JSON.parse(failed.stdout);
  assert.deepEqual(conform(APPROVAL_RESULT_SCHEMA, document), document);
  assert.deepEqual(document.applications, [
    { name: 'goes', result: 'deleted' },
    { name: 'fails', result: 'failed', reason: 'ClusterForbidden', message: 'not permitted' },
  ]);
});

test('all is well where all of it is gone, and no longer where something came back', async (t) => {
  const gone = await startHeld(t, { ...HOLDING, held: { ...PLAN, count: 1, names: ['goes'] } });
  const going = runPlugin(APPROVE, gone.env);
  await gone.answer(SUCCEEDED, { revisions: [{ ...REVISION, plan: PLAN.id }] });
  const done = await going;
  assertExit(done, 'approve deletions', 0);
  assert.match(
    done.stderr,
    /plan 0123456789ab deletes 1 Application, each with its Secrets; it is held\n.*because it would/,
  );
  assert.match(done.stdout, /plan 0123456789ab approved\n {2}- goes deleted\n/);

  const back = await startHeld(t);
  const coming = runHere(APPROVE, back.env);
  await back.answer(SUCCEEDED);
  const changed = await coming;
  assertExit(changed, 'approve deletions', 7);
  assert.match(changed.stdout, /= fails kept/);
});

test('whoever may not list Applications is told of what went with this plan, and of nothing else', async (t) => {
  const { target, answer, says } = await startHeld(t);
  const viewer = await somebodyWith(target, [
    may('get list watch patch', 'compass.kyma-project.io/compassconnections'),
    may('get list watch', 'configmaps'),
    may('get', 'coordination.k8s.io/leases'),
  ]);
  const env = { KUBECONFIG: viewer };
  // Deleted long ago, and made anew since.
  const changes = [{ time: REVISION.time, kind: 'Application', name: 'goes', action: 'deleted', revision: 7 }];
  const running = runHere(APPROVE, env);
  await answer(SUCCEEDED, { changes });
  const untold = await running;
  assertExit(untold, 'approve deletions', 4);
  assert.match(untold.stdout, /\? goes unknown\n.*\? fails unknown\n.*whether 2 of 2 are gone cannot be looked at/s);

  await says({ held: PLAN });
  const again = runHere(APPROVE, env);
  await answer(SUCCEEDED, { changes, revisions: [{ ...REVISION, deleted: 2, plan: PLAN.id }] });
  const told = await again;
  assertExit(told, 'approve deletions', 0);
  assert.match(told.stdout, /- goes deleted\n {2}- fails deleted\n/);
});

test('a report that cannot be read is no report without a plan', async (t) => {
  const { target, env } = await startHeld(t);
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  await target.cluster.mergePatch(ref, { data: { [REPORT_KEY]: 'of tomorrow' } });
  for (const [command, args] of [
    ['approve deletions', APPROVE],
    ['reject', REJECT],
  ] as const) {
    const { code, stderr } = await runHere(args, env);
    assert.equal(code, 7, `${command}: ${stderr}`);
    assert.match(stderr, /the report in namespace compass-system cannot be read/);
  }
  const history = await runHere(['history'], env);
  assertExit(history, 'history', 3);
  assert.match(history.stderr, /the report in namespace compass-system cannot be read/);
});

test('a rejection is done when it is answered', async (t) => {
  const { env, answer, who } = await startHeld(t);
  const running = runHere([...REJECT, '-o', 'json'], env);
  const { verb, parameters } = await answer(SUCCEEDED, { held: PLAN });
  assert.deepEqual([verb, parameters], ['reject', { plan: PLAN.id, by: who }]);
  const done = await running;
  assertExit(done, 'reject', 0);
  const document = JSON.parse(done.stdout);
  assert.deepEqual(conform(REJECTION_RESULT_SCHEMA, document), document);
});

test('`reject deletions` is the same', async (t) => {
  const { env, answer } = await startHeld(t);
  const running = runHere(['reject', 'deletions', '--id', PLAN.id, '--yes', '--no-wait'], env);
  await answer(SUCCEEDED);
  assert.match((await running).stdout, /reject of plan 0123456789ab requested/);
});

test('nobody approves what they have not seen: it takes a yes and the id, and the id of what is held', async (t) => {
  const { env, asked } = await startHeld(t);
  for (const [args, pattern] of [
    [['approve', 'deletions'], /ConfirmationRequired/],
    [['approve', 'deletions', '--yes'], /say --id 0123456789ab if this plan is meant/],
    [['approve', 'deletions', '--yes', '--id', 'ba9876543210'], /PlanChanged/],
    [['reject'], /ConfirmationRequired/],
  ] as const) {
    const { code, stderr } = await runHere(args, env);
    assert.equal(code, 7, stderr);
    assert.match(stderr, pattern);
  }
  const dry = await runHere(['approve', 'deletions', '--dry-run=server'], env);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /plan 0123456789ab would be approved \(server dry run\)/);
  assert.deepEqual(await asked(), []);
});

for (const [command, args] of [
  ['approve deletions', APPROVE],
  ['reject', REJECT],
] as const) {
  test(`what the sidecar says of ${command} is its exit code`, async (t) => {
    const { env, answer, says } = await startHeld(t);
    const message = `no plan ${PLAN.id} is held; there is none at all`;
    for (const [result, reason, code] of [
      ['refused', 'RequestRefused', 7],
      ['superseded', 'RequestSuperseded', 1],
      ['failed', 'Suspended', 7],
    ] as const) {
      await says({ held: PLAN });
      const running = runHere(args, env);
      await answer({ result, reason, message }, { held: PLAN });
      const { code: ended, stderr } = await running;
      assert.equal(ended, code, stderr);
      assert.match(stderr, result === 'refused' ? /PlanChanged/ : new RegExp(reason));
    }
  });
}

test('what waits for a decision ends by its time-out, Ctrl-C and SIGTERM', async (t) => {
  const { env } = await startHeld(t);
  assertExit(await runHere([...APPROVE, '--timeout', '50ms'], env), 'approve deletions', 124);
  assertExit(await runHere([...REJECT, '--timeout', '50ms'], env), 'reject', 124);
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const interrupted = async (args: readonly string[]) => {
      const controller = new AbortController();
      const onStderr = (text: string) => {
        if (text.includes('waiting')) controller.abort(name);
      };
      return runHere(args, env, '', controller.signal, onStderr);
    };
    assertExit(await interrupted(APPROVE), 'approve deletions', code);
    assertExit(await interrupted(REJECT), 'reject', code);
  }
});

test('what was refused or replaced ends alike', async (t) => {
  const { env, answer } = await startHeld(t);
  const superseded = { result: 'superseded', reason: 'RequestSuperseded', message: 'replaced by another' };
  const rejecting = runHere(REJECT, env);
  await answer(superseded, { held: PLAN });
  assertExit(await rejecting, 'reject', 1);
  assertExit(await runHere(['reject'], env), 'reject', 7);
});
