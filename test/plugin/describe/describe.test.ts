import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { EVENT, type KubeObject } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { APPLICATION_DESCRIPTION_SCHEMA } from '../../../plugin/schemas/application-description.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { HIDDEN, ORDERS_SECRET, putLandscape, REPORT } from '../get/landscape.ts';
import { runHere } from '../run-plugin.ts';
import { startHere } from '../start-here.ts';

async function putEvent({ cluster }: TestCluster): Promise<void> {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'orders.1', namespace: 'default' },
    involvedObject: {
      apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
      kind: 'Application',
      name: 'orders',
    },
    type: 'Normal',
    reason: 'Created',
    message: 'the Application was created',
    lastTimestamp: '2026-09-11T10:00:00Z',
    firstTimestamp: '2026-09-11T10:00:00Z',
    count: 1,
  };
  await cluster.create(EVENT, event as KubeObject);
}

async function withLandscape(t: Parameters<typeof startTestCluster>[0]) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  const changes = [
    { time: '2026-09-11T09:00:00Z', kind: 'Application', name: 'orders', action: 'created', cause: 'newly listed' },
    {
      time: '2026-09-11T09:00:00Z',
      kind: 'Secret',
      name: ORDERS_SECRET,
      action: 'created',
      cause: 'of Application orders',
    },
    { time: '2026-09-11T09:00:00Z', kind: 'Application', name: 'stock', action: 'created', cause: 'newly listed' },
  ];
  await putLandscape(cluster, { ...REPORT, changes });
  await putEvent(cluster);
  const run = (args: string) => runHere(['describe', ...args.split(' ')], { KUBECONFIG: cluster.kubeconfigPath });
  return { cluster, run };
}

describe('describe app', () => {
  test('shows the object, its bundles, Secrets, where its fields come from, its changes and Events', async (t) => {
    const { run } = await withLandscape(t);
    const { code, stdout, stderr } = await run('app orders');
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^Name: +orders$/m);
    assert.match(stdout, /^Compass ID: +id-orders$/m);
    assert.match(stdout, /^Ready: +True$/m);
    assert.match(stdout, /^ {2}Sales$/m);
    assert.match(stdout, /^ {4}Credentials: +OAuth, Secret orders-\S+ \(rotated 3d ago\)$/m);
    assert.match(stdout, /^ {6}Gateway: +http:\/\/gateway\.example:8082\/orders\/sales\/orders-v1$/m);
    assert.match(stdout, /^ {6}Target: +https:\/\/\[sensitive\]@prices\.example$/m);
    assert.match(stdout, /^ {4}Event: +order created \(00000000-\S+\)$/m);
    assert.match(stdout, /^ {2}orders-\S+ +credentials +present +3d +\d+s +(?:f00d){8}$/m);
    assert.match(stdout, /^ {2}spec\.services +1 bundle +Director: bundles +\S+/m);
    assert.match(stdout, /^ {2}\S+ +Secret +orders-\S+ +created +of Application orders$/m);
    assert.doesNotMatch(stdout, /stock/);
    assert.match(stdout, /^ {2}\S+ +Normal +Created .*the Application was created$/m);
    assert.match((await run('app stock')).stdout, /^Reason: +ObjectTooLarge$/m);
  });

  test('tells where fields come from in 80 columns of a terminal, and with all that a pipe has', async (t) => {
    const { cluster, run } = await withLandscape(t);
    const terminal = { columns: 80, rows: 24 };
    const running = startHere(t, ['describe', 'app', 'orders'], { kubeconfigPath: cluster.kubeconfigPath, terminal });
    assert.equal(await running.done, 0);
    const provenance = (text: string) => /^Provenance:\n(?: .*\n)+/m.exec(stripVTControlCharacters(text))?.[0] ?? '';
    const shown = provenance(running.stdout());
    for (const row of shown.split('\n')) assert.ok(row.length <= 80, row);
    assert.match(shown, /^ {2}spec\.services\n {4}1 bundle; from Director: bundles; written by \S+$/m);
    const fields = (text: string) =>
      [...text.matchAll(/^ {2}((?:spec|metadata)\.[\w.[\]]+)/gm)].map(([, name]) => name);
    assert.deepEqual(fields(shown), fields(provenance((await run('app orders')).stdout)));
  });

  test('tells of Secrets and changes in 80 columns of a terminal, with nothing cut', async (t) => {
    const { cluster } = await withLandscape(t);
    const terminal = { columns: 80, rows: 24 };
    const running = startHere(t, ['describe', 'app', 'orders'], { kubeconfigPath: cluster.kubeconfigPath, terminal });
    assert.equal(await running.done, 0);
    const shown = stripVTControlCharacters(running.stdout());
    const [sections = ''] = /^Secrets .*?(?=^Events:)/ms.exec(shown) ?? [];
    for (const row of sections.split('\n')) assert.ok(row.length <= 80, row);
    const secret = `  ${ORDERS_SECRET}\\n    credentials, present; rotated 3d ago; created \\d+s ago; fingerprint\\n    (?:f00d){8}\\n`;
    assert.match(sections, new RegExp(`^${secret}`, 'm'));
    const change = `  Secret ${ORDERS_SECRET}\\n    created \\S+ ago: of Application orders\\n`;
    assert.match(sections, new RegExp(`^${change}`, 'm'));
  });

  test('prints a document that conforms to its schema, and no value of a Secret', async (t) => {
    const { run } = await withLandscape(t);
    for (const app of ['orders', 'stock', 'theirs']) {
      const { code, stdout } = await run(`app ${app} -o json`);
      const document = JSON.parse(stdout);
      assert.equal(code, 0);
      assert.deepEqual(conform(APPLICATION_DESCRIPTION_SCHEMA, document), document);
      assert.ok(!stdout.includes(HIDDEN) && !stdout.includes(Buffer.from(HIDDEN).toString('base64')));
    }
    const document = JSON.parse((await run('app/orders -o json')).stdout);
    assert.deepEqual(document.verdict, { status: 'Ready', exitCode: 0 });
    assert.equal(document.bundles[0].apis[0].gatewayUrl, 'http://gateway.example:8082/orders/sales/orders-v1');
    assert.equal(document.events[0].reason, 'Created');
    const written = document.provenance.find(({ field }: { field: string }) => field === 'spec.services');
    assert.equal(written.managers.length, 1);
    assert.equal((await run('app orders -o jsonpath={.status.ready}')).stdout, 'True');
    assert.equal(JSON.parse((await run('app orders --no-show-events -o json')).stdout).events, undefined);
  });

  test('tells of one that could not be created, and whose another one is', async (t) => {
    const { run, cluster } = await withLandscape(t);
    const failed = await runHere(['describe', 'app', 'SAP S/4 (Prod)'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.equal(failed.code, 0);
    assert.match(failed.stdout, /^Reason: +InvalidName$/m);
    assert.match(failed.stdout, /^In cluster: +no, it could not be created$/m);
    assert.match((await run('app theirs')).stdout, /^Connection: +not of compass-connection$/m);
  });

  test('exits with 3 where there is none, and with 2 for what it does not describe', async (t) => {
    const { run } = await withLandscape(t);
    const missing = await run('app nope -o json');
    assert.equal(missing.code, 3);
    assert.equal(JSON.parse(missing.stdout).error.reason, 'ClusterNotFound');
    for (const args of ['app', 'bundle sales', 'app/']) assert.equal((await run(args)).code, 2, args);
  });

  test('works for one who may read Applications only', async (t) => {
    const { cluster } = await withLandscape(t);
    const viewer = await cluster.as({ name: 'reader', groups: [] });
    const group = 'rbac.authorization.k8s.io';
    await cluster.request('POST', `/apis/${group}/v1/clusterroles`, {
      body: {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRole',
        metadata: { name: 'reader' },
        rules: [
          { apiGroups: ['applicationconnector.kyma-project.io'], resources: ['applications'], verbs: ['get'] },
          { apiGroups: ['compass.kyma-project.io'], resources: ['compassconnections'], verbs: ['get', 'list'] },
        ],
      },
    });
    await cluster.request('POST', `/apis/${group}/v1/clusterrolebindings`, {
      body: {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'reader' },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'reader' },
        subjects: [{ kind: 'User', name: 'reader', apiGroup: group }],
      },
    });
    const { code, stdout, stderr } = await runHere(['describe', 'app', 'orders'], {
      KUBECONFIG: viewer.kubeconfigPath,
    });
    assert.equal(code, 0);
    assert.match(stdout, /^Ready: +-$/m);
    assert.match(stdout, /Secret orders-\S+ \(not permitted\)$/m);
    assert.match(
      stderr,
      /not permitted: list events in namespace default; ask: kubectl auth can-i list events -n default/,
    );
  });
});
