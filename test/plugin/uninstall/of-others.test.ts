import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { kindOf } from '../../../plugin/install/kinds.ts';
import { installationObjects } from '../../../plugin/install/manifests.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { until } from '../../cluster/until.ts';
import { assertExit } from '../assert-exit.ts';
import { HERE, SIDECAR, startInstallation } from './installation.ts';

test('an object of the same name that somebody else made stays', async (t) => {
  const { cluster, plugin } = await startInstallation(t);
  const [policy] = installationObjects({ ...DEFAULT_VALUES, networkPolicy: true }).filter(
    ({ kind }) => kind === 'NetworkPolicy',
  );
  assert.ok(policy);
  const { name, namespace } = policy.metadata;
  const spec = { podSelector: {}, policyTypes: ['Ingress'] };
  await cluster.create(kindOf(policy), { ...policy, metadata: { name, namespace }, spec } as KubeObject);
  const { code, stdout, stderr } = await plugin('uninstall', '--yes');
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^networkpolicy\.networking\.k8s\.io\/compass-sidecar kept in compass-system: somebody else made it$/m,
  );
  assert.ok(await cluster.find({ kind: kindOf(policy), name, namespace }));
});

test('a Deployment of the same name that somebody else made goes on, and nothing is taken from it', async (t) => {
  const { cluster, plugin, left } = await startInstallation(t);
  await cluster.delete(SIDECAR);
  await until('it is gone', async () => !(await cluster.find(SIDECAR)));
  const { name, namespace } = SIDECAR;
  const labels = { app: 'theirs' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'theirs', image: 'theirs' }] } };
  const spec = { replicas: 3, selector: { matchLabels: labels }, template };
  const head = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } };
  await cluster.create(DEPLOYMENT, { ...head, spec } as KubeObject);
  const before = await left();
  const refused = await plugin('uninstall', '--yes');
  assertExit(refused, 'uninstall', 7);
  assert.match(refused.stderr, /Deployment compass-system\/compass-sidecar is not of this plugin.*nothing was changed/);
  assert.deepEqual(await left(), before);
  const { spec: after } = await cluster.get<KubeObject & { readonly spec: { readonly replicas: number } }>(SIDECAR);
  assert.equal(after.replicas, 3);
});

test('the rights that a migration gave in namespaces of others go as well', async (t) => {
  const { cluster, plugin } = await startInstallation(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'theirs' } });
  const group = 'rbac.authorization.k8s.io';
  const name = 'compass-sidecar-taken-over';
  const labels = { 'app.kubernetes.io/part-of': 'kubectl-compass' };
  const refs = [HERE, 'theirs'].flatMap((namespace) =>
    ['Role', 'RoleBinding'].map((kind) => ({ kind: kindOf({ apiVersion: `${group}/v1`, kind }), namespace, name })),
  );
  for (const { kind, namespace } of refs) {
    const subjects = [{ kind: 'ServiceAccount', name: 'compass-sidecar', namespace: HERE }];
    const binding = { roleRef: { apiGroup: group, kind: 'Role', name }, subjects };
    const rules = [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }];
    const metadata = { name, namespace, labels };
    const parts = kind.kind === 'Role' ? { rules } : binding;
    await cluster.create(kind, { apiVersion: kind.apiVersion, kind: kind.kind, metadata, ...parts } as KubeObject);
  }
  const { code, stderr } = await plugin('uninstall', '--yes');
  assert.equal(code, 0, stderr);
  for (const ref of refs) assert.equal(await cluster.find(ref), undefined, `${ref.kind.kind} in ${ref.namespace}`);
});
