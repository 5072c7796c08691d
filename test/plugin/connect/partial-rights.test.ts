import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { readRequests } from '#common/resources/requests.ts';
import { may, somebodyWith } from '../grant.ts';
import { changeLease, putConnection } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { connected, type Stage, startStage } from './stage.ts';

const CONNECTION = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
const CONNECTIONS = 'compass.kyma-project.io/compassconnections';
const LEASES = 'coordination.k8s.io/leases';
const WRITES = may('get create patch', 'secrets');

const resource = ({ cluster }: Stage) => cluster.cluster.find<CompassConnection>(CONNECTION);

/** Reconnects with a new token, as somebody with these rights and no others. */
async function reconnectWith(stage: Stage, rules: Parameters<typeof somebodyWith>[1], ...more: readonly string[]) {
  const kubeconfigPath = await somebodyWith(stage.cluster, rules);
  const args = ['reconnect', '-', '--yes', '--no-wait', '--compass-ca', stage.caFile, ...more];
  return runHere(args, { KUBECONFIG: kubeconfigPath }, stage.simulator.requestToken().rawEncoded);
}

describe('reconnect by somebody who may not read everything', () => {
  for (const [what, leases, heldMs] of [
    ['nor the Lease', [], 60_000],
    ['and a sidecar that rests', [may('get', LEASES), may('list', 'apps/deployments')], -3_600_000],
  ] as const) {
    test(`takes no sidecar for another agent where its report may not be read, ${what}: exit code 4`, async (t) => {
      const stage = await startStage(t, connected);
      await putConnection(stage.cluster, 'Synchronized');
      await changeLease(stage.cluster, heldMs);
      const before = await resource(stage);
      const rules = [WRITES, may('get list delete patch', CONNECTIONS), ...leases];
      const { code, stderr } = await reconnectWith(stage, rules, '--runtime-id', stage.simulator.runtimeId);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /not permitted: get configmaps in namespace compass-system; nothing was changed/);
      assert.match(stderr, /next: kubectl auth can-i get configmaps -n compass-system/);
      assert.deepEqual(await resource(stage), before);
      assert.equal(await stage.configuration(), undefined);
    });
  }

  test('takes the CompassConnection that may be read by its name alone for what it is', async (t) => {
    const stage = await startStage(t, connected);
    await putConnection(stage.cluster, 'Synchronized');
    const rules = [WRITES, may('get patch', CONNECTIONS), may('get list', 'configmaps'), may('get', LEASES)];
    const { code, stderr } = await reconnectWith(stage, rules);
    assert.equal(code, 0, stderr);
    const asked = readRequests((await resource(stage))?.metadata.annotations);
    assert.deepEqual(
      asked.map(({ verb }) => verb),
      ['reconnect'],
    );
  });

  test('stores no token where the CompassConnection to ask on may not be read: exit code 4', async (t) => {
    const stage = await startStage(t, connected);
    await putConnection(stage.cluster, 'Synchronized');
    const rules = [WRITES, may('patch', CONNECTIONS), may('get list', 'configmaps'), may('get', LEASES)];
    const { code, stderr } = await reconnectWith(stage, rules);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /not permitted: list compassconnections/);
    assert.doesNotMatch(stderr, /gone/);
    assert.equal(await stage.configuration(), undefined);
  });

  test('stores no token where the CompassConnection to ask on is gone: exit code 3', async (t) => {
    const stage = await startStage(t, connected);
    const { code, stderr } = await stage.plugin(
      ['reconnect', '-', '--no-wait'],
      stage.simulator.requestToken().rawEncoded,
    );
    assert.equal(code, 3, stderr);
    assert.equal(await stage.configuration(), undefined);
  });
});

describe('who may get a CompassConnection, and not list them,', () => {
  for (const line of ['sync --no-wait', 'disconnect --yes --no-wait', 'cert renew --no-wait']) {
    test(`asks by its name: ${line}`, async (t) => {
      const stage = await startStage(t, connected);
      await putConnection(stage.cluster, 'Synchronized');
      const rules = [may('get patch', CONNECTIONS), may('get', 'configmaps'), may('get', LEASES)];
      const env = { KUBECONFIG: await somebodyWith(stage.cluster, rules) };
      const { code, stderr } = await runHere(line.split(' '), env);
      assert.equal(code, 0, stderr);
      assert.equal(readRequests((await resource(stage))?.metadata.annotations).length, 1);
    });
  }

  test('is told so of a name that is not there, and nothing of rights', async (t) => {
    const stage = await startStage(t, connected);
    const rules = [may('get', CONNECTIONS), may('get', 'configmaps')];
    const env = { KUBECONFIG: await somebodyWith(stage.cluster, rules) };
    const { code, stderr } = await runHere(['status', 'other'], env);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /there is no CompassConnection "other"/);
  });
});

describe('who may neither list nor get it,', () => {
  for (const line of ['sync', 'diff', 'cert verify --live', 'reconnect --yes', 'disconnect --yes', 'cert renew']) {
    test(`hears of the right, and not that it is gone: ${line}`, async (t) => {
      const stage = await startStage(t, connected);
      await putConnection(stage.cluster, 'Synchronized');
      const env = { KUBECONFIG: await somebodyWith(stage.cluster, [may('get', 'configmaps')]) };
      const { code, stderr } = await runHere(line.split(' '), env);
      assert.equal(code, 4, stderr);
      assert.match(stderr, /not permitted: list compassconnections/);
      assert.match(stderr, /next: kubectl auth can-i list compassconnections\.compass\.kyma-project\.io/);
    });
  }
});
