import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { ORDERS_SECRET, putLandscape } from '../get/landscape.ts';
import { may, somebodyWith } from '../grant.ts';
import { runHere } from '../run-plugin.ts';

/** The values that are offered, and the directive. */
async function completed(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly values: readonly string[]; readonly directive: string | undefined }> {
  const { code, stdout, stderr } = await runHere(['__complete', ...words], env);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0] ?? ''), directive: lines.at(-1) };
}

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-completion-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const CONTEXTS = `apiVersion: v1
kind: Config
contexts:
- name: prod-eu
  context: {cluster: eu, user: admin}
- name: prod-us
  context: {cluster: us, user: admin}
clusters:
- name: eu
  cluster: {server: "https://127.0.0.1:1"}
users:
- name: admin
  user: {}
`;

describe('completion without a cluster', () => {
  const cases: readonly (readonly [line: string, values: readonly string[], directive: string])[] = [
    ['st', ['status'], ':4'],
    ['-n kyma --context prod st', ['status'], ':4'],
    ['help st', ['status'], ':4'],
    ['cert sh', ['show'], ':4'],
    ['completion ', ['bash', 'zsh', 'fish', 'powershell', 'kubectl', 'install'], ':4'],
    ['completion b', ['bash'], ':4'],
    ['get ', ['apps', 'bundles', 'apis', 'events', 'secrets'], ':4'],
    ['get ap', ['apps', 'apis'], ':4'],
    ['describe ', ['app'], ':4'],
    ['tree ', ['app'], ':4'],
    ['inject ', ['deployment/', 'statefulset/', 'daemonset/'], ':6'],
    ['eject st', ['statefulset/'], ':6'],
    ['inject service/', [], ':4'],
    ['inject deployment/orders ', [], ':4'],
    ['trace ', ['secret', 'app', 'url'], ':4'],
    ['fleet ', ['status'], ':4'],
    ['fleet status --contexts-file ', [], ':0'],
    ['status -o j', ['json', 'jsonpath=', 'jsonpath-file=', 'jsonpath-as-json='], ':6'],
    ['status -oj', [], ':4'],
    ['status --output=js', ['json', 'jsonpath=', 'jsonpath-file=', 'jsonpath-as-json='], ':6'],
    ['-o js', [], ':4'],
    ['status --color ', ['auto', 'always', 'never'], ':4'],
    ['status --kubeconfig ', [], ':0'],
    ['completion install --dir ', [], ':16'],
    ['completion install --dry-run=', ['none', 'client', 'server'], ':4'],
    ['version --cl', ['--client', '--cluster', '--client-certificate', '--client-key'], ':4'],
    ['explain CMP0402', ['CMP0402'], ':4'],
    ['explain Deletions', ['DeletionsHeld'], ':4'],
    ['explain CMP0402 ', [], ':4'],
    ['nonsense ', [], ':4'],
    ['status --bogus x --co', ['--color', '--context'], ':4'],
  ];
  for (const [line, values, directive] of cases) {
    test(`of "${line}"`, async () => {
      const found = await completed(line.split(' '));
      assert.deepEqual(found.values.toSorted(), values.toSorted());
      assert.equal(found.directive, directive);
    });
  }

  test('of nothing offers the first word of every command, each once, with what it does', async () => {
    const { stdout } = await runHere(['__complete', '']);
    const lines = stdout.trimEnd().split('\n').slice(0, -1);
    assert.ok(lines.includes('status\thow the connection to Compass stands, and what needs you'));
    assert.ok(lines.some((line) => line.startsWith('cert\tshow, check')));
    const words = lines.map((line) => line.split('\t')[0]);
    assert.deepEqual(words, [...new Set(words)]);
    const { stdout: bare } = await runHere(['__completeNoDesc', '']);
    assert.deepEqual(bare.trimEnd().split('\n').slice(0, -1), words);
  });

  test('of a flag does not offer what was given already', async () => {
    const { values } = await completed(['status', '--context=a', '--']);
    assert.ok(values.includes('--namespace'));
    assert.ok(!values.includes('--context'));
  });

  test("of --context, --cluster and --user offers the kubeconfig's", async (t) => {
    const path = join(await temporary(t), 'config');
    await writeFile(path, CONTEXTS);
    assert.deepEqual((await completed(['status', '--context', 'prod'], { KUBECONFIG: path })).values, [
      'prod-eu',
      'prod-us',
    ]);
    assert.deepEqual((await completed(['status', '--context=prod-e'], { KUBECONFIG: path })).values, ['prod-eu']);
    assert.deepEqual((await completed(['--kubeconfig', path, '--cluster', ''])).values, ['eu']);
    assert.deepEqual((await completed([`--kubeconfig=${path}`, '--user', ''])).values, ['admin']);
    assert.deepEqual((await completed(['--kubeconfig=/nonexistent/x', '--user', ''])).values, []);
  });

  test('of --contexts offers one more behind each comma', async (t) => {
    const path = join(await temporary(t), 'config');
    await writeFile(path, CONTEXTS);
    const of = async (word: string) =>
      (await completed(['fleet', 'status', '--contexts', word], { KUBECONFIG: path })).values;
    assert.deepEqual(await of('prod'), ['prod-eu', 'prod-us']);
    assert.deepEqual(await of('prod-us,'), ['prod-us,prod-eu']);
    assert.deepEqual(await of('prod-us,prod-eu,'), []);
  });

  test('with nobody at the address offers nothing, and says nothing', async () => {
    assert.deepEqual((await completed(['--server', 'https://127.0.0.1:1', 'diff', ''])).values, []);
  });
});

describe('completion with a cluster', () => {
  test('offers the names of Applications and namespaces, and keeps them for a moment', async (t) => {
    const { cluster, kubeconfigPath } = await startTestCluster(t, { crds: 'ours' });
    const put = async (name: string) => {
      const { apiVersion, kind } = APPLICATION;
      const application: Application = { apiVersion, kind, metadata: { name }, spec: { services: [] } };
      await cluster.create(APPLICATION, application);
    };
    await put('commerce-cloud');
    await put('sap-c4c');
    const cacheFolder = await temporary(t);
    const flags = ['--cache-dir', cacheFolder, '--context', 'test'];
    const env = { KUBECONFIG: kubeconfigPath };
    assert.deepEqual((await completed([...flags, 'diff', ''], env)).values, ['commerce-cloud', 'sap-c4c']);
    assert.deepEqual((await completed([...flags, 'diff', 'sap-c4c', ''], env)).values, ['commerce-cloud']);
    assert.deepEqual((await completed([...flags, 'get', 'apps', 'sap'], env)).values, ['sap-c4c']);
    assert.ok((await completed([...flags, 'status', '-n', 'kube-s'], env)).values.includes('kube-system'));
    const kept = JSON.parse(await readFile(join(cacheFolder, 'compass', 'applications.json'), 'utf8'));
    assert.deepEqual(kept.names, ['commerce-cloud', 'sap-c4c']);
    // What is kept serves the same words for ten seconds, and no other cluster.
    await put('new');
    assert.deepEqual((await completed([...flags, 'diff', 'n'], env)).values, []);
    assert.deepEqual((await completed([...flags, '--cluster', 'test', 'diff', 'n'], env)).values, ['new']);
    const stale = { ...JSON.parse(await readFile(join(cacheFolder, 'compass', 'applications.json'), 'utf8')), time: 0 };
    await writeFile(join(cacheFolder, 'compass', 'applications.json'), JSON.stringify({ ...stale, names: ['gone'] }));
    assert.deepEqual((await completed([...flags, '--cluster', 'test', 'diff', 'n'], env)).values, ['new']);
  });

  test('offers the Secrets and URLs that Applications name, without a right to Secrets', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'ours' });
    await putLandscape(cluster);
    const kubeconfig = await somebodyWith(cluster, [may('list', 'applicationconnector.kyma-project.io/applications')]);
    const flags = ['--cache-dir', await temporary(t)];
    const of = async (...words: string[]) => (await completed([...flags, ...words], { KUBECONFIG: kubeconfig })).values;
    assert.deepEqual(await of('trace', `secret/orders`), [`secret/${ORDERS_SECRET}`]);
    assert.deepEqual(await of('trace', 'secret', 'orders'), [ORDERS_SECRET]);
    assert.deepEqual(await of('trace', 'app/or'), ['app/orders']);
    assert.deepEqual(await of('trace', 'app', 'or'), ['orders']);
    assert.deepEqual(await of('tree', 'app/or'), ['app/orders']);
    assert.deepEqual(await of('trace', 'url', 'https://orders'), [
      'https://orders.example/v1',
      'https://orders.example/token',
    ]);
    assert.deepEqual(await of('trace', 'url', 'https://prices'), ['https://prices.example'], 'without the login');
  });

  test('offers the workloads of the namespace that is meant, by whatever name kubectl has for their type', async (t) => {
    const { cluster, kubeconfigPath } = await startTestCluster(t);
    const put = async (name: string, namespace: string) => {
      const labels = { app: name };
      const template = { metadata: { labels }, spec: { containers: [{ name, image: 'sample' }] } };
      const spec = { selector: { matchLabels: labels }, template };
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
      await cluster.create(DEPLOYMENT, object as KubeObject);
    };
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await put('orders', 'shop');
    await put('other', 'default');
    const flags = ['--cache-dir', await temporary(t)];
    const of = async (...words: string[]) =>
      (await completed([...flags, ...words], { KUBECONFIG: kubeconfigPath })).values;
    assert.deepEqual(await of('inject', 'deployment/'), ['deployment/other']);
    assert.deepEqual(await of('inject', '--workload-namespace', 'shop', 'deploy/'), ['deploy/orders']);
    assert.deepEqual(await of('eject', '--workload-namespace=shop', 'deployments.apps/o'), ['deployments.apps/orders']);
    assert.deepEqual(await of('inject', '--workload-namespace', 'shop', 'sts/'), []);
  });
});
