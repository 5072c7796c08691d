import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadAll } from 'js-yaml';
import { type Kind, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import type { SidecarDeployment } from '../../../plugin/install/deployment.ts';
import { kindOf } from '../../../plugin/install/kinds.ts';
import { installationObjects } from '../../../plugin/install/manifests.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { INSTALL_RESULT_SCHEMA } from '../../../plugin/schemas/roll-out-result.ts';
import { runHere } from '../run-plugin.ts';
import { SIDECAR, startCluster } from './target-cluster.ts';

test('install makes everything that belongs to the sidecar, and a second time changes nothing', async (t) => {
  const { cluster, plugin, present } = await startCluster(t);
  const { code, stdout, stderr } = await plugin('install', '--no-wait', '-o', 'json');
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(INSTALL_RESULT_SCHEMA, document), document);
  for (const object of installationObjects(DEFAULT_VALUES)) assert.ok(await present(object), object.metadata.name);
  const written = async () => (await cluster.get<KubeObject>(SIDECAR)).metadata.resourceVersion;
  const before = await written();

  const again = await plugin('install', '--no-wait', '-o', 'json');
  assert.equal(again.code, 0, again.stderr);
  const { objects, definitions } = JSON.parse(again.stdout);
  assert.deepEqual([...new Set(objects.map(({ action }: { action: string }) => action))], ['unchanged']);
  assert.deepEqual(
    definitions.map(({ action }: { action: string }) => action),
    ['kept', 'kept'],
  );
  assert.equal(await written(), before);
});

test('its objects are owned by the field manager of the plugin', async (t) => {
  const { plugin, sidecar } = await startCluster(t);
  assert.equal((await plugin('install', '--no-wait')).code, 0);
  const { metadata } = await sidecar();
  assert.deepEqual(
    metadata.managedFields?.map(({ manager, operation }) => [manager, operation]),
    [['kubectl-compass', 'Apply']],
  );
});

for (const dryRun of ['client', 'server']) {
  test(`a ${dryRun} dry run writes nothing, and names what it would make`, async (t) => {
    const { plugin, present } = await startCluster(t);
    const { code, stdout, stderr } = await plugin('install', `--dry-run=${dryRun}`);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^deployment\.apps\/compass-sidecar created in compass-system \((?:server )?dry run\)$/m);
    assert.match(stdout, /23 objects would change/);
    for (const object of installationObjects(DEFAULT_VALUES)) assert.equal(await present(object), undefined);
  });
}

test('a namespace that others have made stays as they have it, also where its labels would be in the way', async (t) => {
  const { cluster, plugin, sidecar } = await startCluster(t);
  const labels = { 'pod-security.kubernetes.io/enforce': 'privileged', 'app.kubernetes.io/part-of': 'kyma' };
  const metadata = { name: 'compass-system', labels };
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata });
  const before = await cluster.get<KubeObject>({ kind: NAMESPACE, name: 'compass-system' });
  const { code, stderr } = await plugin('install', '--no-wait');
  assert.equal(code, 0, stderr);
  assert.ok(await sidecar());
  assert.deepEqual(await cluster.get<KubeObject>({ kind: NAMESPACE, name: 'compass-system' }), before);

  // One that install made is kept as it is to be.
  assert.equal((await plugin('install', '--no-wait', '-n', 'two', '--set', 'connectionName=two')).code, 0);
  const own = { kind: NAMESPACE, name: 'two' };
  await cluster.mergePatch(own, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': null } } });
  assert.equal((await plugin('upgrade', '--no-wait', '-n', 'two')).code, 0);
  const made = await cluster.get<KubeObject>(own);
  assert.equal(made.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
});

test('two sidecars of a cluster have rights of their own, each on its own connection', async (t) => {
  const { cluster, plugin } = await startCluster(t);
  assert.equal((await plugin('install', '--no-wait')).code, 0);
  assert.equal((await plugin('install', '--no-wait', '-n', 'two', '--set', 'connectionName=other')).code, 0);
  interface Role extends KubeObject {
    readonly rules: readonly { readonly resourceNames?: readonly string[] }[];
  }
  const kind: Kind = kindOf({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
  const namesIn = async (name: string) => (await cluster.get<Role>({ kind, name })).rules[0]?.resourceNames;
  assert.deepEqual(await namesIn('compass-sidecar'), ['compass-connection']);
  assert.deepEqual(await namesIn('compass-sidecar-other'), ['other']);
  const { spec } = await cluster.get<SidecarDeployment>({ ...SIDECAR, namespace: 'two' });
  const env = Object.fromEntries(spec.template.spec.containers[0]?.env?.map(({ name, value }) => [name, value]) ?? []);
  assert.equal(env['APP_COMPASS_CONNECTION_NAME'], 'other');
  assert.equal(env['APP_AGENT_CONFIGURATION_SECRET'], 'two/compass-agent-configuration');
});

test('--generate prints the manifests without a cluster, the definitions only where they are to replace others', async () => {
  const offline = { KUBECONFIG: '/nowhere' };
  const { code, stdout, stderr } = await runHere(
    ['install', '--generate', '-n', 'here', '--set', 'replicas=2'],
    offline,
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /the definitions are left out/);
  const values = { ...DEFAULT_VALUES, namespace: 'here', replicas: 2 };
  assert.deepEqual(loadAll(stdout), JSON.parse(JSON.stringify(installationObjects(values))));
  const all = await runHere(['install', '--generate', '--crds=replace', '-o', 'name'], offline);
  assert.match(all.stdout, /^customresourcedefinition\.apiextensions\.k8s\.io\/applications\./m);
});
