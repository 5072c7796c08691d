import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { readRequests } from '#common/resources/requests.ts';
import { RECONNECT_RESULT_SCHEMA } from '../../../plugin/schemas/connect-result.ts';
import { until } from '../../cluster/until.ts';
import { assertEnd } from '../assert-exit.ts';
import { changeLease, changeReport, putConnection } from '../put-report.ts';
import { condition } from '../sample-reports.ts';
import { startHere } from '../start-here.ts';
import { startPlugin } from '../start-plugin.ts';
import { connected, type Stage, startStage } from './stage.ts';

const CONNECTION = { kind: COMPASS_CONNECTION, name: 'compass-connection' };

function resource({ cluster }: Stage): Promise<CompassConnection | undefined> {
  return cluster.cluster.find<CompassConnection>(CONNECTION);
}

/** Everything that a reconnect could change. */
async function everything(stage: Stage): Promise<unknown> {
  return { connection: await resource(stage), configuration: await stage.configuration() };
}

describe('reconnect with our sidecar', () => {
  test('asks for a new pairing by a request of its own, and dry runs do not', async (t) => {
    const stage = await startStage(t, connected);
    const { plugin, simulator, configuration } = stage;
    await putConnection(stage.cluster, 'Synchronized');
    const before = await everything(stage);
    for (const dryRun of ['client', 'server']) {
      const args = ['reconnect', '-', `--dry-run=${dryRun}`, '-o', 'json'];
      const { code, stdout, stderr } = await plugin(args, simulator.requestToken().rawEncoded);
      assert.equal(code, 0, stderr);
      const document = JSON.parse(stdout);
      assert.deepEqual(conform(RECONNECT_RESULT_SCHEMA, document), document);
      assert.deepEqual(await everything(stage), before);
    }
    const { rawEncoded, token } = simulator.requestToken();
    const { code, stdout, stderr } = await plugin(['reconnect', '-', '--no-wait', '-v=9'], rawEncoded);
    assert.deepEqual([code, stdout], [0, 'secret/compass-agent-configuration created\n'], stderr);
    assert.ok(!stderr.includes(token) && !stderr.includes(rawEncoded));
    assert.deepEqual(
      readRequests((await resource(stage))?.metadata.annotations).map(({ verb }) => verb),
      ['reconnect'],
    );
    assert.equal((await configuration())?.values['RUNTIME_ID'], simulator.runtimeId);
  });

  test('asks for nothing where the connection takes any token that appears', async (t) => {
    const lost = (simulator: Stage['simulator']) => connected(simulator, { state: 'ConnectionFailed' });
    const stage = await startStage(t, lost);
    await putConnection(stage.cluster, 'ConnectionFailed');
    const { code } = await stage.plugin(['reconnect', '-', '--no-wait'], stage.simulator.requestToken().rawEncoded);
    assert.equal(code, 0);
    assert.deepEqual(readRequests((await resource(stage))?.metadata.annotations), []);
  });

  test('is told by the answer to its own request why it failed, and that the present certificate serves', async (t) => {
    const stage = await startStage(t, connected);
    await putConnection(stage.cluster, 'Synchronized');
    const tokenFile = await stage.file('token', stage.simulator.requestToken().rawEncoded);
    const args = ['reconnect', '--token-file', tokenFile, '--compass-ca', stage.caFile];
    const running = await startPlugin(t, args, { kubeconfigPath: stage.cluster.kubeconfigPath });
    const request = await until('it asks', async () => readRequests((await resource(stage))?.metadata.annotations)[0]);
    const answer = { verb: 'reconnect', accepted: '2026-09-11T10:00:00Z', finished: '2026-09-11T10:00:01Z' };
    const failed = {
      ...answer,
      result: 'failed',
      reason: 'TokenRequired',
      message: 'the token is spent',
      requestId: 'call-1',
    };
    const older = { ...failed, id: 'of-somebody-else', message: 'another one' };
    const requests = [{ ...failed, id: request.id }, older];
    const report = { ...connected(stage.simulator), generation: 8, requests };
    const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
    await stage.cluster.cluster.mergePatch(ref, { data: { [REPORT_KEY]: JSON.stringify(report) } });
    await assertEnd(running, 'reconnect', 6);
    assert.match(running.stderr(), /the token is spent; the present certificate serves on, and nothing but the secret/);
    assert.match(running.stderr(), / \(x-request-id call-1\)\n/);
  });

  test('is told that its request was replaced before the sidecar saw it, and does not wait for its time to run out', async (t) => {
    const stage = await startStage(t, connected);
    await putConnection(stage.cluster, 'Synchronized');
    const tokenFile = await stage.file('token', stage.simulator.requestToken().rawEncoded);
    const args = ['reconnect', '--token-file', tokenFile, '--compass-ca', stage.caFile, '--timeout', '20s'];
    const running = startHere(t, args, { kubeconfigPath: stage.cluster.kubeconfigPath });
    await until('it asks', async () => readRequests((await resource(stage))?.metadata.annotations)[0]);
    const annotations = { 'compass.kyma-project.io/reconnect': 'of-somebody-else' };
    await stage.cluster.cluster.mergePatch(CONNECTION, { metadata: { annotations } });
    assert.equal(await running.done, 1);
    assert.match(
      running.stderr(),
      /reconnect \S+ was replaced by of-somebody-else before the sidecar saw it; somebody else's newer .*\n.*RequestSup/,
    );
  });

  for (const [what, inUse, says] of [
    ['goes on', '4f09aa', /request took its place, and goes on\n/],
    ['has paired', 'another', /request took its place, and has paired: another certificate is in use\n/],
  ] as const) {
    test(`is told that a newer request replaced its own, and ${what}: exit code 1`, async (t) => {
      const stage = await startStage(t, connected);
      await putConnection(stage.cluster, 'Synchronized');
      const tokenFile = await stage.file('token', stage.simulator.requestToken().rawEncoded);
      const args = ['reconnect', '--token-file', tokenFile, '--compass-ca', stage.caFile];
      const running = startHere(t, args, { kubeconfigPath: stage.cluster.kubeconfigPath });
      const request = await until(
        'it asks',
        async () => readRequests((await resource(stage))?.metadata.annotations)[0],
      );
      const answer = { verb: 'reconnect', accepted: '2026-09-11T10:00:00Z', finished: '2026-09-11T10:00:01Z' };
      const replaced = { result: 'superseded', reason: 'RequestSuperseded', message: 'replaced by of-somebody-else' };
      const requests = [{ ...answer, id: request.id, ...replaced }];
      const fingerprints = { stored: inUse, inUse };
      const report = { ...connected(stage.simulator), generation: 8, requests };
      const identity = report.identity && { ...report.identity, fingerprints };
      await changeReport(stage.cluster, { ...report, ...(identity && { identity }) });
      assert.equal(await running.done, 1);
      assert.match(running.stderr(), /reconnect \S+ was replaced by of-somebody-else; somebody else's newer /);
      assert.match(running.stderr(), says);
      assert.match(running.stderr(), /next: kubectl compass status -w/);
    });
  }

  for (const token of ['none', 'used', 'spent', 'trying']) {
    test(`deletes nothing without a new token where the one in the Secret is ${token}: exit code 7`, async (t) => {
      const stage = await startStage(t, (simulator) => connected(simulator, { token }));
      await putConnection(stage.cluster, 'Synchronized');
      const before = await everything(stage);
      const { code, stderr } = await stage.plugin(['reconnect', '--yes']);
      assert.equal(code, 7);
      assert.match(stderr, /nothing was deleted.*\n.*next: kubectl compass token request --help/);
      assert.deepEqual(await everything(stage), before);
    });
  }

  test('deletes the CompassConnection for an unused one, once somebody says yes', async (t) => {
    const stage = await startStage(t, (simulator) => connected(simulator, { token: 'unused' }));
    await putConnection(stage.cluster, 'Synchronized');
    const before = await everything(stage);
    assert.equal((await stage.plugin(['reconnect'])).code, 7);
    assert.equal((await stage.plugin(['reconnect', '--yes', '--dry-run=server'])).code, 0);
    assert.deepEqual(await everything(stage), before);
    const { code, stdout } = await stage.plugin(['reconnect', '--yes', '--no-wait']);
    assert.deepEqual([code, stdout], [0, 'compassconnection.compass.kyma-project.io/compass-connection deleted\n']);
    assert.equal(await resource(stage), undefined);
  });

  test('says so where the CompassConnection is gone, and where the sidecar is: exit code 3', async (t) => {
    const stage = await startStage(t, (simulator) => connected(simulator, { token: 'unused' }));
    const gone = await stage.plugin(['reconnect', '--yes']);
    assert.equal(gone.code, 3);
    assert.match(gone.stderr, /the CompassConnection compass-connection is gone/);
    await putConnection(stage.cluster, 'Synchronized');
    await changeLease(stage.cluster, -3_600_000);
    for (const args of [
      ['reconnect', '--yes'],
      ['reconnect', '-'],
    ]) {
      const { code, stderr } = await stage.plugin(args, stage.simulator.requestToken().rawEncoded);
      assert.equal(code, 3);
      assert.match(stderr, /the sidecar of compass-connection .* does not run any more; nothing was changed/);
    }
    assert.equal(await stage.configuration(), undefined);
  });

  test('takes a refusal of the new token from the condition that says so', async (t) => {
    const stage = await startStage(t, connected);
    await putConnection(stage.cluster, 'Synchronized');
    const tokenFile = await stage.file('token', stage.simulator.requestToken().rawEncoded);
    const args = ['reconnect', '--token-file', tokenFile, '--compass-ca', stage.caFile];
    const running = startHere(t, args, { kubeconfigPath: stage.cluster.kubeconfigPath });
    await until('it asks', async () => readRequests((await resource(stage))?.metadata.annotations)[0]);
    const report = connected(stage.simulator);
    const pending = condition('ReconnectPending', 'True', 'TokenRefused', 'configuration: the token is refused');
    const steps = [{ time: '2026-09-11T10:00:01Z', step: 'configuration', status: 'error', message: 'refused' }];
    const conditions = [...(report.conditions ?? []), pending];
    await changeReport(stage.cluster, { ...report, generation: 8, steps, conditions });
    assert.equal(await running.done, 6);
  });
});

describe('reconnect with an agent that writes no report', () => {
  test('writes the new token and deletes the CompassConnection, once somebody says yes', async (t) => {
    const stage = await startStage(t);
    const { plugin, simulator, configuration } = stage;
    await putConnection(stage.cluster, 'ConnectionMaintenanceFailed');
    const before = await everything(stage);
    const args = ['--runtime-id', simulator.runtimeId];
    const unasked = await plugin(['reconnect', '-', ...args], simulator.requestToken().rawEncoded);
    assert.equal(unasked.code, 7, unasked.stderr);
    assert.deepEqual(await everything(stage), before);

    const tokenFile = await stage.file('token', simulator.requestToken().rawEncoded);
    const line = ['reconnect', '--yes', '--token-file', tokenFile, ...args, '--compass-ca', stage.caFile];
    const running = startHere(t, line, { kubeconfigPath: stage.cluster.kubeconfigPath });
    await until('the CompassConnection is gone', async () => (await resource(stage)) === undefined);
    assert.equal((await configuration())?.values['RUNTIME_ID'], simulator.runtimeId);
    await putConnection(stage.cluster, 'Connected');
    assert.equal(await running.done, 0, running.stderr());
    assert.match(running.stdout(), /^reconnected compass-connection \(\d+\.\ds\)\n$/);
  });

  test('deletes nothing where the Secret holds no token: exit code 7', async (t) => {
    const stage = await startStage(t);
    await putConnection(stage.cluster, 'ConnectionFailed');
    await stage.putConfiguration({ TOKEN: ' \n' });
    const { code, stderr } = await stage.plugin(['reconnect', '--yes']);
    assert.equal(code, 7);
    assert.match(stderr, /there is no TOKEN .*nothing was deleted/);
    assert.ok(await resource(stage));
  });

  test('says what the CompassConnection says where the agent does not come back: exit code 124', async (t) => {
    const stage = await startStage(t);
    await putConnection(stage.cluster, 'ConnectionFailed');
    await stage.putConfiguration({ TOKEN: 'some-token' });
    const { code, stderr } = await stage.plugin(['reconnect', '--yes', '--timeout', '3s']);
    assert.equal(code, 124);
    assert.match(stderr, /waiting for the agent to pair; there is no CompassConnection/);
    assert.doesNotMatch(stderr, /some-token/);
  });
});

test('reconnect in a cluster without Compass ends with 3', async (t) => {
  const stage = await startStage(t);
  const { code, stderr } = await stage.plugin(['reconnect', '-'], stage.simulator.requestToken().rawEncoded);
  assert.equal(code, 3);
  assert.match(stderr, /there is no CompassConnection in this cluster/);
});
