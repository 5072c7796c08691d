import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { LEASE, NAMESPACE, POD } from '#common/cluster/objects.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import type { PodLogs } from '../../kube-api/pod-logs.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { soon, startHere } from '../start-here.ts';
import { startPlugin } from '../start-plugin.ts';

const NAMESPACE_NAME = 'compass-system';

interface PodLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: string;
}

function textOf(line: PodLine): string {
  return JSON.stringify({ time: '2026-09-14T14:03:19.000Z', ...line });
}

async function putPod({ cluster }: TestCluster, name: string, container = 'sidecar', labels = SIDECAR_LABELS) {
  await cluster.create(POD, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE_NAME, labels },
    spec: {
      automountServiceAccountToken: false,
      containers: [
        { name: 'app', image: 'a' },
        { name: container, image: 'b' },
      ],
    },
  } as Parameters<typeof cluster.create>[1]);
}

/** Two replicas in the embedded server, which has their logs; the genuine one has no kubelet to ask. */
async function twoReplicas(
  t: TestContext,
): Promise<{ cluster: TestCluster; logs: PodLogs; run: (...args: string[]) => ReturnType<typeof runPlugin> }> {
  const cluster = await startTestCluster(t, { target: 'embedded' });
  const logs = cluster.embedded?.logs;
  assert.ok(logs);
  await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE_NAME } });
  await putPod(cluster, 'a-1');
  await putPod(cluster, 'b-2');
  const ago = (ms: number) => new Date(Date.now() - ms);
  logs.write('a-1', 'sidecar', [textOf({ level: 'info', msg: 'started' })], ago(7_200_000));
  logs.write('b-2', 'sidecar', [textOf({ level: 'info', msg: 'stands by' })], ago(60_000));
  logs.write(
    'a-1',
    'sidecar',
    [textOf({ level: 'warn', msg: 'an application is not in sync', name: 'sap' })],
    ago(30_000),
  );
  logs.write('b-2', 'sidecar', [textOf({ level: 'error', msg: 'refused', requestId: '1ae_5f' })], ago(10_000));
  return { cluster, logs, run: (...args) => runPlugin(['logs', ...args], { KUBECONFIG: cluster.kubeconfigPath }) };
}

function messages(stdout: string): string[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ 2026-\S+/, ''));
}

describe('logs', () => {
  test('shows all replicas by time, with their names', async (t) => {
    const { run } = await twoReplicas(t);
    const result = await run();
    assertExit(result, 'logs', 0);
    const { stdout, stderr } = result;
    assert.deepEqual(messages(stdout), [
      'a-1 INFO  started',
      'b-2 INFO  stands by',
      'a-1 WARN  an application is not in sync name=sap',
      'b-2 ERROR refused requestId=1ae_5f',
    ]);
    assert.equal(stderr, '');
  });

  test('shows what is younger, louder, about an Application, of a call, or last', async (t) => {
    const { run } = await twoReplicas(t);
    const lines = async (...args: string[]) =>
      messages((await run(...args)).stdout).map((line) => line.split(' ')[0] + line.slice(9));
    assert.equal((await lines('--since', '1h')).length, 3);
    assert.equal((await lines('--since-time', new Date(Date.now() - 40_000).toISOString())).length, 2);
    assert.deepEqual(await lines('--level', 'error'), ['b-2 refused requestId=1ae_5f']);
    assert.deepEqual(await lines('--app', 'sap'), ['a-1 an application is not in sync name=sap']);
    assert.deepEqual(await lines('--request-id=1ae_5f'), ['b-2 refused requestId=1ae_5f']);
    assert.equal((await lines('--tail', '2')).length, 2);
    assert.deepEqual(await lines('--tail', '1', '--level', 'warn', '--app', 'sap'), [
      'a-1 an application is not in sync name=sap',
    ]);
  });

  test('shows the leader alone with --leader, and what was before with --previous', async (t) => {
    const { cluster, logs, run } = await twoReplicas(t);
    assert.equal((await run('--leader')).code, 3);
    await cluster.cluster.create(LEASE, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'compass-connection-lease', namespace: NAMESPACE_NAME },
      spec: { holderIdentity: 'b-2' },
    } as Parameters<typeof cluster.cluster.create>[1]);
    const { stdout } = await run('--leader', '-o', 'json');
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).msg),
      ['stands by', 'refused'],
    );
    logs.restart('b-2', 'sidecar');
    const previous = await run('--previous');
    assert.match(previous.stdout, /refused/);
    assert.match(previous.stderr, /previous terminated container "sidecar" in pod "a-1" not found/);
    assert.equal(previous.code, 0);
  });

  test('says once that no container was started anew', async (t) => {
    const { run } = await twoReplicas(t);
    const { code, stderr } = await run('--previous');
    assert.equal(code, 4);
    assert.equal(stderr.match(/in pod "a-1" not found/g)?.length, 1, stderr);
  });

  test('finds the container beside others, by its name', async (t) => {
    const { cluster, logs } = await twoReplicas(t);
    await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    for (const name of ['a-1', 'b-2']) await cluster.cluster.delete({ kind: POD, name, namespace: NAMESPACE_NAME });
    await putPod(cluster, 'host-1', 'compass-sidecar', { app: 'host' });
    await putPod(cluster, 'host-2', 'istio-proxy', { app: 'host' });
    logs.write('host-1', 'compass-sidecar', [textOf({ level: 'info', msg: 'injected' })]);
    const { stdout } = await runHere(['logs'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.match(stdout, /^2026-\S+ INFO {2}injected\n$/);
  });

  test('exits with 3 where there is no Pod, and with 4 where logs may not be read', async (t) => {
    const { cluster } = await twoReplicas(t);
    const none = await runHere(['logs', '-n', 'default', '-o', 'json'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.equal(none.code, 3);
    assert.match(none.stderr, /there is no Pod of a sidecar in namespace default/);
    assert.equal(JSON.parse(none.stdout).error.reason, 'ClusterNotFound');
    await cluster.embedded?.addUser('viewer', {
      rules: [{ verbs: ['get', 'list'], resources: ['pods', 'configmaps'] }],
    });
    const viewer = await cluster.asToken(cluster.embedded?.token('viewer') ?? '');
    const { code, stderr } = await runHere(['logs'], { KUBECONFIG: viewer.kubeconfigPath });
    assert.equal(code, 4);
    assert.match(stderr, /cannot get pods\/log "[ab]-\d" in namespace "compass-system"/);
    assert.match(stderr, /next: kubectl auth can-i get pods\/log -n compass-system/);
  });

  const REFUSED: readonly (readonly [args: string[], why: RegExp])[] = [
    [['--since', '1h', '--since-time', '2026-01-01T00:00:00Z'], /--since and --since-time say the same/],
    [['--since-time', 'yesterday'], /--since-time is "yesterday"/],
    [['--since', '1 week'], /--since is "1 week"/],
    [['--tail', 'all'], /--tail is "all"/],
    [['-f', '--previous'], /cannot be followed/],
    [['--level', 'loud'], /--level is "loud"/],
  ];
  for (const [args, why] of REFUSED) {
    test(`refuses ${args.join(' ')}`, async () => {
      const { code, stderr } = await runHere(['logs', ...args]);
      assert.match(stderr, why);
      assert.equal(code, 2);
    });
  }
});

describe('logs --follow', () => {
  test('shows each line once, through lost streams and restarts, takes up new Pods, and ends with Ctrl-C', async (t) => {
    const { cluster, logs } = await twoReplicas(t);
    const following = await startPlugin(t, ['logs', '-f', '--since', '1h', '-o', 'raw'], cluster);
    const seen = () => following.lines().map((line) => JSON.parse(line).msg);
    const sees = (msg: string) =>
      soon(
        () => `it shows ${msg}: ${following.stderr()}`,
        () => seen().includes(msg),
      );
    await sees('refused');
    logs.write('a-1', 'sidecar', [textOf({ level: 'info', msg: 'one' })]);
    await sees('one');
    logs.cut();
    logs.write('a-1', 'sidecar', [textOf({ level: 'info', msg: 'two' })]);
    await sees('two');
    logs.restart('a-1', 'sidecar');
    logs.write('a-1', 'sidecar', [textOf({ level: 'info', msg: 'three' })]);
    await putPod(cluster, 'c-3');
    logs.write('c-3', 'sidecar', [textOf({ level: 'info', msg: 'four' })]);
    await sees('three');
    await sees('four');
    following.interrupt();
    await assertEnd(following, 'logs', 130);
    assert.deepEqual(seen().toSorted(), [
      'an application is not in sync',
      'four',
      'one',
      'refused',
      'stands by',
      'three',
      'two',
    ]);
  });
});

test('logs --follow --tail 0 shows what comes only, of the Pods that there are and of those that come', async (t) => {
  const { cluster, logs } = await twoReplicas(t);
  const following = startHere(t, ['logs', '-f', '--tail', '0', '-o', 'raw'], cluster);
  const seen = () => following.lines().map((line) => JSON.parse(line).msg);
  await soon(
    () => `both are followed: ${following.stdout()}`,
    () => logs.followers === 2,
  );
  logs.write('a-1', 'sidecar', [textOf({ level: 'info', msg: 'new' })]);
  logs.write('c-3', 'sidecar', [textOf({ level: 'info', msg: 'its first' })]);
  await putPod(cluster, 'c-3');
  await soon(
    () => `it shows both: ${following.stdout()}`,
    () => seen().length >= 2,
  );
  following.interrupt();
  await following.done;
  assert.deepEqual(seen().toSorted(), ['its first', 'new']);
});

test('logs --follow ends with 143 at SIGTERM', async (t) => {
  const { cluster } = await twoReplicas(t);
  const following = await startPlugin(t, ['logs', '-f', '-o', 'raw'], cluster);
  await soon('it shows what there is', () => following.lines().length > 0);
  following.interrupt('SIGTERM');
  await assertEnd(following, 'logs', 143);
});

test('what a genuine API server says of a Pod on a node that it cannot reach comes out as it is', async (t) => {
  const cluster = await startTestCluster(t);
  if (cluster.target === 'embedded') return t.skip('the embedded API server asks no kubelet');
  await cluster.cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE_NAME } });
  await putPod(cluster, 'a-1');
  const run = () => runHere(['logs'], { KUBECONFIG: cluster.kubeconfigPath });
  assert.deepEqual(await run(), { code: 0, stdout: '', stderr: 'nothing that is wanted was written\n' });
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'a-1' },
    target: { kind: 'Node', name: 'away' },
  };
  await cluster.cluster.post(`/api/v1/namespaces/${NAMESPACE_NAME}/pods/a-1/binding`, binding);
  const { code, stderr } = await run();
  assert.match(stderr, /error: cannot get pods\/log "a-1" in namespace "compass-system": .*away/);
  assert.ok(code === 3 || code === 4);
});
