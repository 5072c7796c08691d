import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { canI } from '#common/cluster/access.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CONFIG_MAP, type ConfigMap, type Kind, NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { hasReason, type Reason } from '#common/errors.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const CONNECTION: Kind = {
  apiVersion: 'compass.kyma-project.io/v1alpha1',
  kind: 'CompassConnection',
  plural: 'compassconnections',
  namespaced: false,
};

function configMap(name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

function refTo(name: string) {
  return { kind: CONFIG_MAP, name, namespace: 'default' };
}

function failsWith(reason: Reason, message: RegExp) {
  return (error: unknown) => {
    assert.ok(hasReason(error, reason), `${reason} expected: ${String(error)}`);
    assert.match(error.message, message);
    return true;
  };
}

test('one object through its life', async (t: TestContext) => {
  const { cluster, kubectl } = await startTestCluster(t);
  await t.test('a created object is there, for kubectl too', async () => {
    const created = await cluster.create(CONFIG_MAP, configMap('life', { a: '1' }), { fieldManager: 'me' });
    assert.equal(created.metadata.managedFields?.[0]?.manager, 'me');
    if (NO_KUBECTL) return;
    const seen = await kubectl(['get', 'configmap', 'life', '-o', 'jsonpath={.data}']);
    assert.deepEqual(seen, { code: 0, stdout: '{"a":"1"}', stderr: '' });
  });
  await t.test('creating it again is told apart from a conflict', async () => {
    await assert.rejects(
      cluster.create(CONFIG_MAP, configMap('life')),
      failsWith('ClusterAlreadyExists', /^cannot create configmaps "life" in namespace "default": .*already exists$/),
    );
  });
  await t.test('a stale version is a conflict, a fresh one is stored', async () => {
    const first = await cluster.get<ConfigMap>(refTo('life'));
    await cluster.replace(CONFIG_MAP, { ...first, data: { a: '2' } });
    await assert.rejects(
      cluster.replace(CONFIG_MAP, { ...first, data: { a: '3' } }),
      failsWith('ClusterConflict', /^cannot update configmaps "life".*modified/),
    );
    const { metadata } = first;
    await assert.rejects(
      cluster.mergePatch(refTo('life'), { metadata: { resourceVersion: metadata.resourceVersion }, data: { a: '4' } }),
      failsWith('ClusterConflict', /cannot patch configmaps "life"/),
    );
    assert.deepEqual((await cluster.get<ConfigMap>(refTo('life'))).data, { a: '2' });
  });
  await t.test('a dry run changes nothing', async () => {
    const patched = await cluster.mergePatch<ConfigMap>(refTo('life'), { data: { a: '9' } }, { dryRun: true });
    assert.deepEqual(patched.data, { a: '9' });
    assert.equal(await cluster.delete(refTo('life'), { dryRun: true }), true);
    assert.deepEqual((await cluster.get<ConfigMap>(refTo('life'))).data, { a: '2' });
  });
  await t.test('apply owns its fields, and takes those of others only by force', async () => {
    const applied = configMap('life', { a: '5' });
    await assert.rejects(
      cluster.apply(CONFIG_MAP, applied, { fieldManager: 'compass-sidecar' }),
      failsWith('ClusterConflict', /conflict.*\.data\.a/),
    );
    await cluster.apply(CONFIG_MAP, applied, { fieldManager: 'compass-sidecar', force: true });
    assert.deepEqual((await cluster.get<ConfigMap>(refTo('life'))).data, { a: '5' });
  });
  await t.test('a deletion for another uid is refused, the right one tells whether it was there', async () => {
    await assert.rejects(
      cluster.delete(refTo('life'), { uid: '00000000-0000-0000-0000-000000000000' }),
      failsWith('ClusterConflict', /cannot delete configmaps "life"/),
    );
    const { metadata } = await cluster.get(refTo('life'));
    assert.equal(await cluster.delete(refTo('life'), { uid: metadata.uid }), true);
    assert.equal(await cluster.delete(refTo('life')), false);
    assert.equal(await cluster.find(refTo('life')), undefined);
    await assert.rejects(cluster.get(refTo('life')), failsWith('ClusterNotFound', /configmaps "life" not found/));
  });
});

test('what is missing is told apart', async (t) => {
  const { cluster } = await startTestCluster(t, { crds: 'none' });
  const connection = { kind: CONNECTION, name: 'compass-connection' };
  await t.test('a kind that is not installed', async () => {
    await assert.rejects(cluster.get(connection), failsWith('NotInstalled', /get compassconnections\.compass\.kyma/));
    assert.equal(await cluster.find(connection), undefined);
    assert.equal(await cluster.delete(connection), false);
    assert.deepEqual(await discoverKind(cluster, CONNECTION), { served: false, hasStatus: false });
  });
  await t.test('a namespace that does not exist', async () => {
    const lost = { ...configMap('a'), metadata: { name: 'a', namespace: 'nowhere' } };
    await assert.rejects(
      cluster.create(CONFIG_MAP, lost),
      failsWith('ClusterNotFound', /create configmaps "a" in namespace "nowhere": namespaces "nowhere" not found/),
    );
  });
});

test('discovery tells whether the status is a subresource', async (t) => {
  await t.test('not in the field', async (tt) => {
    const { cluster } = await startTestCluster(tt, { crds: 'field' });
    assert.deepEqual(await discoverKind(cluster, CONNECTION), { served: true, hasStatus: false });
  });
  await t.test('where the CRD says so', async (tt) => {
    const { cluster } = await startTestCluster(tt, { crds: 'field-with-status' });
    assert.deepEqual(await discoverKind(cluster, CONNECTION), { served: true, hasStatus: true });
  });
});

test('lists come page by page, complete, with kind and apiVersion on every item', async (t) => {
  const { cluster } = await startTestCluster(t);
  for (let at = 0; at < 7; at += 1) {
    const labels = { parity: at % 2 === 0 ? 'even' : 'odd' };
    const object = configMap(`page-${at}`);
    await cluster.create(CONFIG_MAP, { ...object, metadata: { ...object.metadata, labels } });
  }
  const pages: string[][] = [];
  for await (const page of cluster.listPages(CONFIG_MAP, {
    namespace: 'default',
    labelSelector: 'parity',
    pageSize: 3,
  })) {
    assert.ok(page.items.every(({ kind, apiVersion }) => kind === 'ConfigMap' && apiVersion === 'v1'));
    pages.push(page.items.map(({ metadata }) => metadata.name));
  }
  assert.deepEqual(pages, [['page-0', 'page-1', 'page-2'], ['page-3', 'page-4', 'page-5'], ['page-6']]);
  const odd: string[] = [];
  for await (const { items } of cluster.listPages(CONFIG_MAP, { labelSelector: 'parity=odd' })) {
    odd.push(...items.map(({ metadata }) => metadata.name));
  }
  assert.deepEqual(odd, ['page-1', 'page-3', 'page-5']);
});

test('somebody without rights gets Forbidden with the right that is missing, and can ask before', async (t) => {
  const { as } = await startTestCluster(t);
  const { cluster } = await as({ name: 'jane' });
  await assert.rejects(
    cluster.get({ kind: SECRET, name: 'a', namespace: 'default' }),
    failsWith(
      'ClusterForbidden',
      /User "jane" cannot get resource "secrets" in API group "" in the namespace "default"/,
    ),
  );
  const right = { verb: 'get', group: '', resource: 'secrets', namespace: 'default' };
  assert.equal(await canI(cluster, right), false);
  const admin = await as({ name: 'root', groups: ['system:masters'] });
  assert.equal(await canI(admin.cluster, right), true);
});

test('a refused object is named with the reason, and a refused Secret without its value', async (t) => {
  const { cluster } = await startTestCluster(t);
  const noNamespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'Upper_Case' } };
  await assert.rejects(
    cluster.create(NAMESPACE, noNamespace),
    failsWith('ClusterRefused', /^cannot create namespaces "Upper_Case": .*metadata\.name: Invalid value/),
  );
  const canary = 'canary-in-the-value';
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'broken', namespace: 'default' },
    data: { TOKEN: `!${canary}!` },
  };
  await assert.rejects(cluster.create(SECRET, secret), (error: unknown) => {
    assert.ok(hasReason(error, 'ClusterRefused'));
    assert.doesNotMatch(error.message, new RegExp(canary));
    return true;
  });
});

test('a name that would lead to another path is refused before anything is sent', async (t) => {
  const { cluster } = await startTestCluster(t);
  for (const name of ['', '.', '..', 'kube-system/x', '%2e%2e']) {
    await assert.rejects(cluster.get(refTo(name)), failsWith('ClusterRefused', /cannot be part of a path/), name);
    const inNamespace = { kind: CONFIG_MAP, name: 'a', namespace: name };
    await assert.rejects(cluster.get(inNamespace), failsWith('ClusterRefused', /cannot be part of a path/), name);
  }
});

test('a 404 that names no object is no absence of what every API server serves, and is one of what it may not', async (t) => {
  const { cluster, embedded } = await startTestCluster(t, { target: 'embedded' });
  assert.equal(await cluster.find(refTo('absent')), undefined);
  for (const resource of ['configmaps', 'compassconnections']) {
    const message = '404 page not found';
    embedded?.faults.add({ verb: 'get', resource, effect: { kind: 'status', code: 404, reason: 'NotFound', message } });
  }
  await assert.rejects(
    cluster.find(refTo('absent')),
    failsWith('ClusterUnavailable', /404 page not found; that is not/),
  );
  assert.equal(await cluster.find({ kind: CONNECTION, name: 'a' }), undefined);
});
