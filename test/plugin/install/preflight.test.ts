import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { runHere } from '../run-plugin.ts';
import { startCluster } from './target-cluster.ts';

test('all that is missing is named at once, before anything is written', async (t) => {
  const api = await startTestCluster(t);
  const refused = await runHere(['install', '--set', 'istioCa=true'], { KUBECONFIG: api.kubeconfigPath });
  assertExit(refused, 'install', 3);
  const { stderr } = refused;
  assert.match(stderr, /there is no namespace kyma-system, where the Secrets of Applications go/);
  assert.match(stderr, /there is no namespace istio-system/);
  assert.match(stderr, /nothing was changed\n {2}CMP0104 ClusterNotFound; next: kubectl create namespace kyma-system/);
  assert.equal(await api.cluster.find({ kind: NAMESPACE, name: 'compass-system' }), undefined);
});

test('a right that is missing is named with the command that asks for it', async (t) => {
  const { api, cluster } = await startCluster(t);
  const rules = [
    may('get list', 'namespaces', 'apps/deployments', 'apiextensions.k8s.io/customresourcedefinitions'),
    may('get create patch', 'namespaces', 'serviceaccounts', 'apps/deployments'),
  ];
  const env = { KUBECONFIG: await somebodyWith(api, rules) };
  const { code, stderr } = await runHere(['install'], env);
  assert.equal(code, 4, stderr);
  assert.match(stderr, /✗ rights +not permitted: get, create, patch clusterroles\.rbac\.authorization\.k8s\.io\n/);
  assert.match(stderr, /not permitted: create, patch customresourcedefinitions/);
  assert.match(stderr, /next: kubectl auth can-i get clusterroles\.rbac\.authorization\.k8s\.io/);
  assert.equal(await cluster.find({ kind: NAMESPACE, name: 'compass-system' }), undefined);
  const nobody = await runHere(['install'], { KUBECONFIG: (await api.as({ name: 'nobody' })).kubeconfigPath });
  assertExit(nobody, 'install', 4);
  assert.match(nobody.stderr, /next: kubectl auth can-i get deployments\.apps\/compass-sidecar -n compass-system\n/);
});

test('who may write roles, but has not the rights that they give, is told so before anything is written', {
  skip: process.env['COMPASS_TEST_TARGET'] !== 'genuine' && 'the embedded server lets everybody give rights away',
}, async (t) => {
  const { api, cluster } = await startCluster(t, 'ours');
  const rbac = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];
  const rules = [
    may('get list create patch', 'namespaces', 'serviceaccounts', 'apps/deployments'),
    may('get', 'apiextensions.k8s.io/customresourcedefinitions'),
    may('get create patch', ...rbac.map((plural) => `rbac.authorization.k8s.io/${plural}`)),
  ];
  const { code, stderr } = await runHere(['install'], { KUBECONFIG: await somebodyWith(api, rules) });
  assert.equal(code, 4, stderr);
  assert.match(
    stderr,
    /nothing was changed\n {2}CMP0103 ClusterForbidden; next: let an administrator of the cluster do it/,
  );
  assert.equal(await cluster.find({ kind: NAMESPACE, name: 'compass-system' }), undefined);
});

test('another agent at work, or another sidecar of the same connection, is in the way', async (t) => {
  const { cluster, plugin, makeNamespace } = await startCluster(t);
  await makeNamespace('elsewhere');
  const labels = { app: 'agent' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'agent', image: 'agent' }] } };
  const agent = { name: 'compass-runtime-agent', namespace: 'kyma-system' };
  const spec = { replicas: 1, selector: { matchLabels: labels }, template };
  await cluster.create(DEPLOYMENT, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: agent, spec } as KubeObject);
  const refused = await plugin('install', '--no-wait');
  assert.equal(refused.code, 7, refused.stderr);
  assert.match(refused.stderr, /compass-runtime-agent runs in namespace kyma-system/);
  await cluster.mergePatch({ kind: DEPLOYMENT, ...agent }, { spec: { replicas: 0 } });

  assert.equal((await plugin('install', '--no-wait')).code, 0);
  const second = await plugin('install', '--no-wait', '-n', 'elsewhere');
  assert.equal(second.code, 7, second.stderr);
  assert.match(second.stderr, /a sidecar in namespace compass-system keeps compass-connection already/);
  const other = await plugin('install', '--no-wait', '-n', 'elsewhere', '--set', 'connectionName=other');
  assert.equal(other.code, 0, other.stderr);
});
