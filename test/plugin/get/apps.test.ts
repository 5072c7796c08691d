import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { putConnection } from '../put-report.ts';
import { runHere } from '../run-plugin.ts';
import { application, putLandscape, REPORT } from './landscape.ts';
import { cellsOf, namesOf, withLandscape } from './scene.ts';

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
      namesOf(stdout),
      all.map(({ metadata }) => metadata.name),
    );
    const requests = (cluster.embedded?.requests() ?? []).slice(before);
    const pages = requests.filter(({ path, query }) => path.endsWith('/applications') && query['limit'] === '100');
    if (cluster.embedded) assert.equal(pages.length, 3);
  });
});
