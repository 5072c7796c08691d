import assert from 'node:assert/strict';
import { test } from 'node:test';
import { POD, SECRET } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import { DIFF_SCHEMA } from '../../../plugin/schemas/diff.ts';
import { application, basic, bundle, id } from '../../common/sync/samples.ts';
import { runHere } from '../run-plugin.ts';
import { startDirectScene } from './direct-scene.ts';

const withSecret = (number: number) => bundle(number, { defaultInstanceAuth: basic('not-a-password') });

test('diff --direct shows what would be created, says what it reads, and prints no secret', async (t) => {
  const scene = await startDirectScene(t);
  scene.simulator.landscape.createApplication(application(1, 'orders', [withSecret(2)]));
  const { code, stdout, stderr } = await scene.diff();
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^--- \/dev\/null\n\+\+\+ director\/Application\/orders$/m);
  assert.match(stdout, /^\+ {2}password: hmac:[0-9a-f]{16}$/m);
  assert.match(
    stderr,
    /^--direct reads the client key from Secret compass-system\/cluster-client-certificates, and calls/m,
  );
  assert.match(stderr, /^fingerprints are keyed for this run/m);
  assert.doesNotMatch(stdout + stderr, /not-a-password|PRIVATE KEY/);
  const [again, quiet] = [await scene.diff(), await scene.diff(['-q'])];
  assert.notEqual(again.stdout, stdout, 'the key of the fingerprints is another one each time');
  assert.equal(quiet.stderr, '');
  assert.equal(
    await scene.cluster.cluster.find({ kind: SECRET, name: `orders-${id(2)}`, namespace: 'kyma-system' }),
    undefined,
  );
});

test('diff in each format has the same exit code, and a document that conforms to its schema', async (t) => {
  const scene = await startDirectScene(t);
  const nothing = await scene.diff(['-o', 'json']);
  assert.equal(nothing.code, 0, nothing.stderr);
  const before = JSON.parse(nothing.stdout);
  assert.deepEqual([before.verdict, before.error], [{ status: 'NoDifferences', exitCode: 0 }, undefined]);
  assert.deepEqual(before, conform(DIFF_SCHEMA, before));

  scene.simulator.landscape.createApplication(application(1, 'orders', [withSecret(2)]));
  for (const format of ['summary', 'name', 'yaml', 'jsonpath={.verdict.exitCode}']) {
    assert.equal((await scene.diff(['-o', format])).code, 1, format);
  }
  const { stdout } = await scene.diff(['-o', 'json']);
  assert.deepEqual(JSON.parse(stdout), conform(DIFF_SCHEMA, JSON.parse(stdout)));
  const document = JSON.parse(stdout);
  assert.deepEqual(document.verdict, { status: 'OutOfSync', exitCode: 1 });
  assert.deepEqual([document.error.code, document.source], ['CMP0310', 'direct']);
  assert.deepEqual(document.remediation[0].command, ['kubectl', 'compass', 'sync']);
  assert.equal(document.entries[0].after.spec.description, 'Description not provided');
  const summary = JSON.parse((await scene.diff(['-o', 'json', '--summary'])).stdout);
  assert.deepEqual(Object.keys(summary.entries[0]), ['kind', 'name', 'action']);
});

test('--show narrows what is shown, and what it is judged by', async (t) => {
  const scene = await startDirectScene(t);
  scene.simulator.landscape.createApplication(application(1, 'orders', [withSecret(2)]));
  const names = async (show: string) => (await scene.diff(['-o', 'name', `--show=${show}`])).stdout;
  assert.equal(await names('secrets'), `secret/orders-${id(2)}\n`);
  assert.equal(await names('spec'), 'application.applicationconnector.kyma-project.io/orders\n');
  const labels = await scene.diff(['--show=labels']);
  assert.match(labels.stdout, /managed-by: compass-runtime-agent/);
  assert.doesNotMatch(labels.stdout, /spec:/);
  const wrong = await scene.diff(['--show=everything']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /takes spec, secrets, labels/);
});

test('names of nobody exit with 3, others narrow the diff', async (t) => {
  const scene = await startDirectScene(t);
  scene.simulator.landscape.createApplication(application(1, 'orders'));
  scene.simulator.landscape.createApplication(application(2, 'Not, a name'));
  assert.equal((await scene.diff(['orders', '-o', 'name'])).stdout.trim().split('\n').length, 1);
  assert.equal((await scene.diff(['application/orders', '-o', 'name'])).stdout.trim().split('\n').length, 1);
  assert.match(
    (await scene.diff(['Not, a name', '--summary'])).stdout,
    /^x fail {3}Application Not, a name {2}InvalidName/,
  );
  const { code, stderr } = await scene.diff(['orders', 'nobody']);
  assert.equal(code, 3);
  assert.match(stderr, /no Application "nobody", neither in the cluster nor in Compass/);
});

test('the gateway of the entries is that of the sidecar, where its Pod can be read', async (t) => {
  const scene = await startDirectScene(t);
  scene.simulator.landscape.createApplication(application(1, 'orders', [withSecret(2)]));
  assert.match((await scene.diff()).stderr, /its defaults are assumed/);
  const env = [{ name: 'APP_CENTRAL_GATEWAY_SERVICE_URL', value: 'http://gateway.example:1234/' }];
  const labels = { 'app.kubernetes.io/name': 'compass-sidecar' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'compass-sidecar', namespace: 'compass-system', labels },
    spec: { containers: [{ name: 'sidecar', image: 'none.example/none', env }] },
  };
  await scene.cluster.cluster.create(POD, pod);
  const { stdout, stderr } = await scene.diff();
  assert.match(stdout, /centralGatewayUrl: http:\/\/gateway\.example:1234\/orders\/bundle-2\/orders-api/);
  assert.doesNotMatch(stderr, /defaults are assumed/);
});

test('who may not read the key is told so, and by which right', async (t) => {
  const scene = await startDirectScene(t);
  const eve = await scene.cluster.as({ name: 'eve', groups: ['viewers'] });
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'viewers' },
    rules: [
      { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['get', 'list'] },
      { apiGroups: [''], resources: ['configmaps', 'pods'], verbs: ['get', 'list'] },
    ],
  };
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'viewers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'viewers' },
    subjects: [{ kind: 'Group', name: 'viewers', apiGroup: 'rbac.authorization.k8s.io' }],
  };
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  await scene.cluster.request('POST', `${rbac}/clusterroles`, { body: role });
  await scene.cluster.request('POST', `${rbac}/clusterrolebindings`, { body: binding });
  const unread = await scene.diff(['-o', 'json'], eve.kubeconfigPath);
  assert.equal(unread.code, 4, unread.stderr);
  assert.match(unread.stderr, /not permitted: get secrets in namespace compass-system/);
  const canI = 'kubectl auth can-i get secrets -n compass-system';
  assert.equal(JSON.parse(unread.stdout).remediation[0].text, canI);

  const applications = {
    apiGroups: ['applicationconnector.kyma-project.io'],
    resources: ['applications'],
    verbs: ['list'],
  };
  const rules = [...role.rules, { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }, applications];
  await scene.cluster.request('PUT', `${rbac}/clusterroles/viewers`, { body: { ...role, rules } });
  scene.simulator.landscape.createApplication(application(1, 'orders'));
  const unwritten = await scene.diff([], eve.kubeconfigPath);
  assert.equal(unwritten.code, 4, unwritten.stderr);
  assert.match(unwritten.stderr, /not permitted: create applications\.applicationconnector\.kyma-project\.io/);
  assert.match(
    unwritten.stderr,
    /kubectl auth can-i create applications\.applicationconnector\.kyma-project\.io --all-namespaces/,
  );
});

test('each failure has its exit code, and a document that says what to do', async (t) => {
  const scene = await startDirectScene(t);
  const { landscape, runtimeId } = scene.simulator;
  const failed = async (code: number, reason: string, args: readonly string[] = []) => {
    const result = await scene.diff(['-o', 'json', ...args]);
    assert.equal(result.code, code, `${reason}: ${result.stderr}`);
    const document = JSON.parse(result.stdout);
    assert.deepEqual([document.kind, document.verdict.exitCode, document.error.reason], ['Diff', code, reason]);
    assert.ok(document.remediation.length > 0);
  };
  const fault = scene.simulator.faults.add({ operation: 'applicationsForRuntime', status: 503 });
  await failed(5, 'CompassUnavailable');
  scene.simulator.faults.remove(fault);
  const slow = scene.simulator.faults.add({ operation: 'applicationsForRuntime', delayMs: 20_000 });
  await failed(124, 'TimedOut', ['--timeout=300ms']);
  scene.simulator.faults.remove(slow);
  const untrusted = await runHere(['diff', '--direct'], { KUBECONFIG: scene.cluster.kubeconfigPath });
  assert.equal(untrusted.code, 5, untrusted.stderr);
  assert.match(untrusted.stderr, /CompassUntrusted; next: give the CA of Compass by --compass-ca FILE\n/);
  landscape.deleteRuntime(runtimeId);
  await failed(6, 'RuntimeNotFound');
  await scene.putSecret('cluster-client-certificates', { key: 'no key' });
  await failed(6, 'InvalidCredential');
  const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
  const managementInfo = { directorUrl: 'https://elsewhere.example/director' };
  await scene.putSecret('cluster-client-certificates', { key: scene.credential.key });
  await scene.cluster.cluster.mergePatch(ref, { spec: { managementInfo } });
  await failed(5, 'UntrustedUrl');
  await scene.cluster.cluster.delete({
    kind: SECRET,
    name: 'cluster-client-certificates',
    namespace: 'compass-system',
  });
  await failed(3, 'ClusterNotFound');
  await scene.cluster.cluster.delete(ref);
  await failed(3, 'NotInstalled');
});
