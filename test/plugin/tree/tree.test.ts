import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { APPLICATION } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { CONNECTION_TREE_SCHEMA } from '../../../plugin/schemas/connection-tree.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { assertExit } from '../assert-exit.ts';
import { application, HIDDEN, ORDERS_SECRET, putLandscape } from '../get/landscape.ts';
import { may, somebodyWith } from '../grant.ts';
import { putConnection, putReport } from '../put-report.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';
import { startHere } from '../start-here.ts';

async function withLandscape(t: TestContext) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putLandscape(cluster);
  const env = { KUBECONFIG: cluster.kubeconfigPath };
  const run = (args: string) => runHere(['tree', ...args.split(' ').filter((word) => word !== '')], env);
  return { cluster, run, env };
}

const OF_ORDERS = `├── Application orders
│   └── Bundle Sales
│       ├── Secret kyma-system/${ORDERS_SECRET} OAuth  3d old
│       ├── API orders-v1
│       │   ├── gateway http://gateway.example:8082/orders/sales/orders-v1
│       │   └── target  https://orders.example/v1
│       ├── API prices
│       │   └── target  https://[sensitive]@prices.example
│       └── Event order created
`;

describe('tree', () => {
  test('goes from the connection down to URLs and Secrets, and says with a word what is wrong', async (t) => {
    const { env } = await withLandscape(t);
    const run = await runPlugin(['tree'], env);
    assertExit(run, 'tree', 0);
    assert.match(
      run.stdout,
      /^CompassConnection compass-connection {2}✗ ResourceApplicationFailed {2}runtime 1ae04041 /,
    );
    assert.ok(run.stdout.includes(OF_ORDERS), run.stdout);
    assert.match(run.stdout, /^├── Application stock {2}✗ failed: ObjectTooLarge$/m);
    assert.match(run.stdout, /^├── Application leaving {2}! deletion held$/m);
    assert.match(run.stdout, /^│ {7}├── Secret kyma-system\/leaving-\S+ OAuth {2}✗ missing$/m);
    assert.match(run.stdout, /^└── Application SAP S\/4 \(Prod\) {2}✗ not in the cluster: InvalidName$/m);
    const sum = '4 Applications · 2 failed · 1 deletion held · 3 bundles · 6 APIs · 3 events · 3 Secrets · 2 missing';
    assert.equal(run.stdout.trimEnd().split('\n').at(-1), sum);
    assert.doesNotMatch(run.stdout, /theirs|by-hand/);
    assert.ok(!run.stdout.includes(HIDDEN));
  });

  test('has lines of ASCII where the locale has no others, and one a line with --compact', async (t) => {
    const { cluster, run } = await withLandscape(t);
    const env = { KUBECONFIG: cluster.kubeconfigPath, LC_ALL: 'C' };
    const plain = await runHere(['tree', 'app', 'orders'], env);
    assert.match(plain.stdout, /^`-- Application orders$/m);
    assert.match(plain.stdout, /^ {8}\|-- API orders-v1$/m);
    assert.match(plain.stdout, /^ {8}\| {3}`-- target {2}https:\/\/orders\.example\/v1$/m);
    assert.match(plain.stdout, /^[\n -~]+$/);
    const { stdout } = await run('--compact');
    const [, ...rows] = stdout.split('\n\n', 1).join('').split('\n');
    assert.deepEqual(rows.toSorted(), [
      '└── Application SAP S/4 (Prod)  ✗ not in the cluster: InvalidName',
      '├── Application leaving  ! deletion held  1 bundle · 2 APIs · 1 event · 1 Secret  ✗ 1 Secret missing',
      '├── Application orders  1 bundle · 2 APIs · 1 event · 1 Secret',
      '├── Application stock  ✗ failed: ObjectTooLarge  1 bundle · 2 APIs · 1 event · 1 Secret  ✗ 1 Secret missing',
    ]);
  });

  test('shows one Application, and answers a wrong name with the nearest ones', async (t) => {
    const { run } = await withLandscape(t);
    for (const words of ['app orders', 'app/orders', 'applications orders']) {
      const { code, stdout } = await run(words);
      assert.equal(code, 0);
      assert.match(stdout, /^└── Application orders$/m);
      assert.doesNotMatch(stdout, /stock/);
    }
    assert.match((await run('app id-sap')).stdout, /not in the cluster: InvalidName/);
    const wrong = await run('app ordres -o json');
    assertExit(wrong, 'tree', 3);
    assert.match(JSON.parse(wrong.stdout).error.message, /there is no Application ordres; did you mean orders\?/);
    assert.match((await run('app theirs')).stderr, /the Application theirs is not of compass-connection\n/);
    for (const words of ['app', 'secrets x', 'nonsense', '--limit many'])
      assert.equal((await run(words)).code, 2, words);
  });

  test('prints a document that conforms to its schema; --compact leaves out what is in an Application', async (t) => {
    const { run } = await withLandscape(t);
    const document = JSON.parse((await run('-o json')).stdout);
    assert.deepEqual(conform(CONNECTION_TREE_SCHEMA, document), document);
    assert.deepEqual(document.verdict, { status: 'Problems', exitCode: 0 });
    const orders = document.applications.find(({ name }: { name: string }) => name === 'orders');
    const [{ secrets, apis }] = orders.bundles;
    assert.equal(secrets[0].state, 'present');
    assert.equal(secrets[0].fingerprint, 'f00d'.repeat(8));
    assert.equal(apis[0].gatewayUrl, 'http://gateway.example:8082/orders/sales/orders-v1');
    assert.deepEqual(apis[0].secrets, [ORDERS_SECRET]);
    const compact = JSON.parse((await run('--compact -o json --limit 2')).stdout);
    assert.deepEqual(conform(CONNECTION_TREE_SCHEMA, compact), compact);
    assert.equal(compact.omitted, 2);
    assert.ok(compact.applications.every((one: object) => !('bundles' in one)));
  });

  test('says what may not be read, and does not call it missing', async (t) => {
    const { cluster } = await withLandscape(t);
    const kubeconfig = await somebodyWith(cluster, [
      may('get list', 'compass.kyma-project.io/compassconnections'),
      may('get list', 'applicationconnector.kyma-project.io/applications'),
      may('get list', 'configmaps'),
    ]);
    const run = await runHere(['tree'], { KUBECONFIG: kubeconfig });
    assertExit(run, 'tree', 0);
    assert.match(run.stdout, /Secret kyma-system\/orders-\S+ OAuth {2}not permitted to look$/m);
    assert.doesNotMatch(run.stdout, /missing/);
    assert.match(
      run.stderr,
      /not permitted: list secrets in namespace kyma-system; ask: kubectl auth can-i list secrets/,
    );
  });
});

test('of many Applications a terminal shows a hundred, those with a problem among them; a pipe has all', async (t) => {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putConnection(cluster, 'ResourceApplicationFailed');
  const last = 'application-249';
  const failure = { id: `id-${last}`, name: last, reason: 'ObjectTooLarge', message: 'too large' };
  await putReport(cluster, { ...HEALTHY, failures: [failure] });
  const names = Array.from({ length: 250 }, (_, at) => `application-${String(at).padStart(3, '0')}`);
  await Promise.all(names.map((name) => cluster.cluster.create(APPLICATION, application(name, `id-${name}`))));
  const terminal = { columns: 80, rows: 24 };
  const running = startHere(t, ['tree', '--compact'], { kubeconfigPath: cluster.kubeconfigPath, terminal });
  assert.equal(await running.done, 0);
  const shown = stripVTControlCharacters(running.stdout());
  assert.equal(shown.match(/ Application /g)?.length, 100);
  assert.match(shown, /├── Application application-249 {2}✗ failed: ObjectTooLarge/);
  assert.match(shown, /└── … 150 more of 250, which --limit 0 shows$/m);
  const run = (...args: string[]) => runHere(['tree', ...args], { KUBECONFIG: cluster.kubeconfigPath });
  assert.equal((await run()).stdout.match(/^[├└]── Application /gm)?.length, 250);
  assert.equal((await run('--limit', '7')).stdout.match(/ Application /g)?.length, 7);
  assert.match((await run('--limit', '7')).stdout, /^250 Applications · 1 failed · /m);
});
