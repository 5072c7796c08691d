import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { renderSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import { TRACE_SCHEMA } from '../../../plugin/schemas/trace.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { assertExit } from '../assert-exit.ts';
import { HIDDEN, ORDERS_SECRET, putLandscape, REPORT } from '../get/landscape.ts';
import { may, somebodyWith } from '../grant.ts';
import { runHere, runPlugin } from '../run-plugin.ts';

const CHANGES = [
  { time: '2026-09-11T09:30:00Z', kind: 'Application', name: 'stock', action: 'created', cause: 'newly listed' },
  {
    time: '2026-09-11T09:00:00Z',
    kind: 'Secret',
    name: ORDERS_SECRET,
    action: 'updated',
    cause: 'of Application orders',
    revision: 218,
  },
  { time: '2026-09-11T08:00:00Z', kind: 'Application', name: 'orders', action: 'created', cause: 'newly listed' },
];

async function withLandscape(t: TestContext) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putLandscape(cluster, { ...REPORT, changes: CHANGES });
  const run = (...words: string[]) => runHere(['trace', ...words], { KUBECONFIG: cluster.kubeconfigPath });
  return { cluster, run };
}

async function putSecret({ cluster }: TestCluster, name: string, metadata: Partial<Secret['metadata']> = {}) {
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name, namespace: 'kyma-system', ...metadata },
    data: { clientId: Buffer.from(HIDDEN).toString('base64') },
  };
  await cluster.create(SECRET, secret, { fieldManager: 'somebody' });
}

describe('trace secret', () => {
  test('goes back to the APIs, the bundle, the Application, the connection and the last change', async (t) => {
    const { cluster } = await withLandscape(t);
    const run = await runPlugin(['trace', `secret/${ORDERS_SECRET}`], { KUBECONFIG: cluster.kubeconfigPath });
    assertExit(run, 'trace', 0);
    const expected = [
      `Secret:        kyma-system/${ORDERS_SECRET} \\(OAuth, present, content 3d old\\)`,
      'API:           orders-v1 \\(00000000-0000-4000-8000-0000000000c1\\)',
      'Bundle:        Sales \\(00000000-0000-4000-8000-0000000000b1\\)',
      'Application:   orders \\(id-orders\\)',
      'Connection:    compass-connection \\(ResourceApplicationFailed\\)  \\(k8s: test\\)',
      `Last change:   \\d+m ago: Secret ${ORDERS_SECRET} updated, of Application orders \\(rev 218\\)`,
    ];
    assert.match(run.stdout, new RegExp(`^${expected.join('\\n')}\\n$`));
    assert.equal(run.stderr, '');
  });

  test('takes a namespace, and the word apart from the name', async (t) => {
    const { run } = await withLandscape(t);
    const whole = await run(`secret/${ORDERS_SECRET}`);
    assert.deepEqual((await run('secret', ORDERS_SECRET)).stdout, whole.stdout);
    assert.deepEqual((await run(`secret/kyma-system/${ORDERS_SECRET}`)).stdout, whole.stdout);
    const elsewhere = await run(`secret/default/${ORDERS_SECRET}`);
    assertExit(elsewhere, 'trace', 3);
    assert.match(elsewhere.stderr, /no Secret of compass-connection is in namespace default: .* are in kyma-system/);
  });

  test('says of a missing one that it is missing, and what its Application lacks', async (t) => {
    const { run } = await withLandscape(t);
    const { code, stdout } = await run('secret/stock-00000000-0000-4000-8000-0000000000b1');
    assert.equal(code, 0);
    assert.match(stdout, /^Secret: +kyma-system\/stock-\S+ \(OAuth, missing\)$/m);
    assert.match(stdout, /^Application: +stock \(id-stock\) {2}✗ failed: ObjectTooLarge$/m);
    assert.match(stdout, /^Last change: +\d+m ago: Application stock created, newly listed$/m);
  });

  test("says whose a Secret is that is not the connection's, and who made it", async (t) => {
    const { cluster, run } = await withLandscape(t);
    await putSecret(cluster, 'theirs');
    const foreign = await run('secret/theirs', '-o', 'json');
    assertExit(foreign, 'trace', 3);
    const { message, reason } = JSON.parse(foreign.stdout).error;
    assert.equal(reason, 'ClusterNotFound');
    assert.equal(message, "Secret kyma-system/theirs is not from Compass: it is somebody else's, made by somebody");
    await putSecret(cluster, 'left-behind', {
      labels: { app: 'gone', bundleId: 'b9' },
      annotations: { [CONNECTION_ANNOTATION]: 'compass-connection' },
    });
    const left = await run('secret/left-behind');
    assertExit(left, 'trace', 3);
    assert.match(left.stderr, /was made for bundle b9 of Application gone, and no Application names it any more/);
  });

  test('knows what the connection itself lives on', async (t) => {
    const { run } = await withLandscape(t);
    const { code, stdout } = await run('secret/cluster-client-certificates');
    assert.equal(code, 0);
    assert.match(stdout, /^Secret: +compass-system\/cluster-client-certificates \(credentials, missing\)$/m);
    assert.match(stdout, /^Holds: +the key and client certificate, kept by the sidecar$/m);
    assert.match(stdout, /^Connection: +compass-connection /m);
    assert.match((await run('secret/compass-connection-state')).stdout, /^Holds: +the sidecar's memory/m);
  });

  test('answers a wrong name with the nearest ones', async (t) => {
    const { run } = await withLandscape(t);
    const wrong = await run('secret/ordres-00000000-0000-4000-8000-0000000000b1');
    assertExit(wrong, 'trace', 3);
    assert.match(wrong.stderr, new RegExp(`did you mean ${ORDERS_SECRET}( or |\\?)`));
    assert.match((await run('secret/Not A Name')).stderr, /no Application of compass-connection names a Secret/);
  });

  test('without a right to Secrets tells what the sidecar published of them', async (t) => {
    const { cluster } = await withLandscape(t);
    const rotatedAt = new Date(Date.now() - 2 * 86_400_000).toISOString();
    const known = { name: ORDERS_SECRET, createdAt: rotatedAt, rotatedAt, fingerprint: 'beef'.repeat(8) };
    const text = renderSecrets('kyma-system', new Map([known].map((secret) => [secret.name, secret])));
    const map: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'compass-connection-secrets', namespace: 'compass-system' },
      data: { [SECRETS_KEY]: text },
    };
    await cluster.cluster.create(CONFIG_MAP, map);
    const kubeconfig = await somebodyWith(cluster, [
      may('get list', 'compass.kyma-project.io/compassconnections'),
      may('get list', 'applicationconnector.kyma-project.io/applications'),
      may('get list', 'configmaps'),
    ]);
    const run = (...words: string[]) => runHere(['trace', ...words], { KUBECONFIG: kubeconfig });
    const found = await run(`secret/${ORDERS_SECRET}`);
    assertExit(found, 'trace', 0);
    assert.match(found.stdout, /^Secret: .* \(OAuth, present, content 2d old\)$/m);
    assert.equal(found.stderr, '');
    const unknown = await run('secret/theirs');
    assertExit(unknown, 'trace', 3);
    assert.match(unknown.stderr, /whether there is one is not permitted: list secrets in namespace kyma-system/);
  });
});

describe('trace url', () => {
  test('goes back from a gateway URL, a target URL and one where tokens come from', async (t) => {
    const { run } = await withLandscape(t);
    const gateway = await run('url', 'http://gateway.example:8082/orders/sales/orders-v1/items?limit=3');
    assertExit(gateway, 'trace', 0);
    assert.match(gateway.stdout, /^URL: +http:\/\/gateway\.example:8082\/orders\/sales\/orders-v1 \(gateway URL\)$/m);
    assert.match(gateway.stdout, new RegExp(`^Secret: +kyma-system/${ORDERS_SECRET} `, 'm'));
    assert.match(gateway.stdout, /^Application: +orders \(id-orders\)$/m);
    assert.doesNotMatch(gateway.stdout, /stock/);
    const target = await run('https://prices.example/');
    assert.equal(target.stdout.match(/^URL: +https:\/\/\[sensitive\]@prices\.example \(target URL\)$/gm)?.length, 4);
    assert.match(target.stdout, /^Connection: +another, and not compass-connection$/m);
    assert.match((await run('url', 'https://orders.example/token')).stdout, /\(token URL\)$/m);
  });

  test('answers one that nobody has with the nearest of its host, and repeats no password', async (t) => {
    const { run } = await withLandscape(t);
    const wrong = await run('url', 'https://user:secret@orders.example/v2?token=secret');
    assertExit(wrong, 'trace', 3);
    assert.match(
      wrong.stderr,
      /has the URL https:\/\/orders\.example\/v2; did you mean https:\/\/orders\.example\/v1 or/,
    );
    assert.doesNotMatch(wrong.stderr, /secret@|token=/);
    assert.match((await run('url', 'https://nobody.example')).stderr, /has the URL https:\/\/nobody\.example\/\n/);
  });
});

describe('trace app', () => {
  test('says which connection keeps it, and what changed it last', async (t) => {
    const { run } = await withLandscape(t);
    const orders = await run('app/orders');
    assertExit(orders, 'trace', 0);
    assert.match(orders.stdout, /^Application: +orders \(id-orders\)\nConnection: +compass-connection \(/m);
    assert.match(orders.stdout, /^Last change: +\d+\S+ ago: Application orders created, newly listed$/m);
    assert.match((await run('app', 'theirs')).stdout, /^Connection: +another, and not compass-connection$/m);
    assert.match((await run('app', 'by-hand')).stdout, /^Connection: +none, it is not from Compass$/m);
    assert.match((await run('app', 'SAP S/4 (Prod)')).stdout, /✗ not in the cluster: InvalidName$/m);
    assert.match((await run('app', 'leaving')).stdout, /^Last change: +not among the last 3 that the report keeps$/m);
    const wrong = await run('app/order');
    assertExit(wrong, 'trace', 3);
    assert.match(wrong.stderr, /there is no Application order; did you mean orders\?/);
  });

  test('prints documents that conform to their schema, and no value of a Secret', async (t) => {
    const { run } = await withLandscape(t);
    for (const words of [
      ['app/orders'],
      ['app', 'SAP S/4 (Prod)'],
      [`secret/${ORDERS_SECRET}`],
      ['secret/cluster-client-certificates'],
      ['https://prices.example'],
    ]) {
      const { code, stdout } = await run(...words, '-o', 'json');
      assert.equal(code, 0, words.join(' '));
      const document = JSON.parse(stdout);
      assert.deepEqual(conform(TRACE_SCHEMA, document), document);
      assert.ok(!stdout.includes(HIDDEN) && !stdout.includes(Buffer.from(HIDDEN).toString('base64')));
    }
    const cause = await run(`secret/${ORDERS_SECRET}`, '-o', 'jsonpath={.traces[0].lastChange.cause}');
    assert.equal(cause.stdout, 'of Application orders');
  });

  test('takes no other words', async (t) => {
    const { run } = await withLandscape(t);
    for (const words of [
      ['orders'],
      ['app'],
      ['app/'],
      ['bundle/x'],
      ['url', 'orders'],
      ['secret/a/b/c'],
      ['app/a', 'b'],
    ])
      assertExit(await run(...words), 'trace', 2);
  });
});
