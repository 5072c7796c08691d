import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { CONNECT_RESULT_SCHEMA } from '../../../plugin/schemas/connect-result.ts';
import { until } from '../../cluster/until.ts';
import { assertEnd } from '../assert-exit.ts';
import { changeReport } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { condition } from '../sample-reports.ts';
import { startHere } from '../start-here.ts';
import { startPlugin } from '../start-plugin.ts';
import { CONFIGURATION, connected, type Stage, startStage, WAITING } from './stage.ts';

const CANARY = 'canary-of-a-token-that-is-none';
const URL_OF_CONNECTOR = 'https://connector.compass.example/connector/graphql';
const RUNTIME = '1ae04041-17e5-4470-a184-8d4b2a8d8a3e';

function blob(fields: object): string {
  return Buffer.from(JSON.stringify({ token: CANARY, connectorURL: URL_OF_CONNECTOR, ...fields })).toString('base64');
}

/** The kubeconfig of somebody with these rights and no others. */
async function somebody({ cluster }: Stage, rules: readonly object[]): Promise<string> {
  const roles = '/apis/rbac.authorization.k8s.io/v1';
  const metadata = { name: 'somebody' };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'somebody' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'somebody' }];
  await cluster.request('POST', `${roles}/clusterroles`, { body: { metadata, rules } });
  await cluster.request('POST', `${roles}/clusterrolebindings`, { body: { metadata, roleRef, subjects } });
  return (await cluster.as({ name: 'somebody' })).kubeconfigPath;
}

describe('before it asks anybody, connect', () => {
  const refusals: readonly [why: string, args: readonly string[], input: string, says: RegExp][] = [
    ['no token', [], '', /a one-time token is needed: --token-stdin, --token-file FILE/],
    ["kubectl's --token for one", ['--token', 'x'], '', /--token is the one for the API server/],
    ['an empty stdin', ['--token-stdin'], '\n', /the one-time token of stdin is empty/],
    ['two tokens', ['--token-stdin', blob({})], CANARY, /given twice/],
    ['a file that is not there', ['--token-file', '/dev/null/t'], '', /--token-file \/dev\/null\/t cannot be read/],
    ['a URL by http', ['-', '--connector-url', 'http://a.example/x'], CANARY, /--connector-url must begin with https/],
    [
      'another Compass',
      ['-', '--connector-url', 'https://b.example/x'],
      blob({}),
      /is for connector.compass.example, not/,
    ],
    ['a Runtime that is no UUID', ['-', '--runtime-id', CANARY], blob({}), /--runtime-id is not the id of a Runtime/],
    ['a tenant of two words', ['-', '--tenant', 'a b'], blob({}), /--tenant is not a tenant id/],
    ['a dry run of its own kind', ['-', '--dry-run=maybe'], blob({}), /--dry-run is "maybe"/],
  ];
  for (const [why, args, input, says] of refusals) {
    test(`refuses ${why} with exit code 2`, async () => {
      const { code, stdout, stderr } = await runHere(['connect', ...args, '-v=9'], {}, input);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stdout + stderr, new RegExp(`${CANARY}|${blob({})}`));
    });
  }

  test('shows no token that stands in the wrong place', async () => {
    for (const args of [
      ['connect', 'name', blob({})],
      ['connet', blob({})],
      [blob({})],
      ['token', 'request', blob({})],
    ]) {
      const { code, stdout, stderr } = await runHere(args);
      assert.equal(code, 2);
      assert.ok(!(stdout + stderr).includes(blob({})), stderr);
    }
  });

  for (const [why, fields, says] of [
    ['used', { used: true }, /says that it was used already; nothing was sent or changed/],
    ['expired', { used: false, expiresAt: '2020-01-01T00:00:00Z' }, /expired at 2020-01-01T00:00:00Z/],
  ] as const) {
    test(`refuses an invitation that says it is ${why} with exit code 6`, async () => {
      const { code, stdout, stderr } = await runHere(['connect', '-', '-o', 'json'], {}, blob(fields));
      assert.equal(code, 6);
      assert.match(stderr, says);
      assert.equal(JSON.parse(stdout).error.reason, 'TokenRefused');
    });
  }
});

test('a dry run tells what would be done, writes nothing and shows nobody the token', async (t) => {
  const { plugin, simulator, configuration } = await startStage(t, WAITING);
  const { rawEncoded } = simulator.requestToken();
  for (const dryRun of ['client', 'server']) {
    const args = ['connect', '-', '--runtime-id', simulator.runtimeId, `--dry-run=${dryRun}`];
    const { code, stdout, stderr } = await plugin([...args, '-o', 'json'], rawEncoded);
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(CONNECT_RESULT_SCHEMA, document), document);
    assert.deepEqual([document.verdict.status, document.configuration.action], ['DryRun', 'created']);
    assert.equal(document.reach.ok, true);
    const text = await plugin(args, rawEncoded);
    const note = dryRun === 'client' ? 'dry run' : 'server dry run';
    assert.equal(text.stdout, `secret/compass-agent-configuration created (${note})\n`);
    assert.equal(await configuration(), undefined);
  }
  const asked = simulator.requests.list();
  assert.ok(asked.length > 0);
  for (const { rootFields } of asked) assert.deepEqual(rootFields, ['__typename']);
  const inEarnest = await plugin(['connect', '-', '--runtime-id', simulator.runtimeId, '--no-wait'], rawEncoded);
  assert.equal(inEarnest.code, 0);
});

test('the Secret keeps its other keys, and what it says already need not be said again', async (t) => {
  const { plugin, simulator, configuration, putConfiguration } = await startStage(t, WAITING);
  const { runtimeId, tenant, urls } = simulator;
  await putConfiguration({ CONNECTOR_URL: urls.connector, RUNTIME_ID: runtimeId, TENANT: tenant, OTHER: 'stays' });
  const { token } = simulator.requestToken();
  const { code, stdout, stderr } = await plugin(['connect', '-', '--no-wait', '-o', 'json', '-v=9'], `"${token}"\n`);
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(CONNECT_RESULT_SCHEMA, document), document);
  const written = await configuration();
  const expected = {
    CONNECTOR_URL: urls.connector,
    RUNTIME_ID: runtimeId,
    TENANT: tenant,
    TOKEN: token,
    OTHER: 'stays',
  };
  assert.deepEqual(written?.values, expected);
  assert.ok(written.managers.includes('kubectl-compass'));
  assert.ok(!(stdout + stderr).includes(token));
});

test('a token on the command line works, and is warned about', async (t) => {
  const { plugin, simulator } = await startStage(t, WAITING);
  const { raw, token } = simulator.requestToken();
  const { code, stderr } = await plugin(['connect', raw, '--runtime-id', simulator.runtimeId, '--dry-run=client']);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^warning: a token on the command line stays in the history/);
  assert.ok(!stderr.includes(token));
});

describe('connect changes nothing', () => {
  test('where it is connected already: exit code 7', async (t) => {
    const { plugin, simulator, configuration } = await startStage(t, connected);
    const { code, stderr } = await plugin(['connect', '-'], simulator.requestToken().rawEncoded);
    assert.equal(code, 7);
    assert.match(stderr, /is connected already.*\n.*next: kubectl compass reconnect/);
    assert.equal(await configuration(), undefined);
  });

  test('where an immutable Secret or a ConfigMap is in the way: exit code 7, with what to do', async (t) => {
    const { plugin, simulator, cluster, putConfiguration } = await startStage(t, WAITING);
    const args = ['connect', '-', '--runtime-id', simulator.runtimeId];
    const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: CONFIGURATION, data: { TENANT: 't' } };
    await cluster.cluster.create(CONFIG_MAP, map);
    const older = await plugin(args, simulator.requestToken().rawEncoded);
    assert.deepEqual([older.code, /delete configmap compass-agent-conf/.test(older.stderr)], [7, true], older.stderr);
    await putConfiguration({ TENANT: 't' }, { immutable: true });
    const fixed = await plugin(args, simulator.requestToken().rawEncoded);
    assert.deepEqual([fixed.code, /delete secret compass-agent-conf/.test(fixed.stderr)], [7, true], fixed.stderr);
  });

  test('where nobody would take the token: exit code 3, unless it is not waited for', async (t) => {
    const { plugin, simulator, configuration } = await startStage(t);
    const args = ['connect', '-', '--runtime-id', simulator.runtimeId];
    const { code, stderr } = await plugin(args, simulator.requestToken().rawEncoded);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /there is no sidecar in namespace compass-system.*nothing was changed\n.*kubectl compass install/,
    );
    assert.equal(await configuration(), undefined);
    const early = await plugin([...args, '--no-wait'], simulator.requestToken().rawEncoded);
    assert.equal(early.code, 0);
    assert.match(early.stderr, /^warning: there is no sidecar/m);
  });

  test('where somebody may read but not write: exit code 4, with the right that is missing', async (t) => {
    const stage = await startStage(t, WAITING);
    const kubeconfigPath = await somebody(stage, [
      { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['get', 'list'] },
    ]);
    const args = ['connect', '-', '--runtime-id', RUNTIME, '--compass-ca', stage.caFile];
    const { rawEncoded } = stage.simulator.requestToken();
    const { code, stderr } = await runHere(args, { KUBECONFIG: kubeconfigPath }, rawEncoded);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /not permitted: create secrets in namespace compass-system; nothing was changed/);
    assert.match(stderr, /next: kubectl auth can-i create secrets -n compass-system/);
  });

  test('where the cluster would become another Runtime, unless somebody says yes: exit code 7', async (t) => {
    const { plugin, simulator, configuration, putConfiguration } = await startStage(t, WAITING);
    await putConfiguration({ RUNTIME_ID: RUNTIME });
    const args = ['connect', '-', '--no-wait', '--runtime-id', simulator.runtimeId];
    const unasked = await plugin(args, simulator.requestToken().rawEncoded);
    assert.equal(unasked.code, 7);
    assert.match(unasked.stderr, new RegExp(`is Runtime ${RUNTIME}, and would become Runtime ${simulator.runtimeId}`));
    assert.equal((await configuration())?.values['RUNTIME_ID'], RUNTIME);
    assert.equal((await plugin([...args, '--yes'], simulator.requestToken().rawEncoded)).code, 0);
    assert.equal((await configuration())?.values['RUNTIME_ID'], simulator.runtimeId);
  });
});

test('rights on the configuration Secret alone are enough', async (t) => {
  const stage = await startStage(t, WAITING);
  const kubeconfigPath = await somebody(stage, [
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: [CONFIGURATION.name], verbs: ['get', 'patch'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
  ]);
  for (const action of ['created', 'configured']) {
    const args = ['connect', '-', '--no-wait', '--runtime-id', RUNTIME, '--compass-ca', stage.caFile];
    const env = { KUBECONFIG: kubeconfigPath };
    const { code, stdout, stderr } = await runHere(args, env, stage.simulator.requestToken().rawEncoded);
    assert.deepEqual([code, stdout], [0, `secret/compass-agent-configuration ${action}\n`], stderr);
  }
});

test('a Connector out of reach from here is a warning, since the way of the cluster may be another', async (t) => {
  const { plugin, configuration } = await startStage(t, WAITING);
  const args = ['connect', '-', '--runtime-id', RUNTIME, '--connector-url', 'https://127.0.0.1:1/connector/graphql'];
  const { code, stdout, stderr } = await plugin([...args, '--no-wait', '-o', 'json'], CANARY);
  assert.equal(code, 0);
  assert.match(stderr, /^! reach +not from here: .*the way from the cluster may be another$/m);
  const document = JSON.parse(stdout);
  assert.deepEqual([document.reach.ok, document.reach.reason], [false, 'CompassUnreachable']);
  assert.deepEqual(conform(CONNECT_RESULT_SCHEMA, document), document);
  assert.equal((await configuration())?.values['TOKEN'], CANARY);
});

describe('while it waits, connect', () => {
  const URL_FLAG = ['--connector-url', 'https://127.0.0.1:1/connector/graphql'];

  test('ends with 124 when the time is over, and says what it waited for', async (t) => {
    const { plugin } = await startStage(t, WAITING);
    const args = ['connect', '-', '--runtime-id', RUNTIME, ...URL_FLAG, '--timeout', '3s'];
    const { code, stderr } = await plugin(args, CANARY);
    assert.equal(code, 124);
    assert.match(stderr, /waiting for a client certificate; the sidecar is at: nothing yet/);
  });

  test('ends with 130 at Ctrl-C, and says that the work goes on', async (t) => {
    const { cluster, configuration, file } = await startStage(t, WAITING);
    const tokenFile = await file('token', CANARY);
    const args = ['connect', '--token-file', tokenFile, '--runtime-id', RUNTIME, ...URL_FLAG, '--context', 'test'];
    const running = startHere(t, args, { kubeconfigPath: cluster.kubeconfigPath });
    await until('it waits', async () => (await configuration()) !== undefined && /sidecar/.test(running.stderr()));
    running.interrupt();
    assert.equal(await running.done, 130);
    assert.match(running.stderr(), /it goes on. To watch it: kubectl compass status -w --context test\n/);
  });

  const failures: readonly [code: number, reason: string, says: string][] = [
    [5, 'CompassUnreachable', 'configuration at connector.compass.example: the connection is refused'],
    [6, 'RuntimeNotFound', 'runtime at director.compass.example: there is no such Runtime'],
    [5, 'ReasonOfNextYear', 'something new'],
  ];
  for (const [expected, reason, says] of failures) {
    test(`ends with ${expected} when the sidecar says ${reason}, and what was changed`, async (t) => {
      const { cluster, configuration, file } = await startStage(t, WAITING);
      const tokenFile = await file('token', CANARY);
      const args = ['connect', '--token-file', tokenFile, '--runtime-id', RUNTIME, ...URL_FLAG];
      const running = await startPlugin(t, args, { kubeconfigPath: cluster.kubeconfigPath });
      await until('the Secret is written', async () => (await configuration()) !== undefined);
      const steps = [{ time: '2026-09-11T10:00:01Z', step: 'configuration', status: 'error', message: says }];
      await changeReport(cluster, { ...WAITING, generation: 2, steps });
      const conditions = [condition('Connected', 'False', reason, says)];
      await changeReport(cluster, { ...WAITING, generation: 3, steps, conditions });
      await assertEnd(running, 'connect', expected);
      assert.match(running.stderr(), new RegExp(`✗ configuration +${says}`));
      assert.match(
        running.stderr(),
        /; nothing but the secret compass-system\/compass-agent-configuration was changed/,
      );
    });
  }
});
