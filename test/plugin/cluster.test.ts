import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { before, describe, type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { type KubeObject, POD } from '#common/cluster/objects.ts';
import type { Report } from '#common/resources/report.ts';
import { VERSION } from '#common/version.ts';
import { startTestCluster, type TestCluster } from '../cluster/start-test-cluster.ts';
import { may, somebodyWith } from './grant.ts';
import { putConnection, putReport } from './put-report.ts';
import { runHere, runPlugin } from './run-plugin.ts';
import { EXPIRED, HEALTHY } from './sample-reports.ts';

async function clusterWithReport(t: TestContext, report: Report, namespace?: string): Promise<TestCluster> {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, report.state ?? 'Connected', report.connection);
  await putReport(cluster, report, namespace);
  return cluster;
}

describe('status', () => {
  test('of a healthy connection exits with 0, run as kubectl runs it', async (t) => {
    const { kubeconfigPath } = await clusterWithReport(t, HEALTHY);
    const { code, stdout, stderr } = await runPlugin(['status'], { KUBECONFIG: kubeconfigPath });
    assert.equal(stderr, '');
    assert.match(stdout, /^✔ Healthy {2}compass-connection {2}runtime 1ae04041 {2}\(k8s: test\)/);
    assert.match(stdout, /^ {2}Agent {6}✔ v0\.1\.0 · leader compass-sidecar-7c9f-x2x$/m);
    assert.equal(code, 0);
  });

  test('of a lost connection exits with 1 in every format, and names the cause', async (t) => {
    const { kubeconfigPath } = await clusterWithReport(t, EXPIRED);
    const run = (...args: string[]) => runHere(['status', ...args], { KUBECONFIG: kubeconfigPath });
    for (const format of ['wide', 'name', 'json', 'yaml']) assert.equal((await run('-o', format)).code, 1, format);
    const document = JSON.parse((await run('-o', 'json')).stdout);
    assert.deepEqual(document.verdict, { status: 'Disconnected', exitCode: 1 });
    assert.equal(document.error.reason, 'CertificateExpired');
    assert.deepEqual(parse((await run('-o', 'yaml')).stdout).findings, document.findings);
    assert.equal((await run('-o', 'name')).stdout, 'compassconnection.compass.kyma-project.io/compass-connection\n');
  });

  test('finds the sidecar by its label, wherever it is', async (t) => {
    const { kubeconfigPath } = await clusterWithReport(t, HEALTHY, 'elsewhere');
    const env = { KUBECONFIG: kubeconfigPath };
    assert.equal((await runHere(['status'], env)).code, 0);
    assert.equal((await runHere(['status', '-n', 'elsewhere'], env)).code, 0);
    const { stdout } = await runHere(['status'], { ...env, COMPASS_NAMESPACE: 'compass-system' });
    assert.match(stdout, /No report of a sidecar in namespace compass-system/);
    assert.match(stdout, /^There is one in namespace elsewhere: say -n elsewhere\.$/m);
    const { stdout: chosen } = await runHere(['status', '-n', 'elsewhere'], { ...env, COMPASS_NAMESPACE: 'kyma' });
    assert.match(chosen, /Healthy/);
  });

  test('tells how often the leader was started anew, where its Pod may be read', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    const name = HEALTHY.leader?.pod ?? '';
    const metadata = { name, namespace: 'compass-system' };
    const spec = { automountServiceAccountToken: false, containers: [{ name: 'sidecar', image: 'a' }] };
    await cluster.cluster.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec } as KubeObject);
    const lastState = { terminated: { exitCode: 1, finishedAt: new Date(Date.now() - 3_600_000).toISOString() } };
    const sidecar = { name: 'sidecar', image: 'a', imageID: '', ready: true, restartCount: 2, lastState };
    const status = { containerStatuses: [sidecar] };
    await cluster.cluster.mergePatch({ kind: POD, ...metadata }, { status }, { subresource: 'status' });
    const { stdout } = await runHere(['status', '-o', 'wide'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.match(stdout, / · 2 restarts, 60m ago$/m);
  });

  test('without a report says so, and shows what the CompassConnection says', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    await putConnection(cluster, 'ResourceApplicationFailed');
    const { code, stdout } = await runHere(['status'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.equal(code, 1);
    assert.match(stdout, /^No report of a sidecar in this cluster: this is what the CompassConnection says\.$/m);
    assert.match(stdout, /^ {2}Identity {3}✔ valid 88d of 90d left · as its status says$/m);
    assert.match(stdout, /CMP0302 two Applications are called "a"$/m);
  });

  test('shows the last report of a CompassConnection that was deleted', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    await putReport(cluster, HEALTHY);
    const { stdout } = await runHere(['status'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.match(stdout, /^CompassConnection compass-connection is gone; this is its last report\.$/m);
  });

  test('exits with 3 where nothing is installed, or nothing of that name', async (t) => {
    const cluster = await startTestCluster(t);
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const { code, stderr } = await runHere(['status'], env);
    assert.equal(code, 3);
    assert.match(
      stderr,
      /^error: there is no CompassConnection in this cluster and no report of a sidecar\n {2}CMP0111/,
    );
    const named = await runHere(['status', 'other'], env);
    assert.equal(named.code, 3);
    assert.match(named.stderr, /there is no CompassConnection "other"/);
  });

  test('does not say that there is no report where none may be looked for', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    const viewer = await somebodyWith(cluster, [may('get list', 'compass.kyma-project.io/compassconnections')]);
    const { code, stderr } = await runHere(['status'], { KUBECONFIG: viewer });
    assert.equal(code, 3);
    assert.match(
      stderr,
      /no CompassConnection in this cluster; whether there is a report .* not permitted: list configmaps/,
    );
  });

  test('of several connections wants to know which, unless one has the usual name', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    await putConnection(cluster, 'Synchronized', 'east');
    await putConnection(cluster, 'Synchronized', 'west');
    const { code, stderr } = await runHere(['status'], env);
    assert.equal(code, 2);
    assert.match(stderr, /name one of them: east, west/);
    assert.match((await runHere(['status', 'compassconnection/east'], env)).stdout, / east /);
  });
});

describe('somebody with few rights', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compass-plugin-'));
    return () => rm(folder, { recursive: true, force: true });
  });

  async function grant(cluster: TestCluster, user: string, rules: readonly object[]): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await cluster.cluster.post(`${rbac}/clusterroles`, {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: user },
      rules,
    });
    await cluster.cluster.post(`${rbac}/clusterrolebindings`, {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }],
    });
  }

  test('is told the verb and the resource, and gets exit code 4', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    const nobody = await cluster.as({ name: 'nobody' });
    const { code, stderr } = await runHere(['status'], { KUBECONFIG: nobody.kubeconfigPath });
    assert.equal(code, 4);
    assert.match(stderr, /cannot list compassconnections\.compass\.kyma-project\.io: not permitted/);
    assert.match(
      stderr,
      /CMP0103 ClusterForbidden; next: kubectl auth can-i list compassconnections\.compass\.kyma-project\.io\n/,
    );
  });

  test('gets the line that asks for the very right that a change needs', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    await grant(cluster, 'reader', [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]);
    const { kubeconfigPath } = await cluster.as({ name: 'reader' });
    const canI = 'kubectl auth can-i patch compassconnections.compass.kyma-project.io';
    for (const command of ['sync', 'cert renew', 'disconnect --yes']) {
      const { code, stderr, stdout } = await runHere([...command.split(' '), '-o', 'json'], {
        KUBECONFIG: kubeconfigPath,
      });
      assert.equal(code, 4, command);
      assert.ok(stderr.includes(`next: ${canI}\n`), stderr);
      assert.deepEqual(JSON.parse(stdout).remediation[0].command, canI.split(' '));
    }
  });

  test('sees what may be read, and the rest as not permitted', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    await grant(cluster, 'viewer', [
      { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['get', 'list'] },
    ]);
    const viewer = await cluster.as({ name: 'viewer' });
    const { stdout } = await runHere(['status'], { KUBECONFIG: viewer.kubeconfigPath });
    assert.match(stdout, /^not permitted: get configmaps in namespace compass-system$/m);
    assert.match(stdout, /^ {2}kubectl auth can-i get configmaps -n compass-system$/m);
    assert.doesNotMatch(stdout, /missing/);
  });

  test('is enough for the whole status: connections, the report and the Lease, and no Secret', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    await grant(cluster, 'reader', [
      { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['list'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get'] },
    ]);
    const reader = await cluster.as({ name: 'reader' });
    const { code, stdout } = await runHere(['status'], { KUBECONFIG: reader.kubeconfigPath });
    assert.match(stdout, /Healthy/);
    assert.equal(code, 0);
  });

  test('can be played by an administrator with --as and --as-group', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    if (cluster.target === 'embedded') {
      t.skip('the embedded API server impersonates nobody; requests.test.ts sees what is sent');
      return;
    }
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const alone = await runHere(['status', '--as', 'eve'], env);
    assert.equal(alone.code, 4);
    const grouped = await runHere(['status', '--as', 'eve', '--as-group', 'a', '--as-group', 'system:masters'], env);
    assert.equal(grouped.code, 0, grouped.stderr);
  });

  test('a KUBECONFIG of several files is one, and flags choose its parts', async (t) => {
    const cluster = await clusterWithReport(t, HEALTHY);
    const config = parse(await readFile(cluster.kubeconfigPath, 'utf8'));
    const [users, rest] = [join(folder, 'users'), join(folder, 'rest')];
    await writeFile(users, JSON.stringify({ users: [{ name: 'boss', user: config.users[0].user }] }));
    await writeFile(rest, JSON.stringify({ ...config, users: [{ name: 'user', user: { token: 'of nobody' } }] }));
    const env = { KUBECONFIG: [users, join(folder, 'absent'), rest].join(delimiter) };
    assert.equal((await runHere(['status'], env)).code, 4);
    assert.equal((await runHere(['status', '--user', 'boss'], env)).code, 0);
    const bad = await runHere(['status', '--user', 'boss', '--context', 'none'], env);
    assert.match(bad.stderr, /the kubeconfig has no context "none"/);
    const insecure = ['--server', cluster.server, '--insecure-skip-tls-verify', '--user', 'boss'];
    assert.equal((await runHere(['status', ...insecure], { KUBECONFIG: users })).code, 0);
  });
});

describe('version', () => {
  test('shows client, server, definitions, sidecar and whether they fit', async (t) => {
    const cluster = await clusterWithReport(t, { ...HEALTHY, leader: { version: '0.9.0' } });
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const { code, stdout } = await runHere(['version'], env);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^Client: +v${VERSION}$`, 'm'));
    assert.match(stdout, /^Kubernetes: +v1\.\d+/m);
    assert.match(stdout, /^Definition: +CompassConnection v1alpha1$/m);
    assert.match(stdout, /^Sidecar: +v0\.9\.0 \(compass-connection in namespace compass-system\)$/m);
    assert.match(stdout, /^Skew: +more than two minor versions apart/m);
    const document = JSON.parse((await runHere(['version', '-o', 'json'], env)).stdout);
    assert.equal(document.skew, 'unsupported');
    assert.equal(document.sidecars[0].version, '0.9.0');
  });

  test('of an empty cluster says what is not there, and is content', async (t) => {
    const cluster = await startTestCluster(t);
    const { code, stdout } = await runHere(['version'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.equal(code, 0);
    assert.match(stdout, /^Definition: +CompassConnection not installed$/m);
    assert.match(stdout, /^Sidecar: +none has reported$/m);
  });
});
