import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { conform, type Schema } from '#common/resources/conform.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { API_SCHEMA } from '../../../plugin/schemas/api.ts';
import { APPLICATION_SECRET_SCHEMA } from '../../../plugin/schemas/application-secret.ts';
import { BUNDLE_SCHEMA } from '../../../plugin/schemas/bundle.ts';
import { EVENT_DEFINITION_SCHEMA } from '../../../plugin/schemas/event-definition.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { putConnection } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { application, HIDDEN, ORDERS_SECRET, putLandscape, REPORT } from './landscape.ts';

type Run = (args: string) => ReturnType<typeof runHere>;

async function withLandscape(t: Parameters<typeof startTestCluster>[0], report = REPORT) {
  const cluster = await startTestCluster(t, { crds: 'field' });
  await putLandscape(cluster, report);
  const run: Run = (args) => runHere(['get', ...args.split(' ')], { KUBECONFIG: cluster.kubeconfigPath });
  return { cluster, run };
}

/** The rows of a table, each as its cells, without the ages, which depend on how quick the machine is. */
function cellsOf(table: string): readonly (readonly string[])[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

const names = (table: string) => cellsOf(table).map(([name]) => name);

describe('get apps', () => {
  test('shows what the report says of each, also of one that never came into the cluster', async (t) => {
    const { run } = await withLandscape(t);
    const { code, stdout, stderr } = await run('apps');
    assert.deepEqual([code, stderr], [0, '']);
    const [head, ...rows] = cellsOf(stdout);
    assert.deepEqual(head, ['NAME', 'READY', 'APIS', 'EVENTS', 'SECRETS', 'SYNCED', 'AGE', 'REASON']);
    const seen = rows.map(([name, ready, apis, events, secrets, , , reason = '']) =>
      [name, ready, apis, events, secrets, reason].join(' '),
    );
    assert.deepEqual(seen, [
      'leaving True 2 1 1 DeletionsHeld',
      'orders True 2 1 1 ',
      'stock False 2 1 1 ObjectTooLarge',
      'SAP S/4 (Prod) False - - - InvalidName',
    ]);
  });

  test('-o wide adds the message, the id and what may be known of the Secrets', async (t) => {
    const { run } = await withLandscape(t);
    const { stdout } = await run('apps -o wide');
    assert.match(stdout, /^orders .* id-orders +1 +3d +f00df00df00d$/m);
    assert.match(stdout, /^stock .* the Application would have 2000000 bytes +id-stock +1 +- +-$/m);
  });

  test('filters apply in every format', async (t) => {
    const { run } = await withLandscape(t);
    assert.deepEqual(names((await run('apps --status-selector ready=false --no-headers')).stdout), [
      'stock',
      'SAP S/4 (Prod)',
    ]);
    assert.deepEqual(names((await run('apps --status-selector reason!=ObjectTooLarge,ready=False')).stdout).slice(1), [
      'SAP S/4 (Prod)',
    ]);
    for (const filter of [
      '-l team=blue',
      '--field-selector metadata.name=orders',
      '--status-selector ready=true,reason=',
    ]) {
      const { stdout } = await run(`apps ${filter} -o name`);
      assert.equal(stdout, 'application.applicationconnector.kyma-project.io/orders\n', filter);
      const list = JSON.parse((await run(`apps ${filter} -o json`)).stdout);
      assert.deepEqual([list.kind, list.items.length, list.items[0].metadata.name], ['List', 1, 'orders'], filter);
      assert.deepEqual(parse((await run(`apps ${filter} -o yaml`)).stdout), list);
      assert.equal((await run(`apps ${filter} -o jsonpath={.items[*].metadata.name}`)).stdout, 'orders');
      assert.equal((await run(`apps ${filter} -o custom-columns=N:.metadata.name`)).stdout, 'N\norders\n');
    }
  });

  test('-o json has the real objects, without who wrote which field', async (t) => {
    const { run, cluster } = await withLandscape(t);
    const { items } = JSON.parse((await run('apps -o json')).stdout);
    assert.deepEqual(
      items.map(({ kind, metadata }: { kind: string; metadata: { name: string } }) => `${kind} ${metadata.name}`),
      ['Application leaving', 'Application orders', 'Application stock'],
    );
    const [, orders] = items;
    const { managedFields: _, ...metadata } = JSON.parse(
      (await cluster.request('GET', '/apis/applicationconnector.kyma-project.io/v1alpha1/applications/orders')).text,
    ).metadata;
    assert.deepEqual(orders.metadata, metadata);
    assert.deepEqual(JSON.parse((await run('app orders -o json')).stdout), orders);
  });

  test('one that is named is found by any form of the name; one that is not there exits with 3 in every format', async (t) => {
    const { run, cluster } = await withLandscape(t);
    for (const form of ['app orders', 'application/orders', 'apps/orders', 'applications orders']) {
      assert.deepEqual(names((await run(form)).stdout), ['NAME', 'orders'], form);
    }
    assert.deepEqual(names((await run('apps stock orders --no-headers')).stdout), ['stock', 'orders']);
    for (const format of ['', ' -o wide', ' -o name', ' -o json', ' -o yaml', ' -o jsonpath={.kind}']) {
      const { code, stderr } = await run(`app nope${format}`);
      assert.equal(code, 3, format);
      assert.match(stderr, /^error: there is no Application nope$/m);
    }
    const named = await runHere(['get', 'app', 'SAP S/4 (Prod)'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.deepEqual([named.code, names(named.stdout)], [0, ['NAME', 'SAP S/4 (Prod)']]);
    const without = await runHere(['get', 'app', 'SAP S/4 (Prod)', '-o', 'json'], {
      KUBECONFIG: cluster.kubeconfigPath,
    });
    assert.deepEqual([without.code, JSON.parse(without.stdout).error.reason], [3, 'ClusterNotFound']);
    const failure = JSON.parse((await run('app nope -o json')).stdout);
    assert.deepEqual([failure.verdict.exitCode, failure.error.reason], [3, 'ClusterNotFound']);
  });

  test("are this connection's only, unless --all are asked for", async (t) => {
    const { run } = await withLandscape(t);
    const { code, stderr } = await run('app theirs');
    assert.equal(code, 3);
    assert.match(stderr, /but there is of another: --all shows it/);
    assert.match((await run('app theirs --all')).stdout, /^theirs +- /m);
    assert.deepEqual(names((await run('apps --all --no-headers')).stdout), [
      'by-hand',
      'leaving',
      'orders',
      'stock',
      'theirs',
      'SAP S/4 (Prod)',
    ]);
  });

  test('without a report nobody says whether they are ready, but their own annotation when they are not', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    await putLandscape(cluster, { schemaVersion: 'v1' });
    const { request } = cluster;
    await request('PATCH', '/apis/applicationconnector.kyma-project.io/v1alpha1/applications/stock', {
      body: { metadata: { annotations: { 'compass.kyma-project.io/sync-error': 'NameConflict: two are called so' } } },
      contentType: 'application/merge-patch+json',
    });
    const { stdout } = await runHere(['get', 'apps', '-o', 'wide'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.match(stdout, /^orders +- /m);
    assert.match(stdout, /^stock +False .* NameConflict +two are called so /m);
  });

  test('with a report that cannot be read says that nobody knows who is ready, also where none is found', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    await putLandscape(cluster, REPORT);
    const ref = { kind: CONFIG_MAP, name: 'compass-connection-report', namespace: 'compass-system' };
    const env = { KUBECONFIG: cluster.kubeconfigPath };
    const known = await runHere(['get', 'apps', '--status-selector', 'ready=false'], env);
    assert.equal(known.stderr, '');
    await cluster.cluster.mergePatch(ref, { data: { [REPORT_KEY]: '{' } });
    const { code, stderr } = await runHere(['get', 'apps', '--status-selector', 'ready=false'], env);
    assert.equal(code, 0);
    assert.match(stderr, /^the report in namespace compass-system cannot be read: who is ready is not known\n/);
  });

  test('sort by a path, show labels, and say when there is none', async (t) => {
    const { run } = await withLandscape(t);
    const sorted = await run('apps --sort-by {.spec.compassMetadata.applicationId} --show-labels -L team');
    assert.deepEqual(names(sorted.stdout), ['NAME', 'leaving', 'orders', 'stock', 'SAP S/4 (Prod)']);
    assert.match(sorted.stdout, /REASON +TEAM +LABELS$/m);
    assert.match(sorted.stdout, /^orders .* blue +applicationconnector[^ ]*,team=blue$/m);
    const none = await run('apps -l team=red');
    assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no apps found\n']);
  });

  test('a wrong type, selector or path is wrong usage', async (t) => {
    const { run } = await withLandscape(t);
    for (const args of [
      'frobs',
      'apps -l a=b=c',
      'apps --status-selector state=bad',
      'apps --status-selector ready=maybe',
      'apps --sort-by .nope',
      'app/orders api/prices',
      'apps orders -l a=b',
      'apps -o jsonpath={.a',
      'apps -o custom-columns=A',
    ]) {
      assert.equal((await run(args)).code, 2, args);
    }
  });

  test('are read page by page, all of them', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    await putConnection(cluster, 'Synchronized');
    const all = Array.from({ length: 230 }, (_, at) => application(`app-${String(at).padStart(3, '0')}`, `id-${at}`));
    for (const some of [all.slice(0, 115), all.slice(115)]) {
      await Promise.all(some.map((one) => cluster.cluster.create(APPLICATION, one)));
    }
    const before = cluster.embedded?.requests().length ?? 0;
    const { stdout } = await runHere(['get', 'apps', '--no-headers'], { KUBECONFIG: cluster.kubeconfigPath });
    assert.deepEqual(
      names(stdout),
      all.map(({ metadata }) => metadata.name),
    );
    const requests = (cluster.embedded?.requests() ?? []).slice(before);
    const pages = requests.filter(({ path, query }) => path.endsWith('/applications') && query['limit'] === '100');
    if (cluster.embedded) assert.equal(pages.length, 3);
  });
});

describe('get what is inside of Applications', () => {
  const types: readonly (readonly [type: string, count: number, schema: Schema])[] = [
    ['bundles', 3, BUNDLE_SCHEMA],
    ['apis', 6, API_SCHEMA],
    ['events', 3, EVENT_DEFINITION_SCHEMA],
    ['secrets', 3, APPLICATION_SECRET_SCHEMA],
  ];

  test('prints items that conform to their schemas', async (t) => {
    const { run } = await withLandscape(t);
    for (const [type, count, schema] of types) {
      const { items } = JSON.parse((await run(`${type} -o json`)).stdout);
      assert.equal(items.length, count, type);
      for (const item of items) assert.deepEqual(conform(schema, item), item);
      assert.equal((await run(`${type} -o name`)).stdout.split('\n').length, count + 1);
      assert.equal(names((await run(`${type} -o wide --no-headers`)).stdout).length, count);
    }
  });

  test('fits a terminal of 80 columns; what is long is shown by -o wide', async (t) => {
    const { run } = await withLandscape(t);
    for (const type of ['bundles', 'apis', 'events']) {
      const longest = Math.max(...(await run(type)).stdout.split('\n').map(({ length }) => length));
      assert.ok(longest <= 80, `${type}: ${longest}`);
    }
    assert.match(
      (await run('apis orders-v1 -o wide')).stdout,
      new RegExp(`^orders-v1 +orders .* ${ORDERS_SECRET} +http:`, 'm'),
    );
  });

  test('a path without braces is printed as it stands, as by kubectl, with a hint', async (t) => {
    const { run } = await withLandscape(t);
    const { code, stdout, stderr } = await run('apis -o jsonpath=items[0].id');
    assert.deepEqual([code, stdout], [0, 'items[0].id']);
    assert.match(stderr, /the path is -o jsonpath='\{\.items\[0\]\.id\}'$/m);
    assert.equal((await run('apis -q -o jsonpath=items[0].id')).stderr, '');
  });

  test('APIs are found by name or id, with where they are called and their Secret', async (t) => {
    const { run } = await withLandscape(t);
    const path = '{.items[?(@.application=="orders")].gatewayUrl}';
    const { stdout } = await run(`apis orders-v1 -o jsonpath=${path}`);
    assert.equal(stdout, 'http://gateway.example:8082/orders/sales/orders-v1');
    const byId = await run('api 00000000-0000-4000-8000-0000000000c1 --status-selector ready=false');
    assert.match(byId.stdout, /^orders-v1 +stock +sales-4e1f2 +OAuth +False$/m);
    assert.equal((await run('api nope')).code, 3);
  });
});

describe('get secrets', () => {
  test('shows age, rotation and fingerprint of each, and never asks for a value', async (t) => {
    const { run, cluster } = await withLandscape(t);
    const before = cluster.embedded?.requests().length ?? 0;
    for (const format of ['', ' -o wide', ' -o json', ' -o yaml']) {
      const { stdout, stderr } = await run(`secrets${format}`);
      assert.ok(!`${stdout}${stderr}`.includes(Buffer.from(HIDDEN).toString('base64')), format);
    }
    const requests = (cluster.embedded?.requests() ?? []).slice(before);
    const ofSecrets = requests.filter(({ path }) => path.includes('/secrets'));
    assert.ok(ofSecrets.every(({ accept }) => accept.includes('as=PartialObjectMetadataList')));
    const { stdout } = await run('secrets -o wide');
    assert.match(
      stdout,
      new RegExp(`^${ORDERS_SECRET} +orders +credentials +present +3d +\\d+s +OAuth +(f00d){8} `, 'm'),
    );
    assert.match(stdout, /^leaving-\S+ +leaving +credentials +missing +- +- +OAuth +- /m);
  });

  test('selects by the labels of the Secrets', async (t) => {
    const { run } = await withLandscape(t);
    assert.equal((await run('secrets -l app=orders -o name')).stdout, `secret/${ORDERS_SECRET}\n`);
    assert.equal((await run(`secret ${ORDERS_SECRET} -o jsonpath={.rotatedAt}`)).stdout.length, 20);
  });

  test('says "not permitted" to whoever may not list them, and how to ask for it', async (t) => {
    const { cluster } = await withLandscape(t);
    const viewer = await cluster.as({ name: 'viewer', groups: [] });
    const rule = (apiGroups: string[], resources: string[]) => ({
      apiGroups,
      resources,
      verbs: ['get', 'list', 'watch'],
    });
    await cluster.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'viewer' },
        rules: [
          rule(['applicationconnector.kyma-project.io'], ['applications']),
          rule(['compass.kyma-project.io'], ['compassconnections']),
          rule([''], ['configmaps']),
        ],
      },
    });
    await cluster.request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'viewer' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'viewer' },
        subjects: [{ kind: 'User', name: 'viewer', apiGroup: 'rbac.authorization.k8s.io' }],
      },
    });
    const run: Run = (args) => runHere(['get', ...args.split(' ')], { KUBECONFIG: viewer.kubeconfigPath });
    const { code, stdout, stderr } = await run('secrets');
    assert.equal(code, 0);
    assert.match(stdout, /^orders-\S+ +orders +credentials +not permitted +- +-$/m);
    assert.match(
      stderr,
      /not permitted: list secrets in namespace kyma-system; ask: kubectl auth can-i list secrets -n kyma-system/,
    );
    const elsewhere = await run('secrets --context test --user user');
    assert.match(elsewhere.stderr, /ask: kubectl auth can-i list secrets -n kyma-system --context test --user user\n/);
    assert.equal((await run('secrets -l app=orders')).code, 4);
    assert.match((await run('apps -o wide')).stdout, /^orders .* not permitted +not permitted$/m);
  });
});
