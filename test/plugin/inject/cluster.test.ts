import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { INJECTED_ANNOTATION } from '../../../plugin/inject/annotation.ts';
import { recordsAt, valueAt } from '../../../plugin/inject/template.ts';
import { EJECT_RESULT_SCHEMA, INJECT_RESULT_SCHEMA } from '../../../plugin/schemas/injection-result.ts';
import { assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { runHere } from '../run-plugin.ts';
import { kindNamed, ROLE, ROLE_BINDING, startShop } from './shop.ts';

const PLACE = ['--workload-namespace', 'shop', '--no-wait'];
const ROLE_NAME = 'compass-reader:cluster-client-certificates';

for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet']) {
  test(`a ${kind} gets a reader and the right to one Secret, once, and eject leaves it as it was`, async (t) => {
    const { cluster, test: target, env, create, rollOut, template, rights } = await startShop(t);
    await create(kind, 'orders');
    const before = await template(kind, 'orders');
    const line = [`${kind.toLowerCase()}/orders`, ...PLACE];

    const injected = await runHere(['inject', ...line, '-o', 'json'], env);
    assertExit(injected, 'inject', 0);
    const document = JSON.parse(injected.stdout);
    assert.deepEqual(conform(INJECT_RESULT_SCHEMA, document), document);
    // The genuine server of the tests is older than native sidecars.
    const isNative = target.target === 'embedded';
    assert.equal(document.sidecar.native, isNative);
    const after = await template(kind, 'orders');
    const [sidecar] = recordsAt(after, ['spec', isNative ? 'initContainers' : 'containers']).filter(
      ({ name }) => name === 'compass-sidecar',
    );
    assert.equal(sidecar?.['restartPolicy'], isNative ? 'Always' : undefined);
    assert.equal(valueAt(after, ['spec', 'securityContext', 'fsGroup']), 65_532);
    for (const name of ['app', 'proxy']) {
      const mount = valueAt(after, ['spec', 'containers', name, 'volumeMounts', 'compass-credentials']);
      assert.deepEqual(mount, { name: 'compass-credentials', mountPath: '/var/run/compass', readOnly: true });
    }
    assert.match(injected.stderr, /fsGroup of the Pod is set to 65532/);
    assert.deepEqual(await rights(), [`roles/${ROLE_NAME}`, `rolebindings/${ROLE_NAME}:shop:orders`]);
    const role = await cluster.get<KubeObject>({ kind: ROLE, name: ROLE_NAME, namespace: 'compass-system' });
    const rules = [
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['cluster-client-certificates'],
        verbs: ['get', 'list', 'watch'],
      },
    ];
    assert.deepEqual((role as unknown as { readonly rules: unknown }).rules, rules);

    const again = await runHere(['inject', ...line], env);
    assertExit(again, 'inject', 0);
    assert.match(again.stdout, /^\w+\.apps\/orders unchanged\n$/);
    assert.deepEqual(await template(kind, 'orders'), after);
    const other = await runHere(['inject', ...line, '--image', 'registry.example/compass-sidecar:9'], env);
    assert.match(other.stdout, /orders updated \(reader, /);

    await rollOut(kind, 'orders');
    const ejected = await runHere(['eject', ...line, '-o', 'json'], env);
    assertExit(ejected, 'eject', 0);
    const gone = JSON.parse(ejected.stdout);
    assert.deepEqual(conform(EJECT_RESULT_SCHEMA, gone), gone);
    assert.deepEqual(await template(kind, 'orders'), before);
    assert.deepEqual(await rights(), []);
    const nothing = await runHere(['eject', ...line], env);
    assertExit(nothing, 'eject', 0);
    assert.match(nothing.stdout, /orders unchanged/);
  });
}

test('rights stay as long as another workload of the account uses them', async (t) => {
  const { env, create, rollOut, rights } = await startShop(t);
  await create('Deployment', 'orders');
  await create('DaemonSet', 'agents');
  await create('StatefulSet', 'carts', { serviceAccountName: 'carts' });
  for (const name of ['deploy/orders', 'ds/agents', 'sts/carts']) await runHere(['inject', name, ...PLACE], env);
  assert.equal((await rights()).length, 3);
  await rollOut('Deployment', 'orders');
  await rollOut('DaemonSet', 'agents');
  await rollOut('StatefulSet', 'carts');
  const { stderr } = await runHere(['eject', 'deploy/orders', ...PLACE], env);
  assert.match(stderr, /kept: DaemonSet agents uses it/);
  assert.equal((await rights()).length, 3);
  await runHere(['eject', 'ds/agents', ...PLACE], env);
  assert.deepEqual(await rights(), [`roles/${ROLE_NAME}`, `rolebindings/${ROLE_NAME}:shop:carts`]);
  await runHere(['eject', 'sts/carts', ...PLACE], env);
  assert.deepEqual(await rights(), []);
});

test('dry runs change nothing, and say what would be', async (t) => {
  const { env, create, template, rights } = await startShop(t);
  await create('Deployment', 'orders');
  const before = await template('Deployment', 'orders');
  const line = ['deployment/orders', '--workload-namespace', 'shop'];
  for (const mode of ['client', 'server']) {
    const { stdout, code, stderr } = await runHere(['inject', ...line, `--dry-run=${mode}`], env);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /orders injected \(reader, .*\) \((?:server )?dry run\)/);
    assert.match(stderr, /rights +role\.\S+ created \((?:server )?dry run\)\n/);
  }
  assert.deepEqual([await template('Deployment', 'orders'), await rights()], [before, []]);
  await runHere(['inject', ...line, '--no-wait'], env);
  const after = await template('Deployment', 'orders');
  for (const mode of ['client', 'server']) {
    const same = await runHere(['inject', ...line, `--dry-run=${mode}`, '--native', 'auto'], env);
    assert.match(same.stdout, /orders unchanged/, same.stderr);
    const { stdout, stderr } = await runHere(['eject', ...line, `--dry-run=${mode}`], env);
    assert.match(stdout, /orders ejected \((?:server )?dry run\)/);
    assert.match(stderr, /rights +role\.\S+ deleted \((?:server )?dry run\)\n/);
  }
  assert.deepEqual(await template('Deployment', 'orders'), after);
  assert.equal((await rights()).length, 2);
});

test('somebody else’s Role of that name, container, volume or port is left alone', async (t) => {
  const { cluster, env, create, template } = await startShop(t);
  await create('Deployment', 'orders');
  const line = ['inject', 'deployment/orders', ...PLACE];
  const metadata = { name: ROLE_NAME, namespace: 'compass-system' };
  await cluster.create(ROLE, { apiVersion: ROLE.apiVersion, kind: 'Role', metadata, rules: [] } as KubeObject);
  const foreign = await runHere(line, env);
  assertExit(foreign, 'inject', 7);
  assert.match(foreign.stderr, /inject did not make it; nothing was changed/);
  await cluster.delete({ kind: ROLE, ...metadata });
  const blocked = await runHere([...line, '--proxy-port', '8090'], env);
  assertExit(blocked, 'inject', 7);
  assert.match(blocked.stderr, /declares port 8090 already/);
  assert.equal(valueAt(await template('Deployment', 'orders'), ['metadata', 'annotations']), undefined);
});

test('a whole sidecar needs the installed roles, warns, and gets bindings to them', async (t) => {
  const { cluster, env, create, rights, rollOut, template } = await startShop(t);
  await create('Deployment', 'orders');
  await rollOut('Deployment', 'orders');
  const line = ['inject', 'deployment/orders', '--full', ...PLACE];
  const missing = await runHere(line, env);
  assertExit(missing, 'inject', 3);
  assert.match(missing.stderr, /there is no ClusterRole compass-sidecar/);
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
  const clusterRole = { ...ROLE, kind: 'ClusterRole', plural: 'clusterroles', namespaced: false };
  const { apiVersion } = ROLE;
  const name = 'compass-sidecar';
  await cluster.create(clusterRole, { apiVersion, kind: 'ClusterRole', metadata: { name }, rules } as KubeObject);
  for (const place of [
    { name, namespace: 'compass-system' },
    { name, namespace: 'kyma-system' },
    { name: 'compass-sidecar-events', namespace: 'default' },
  ]) {
    await cluster.create(ROLE, { apiVersion, kind: 'Role', metadata: place, rules } as KubeObject);
  }
  const reader = await runHere(['inject', 'deployment/orders', ...PLACE], env);
  assert.equal(reader.code, 0, reader.stderr);
  const { code, stdout, stderr } = await runHere(line, env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /orders updated \(full, /);
  assert.match(stderr, /warning: every container of the Pod gains the rights of the sidecar/);
  assert.deepEqual(await rights(), ['roles/compass-sidecar', 'rolebindings/compass-sidecar:shop:orders']);
  const record = valueAt(await template('Deployment', 'orders'), ['metadata', 'annotations', INJECTED_ANNOTATION]);
  assert.match(String(record), /"integrationNamespace":"kyma-system"/);
  await runHere(['eject', 'deployment/orders', ...PLACE], env);
  assert.deepEqual(await rights(), ['roles/compass-sidecar']);
  const binding = { kind: ROLE_BINDING, name: 'compass-sidecar:shop:orders' };
  assert.equal(await cluster.find({ ...binding, namespace: 'kyma-system' }), undefined);
});

test('rights go although somebody gave the Pods another account, or another template, after inject', async (t) => {
  const { cluster, env, create, rollOut, rights } = await startShop(t);
  await create('Deployment', 'orders');
  await rollOut('Deployment', 'orders');
  const ref = { kind: kindNamed('Deployment'), name: 'orders', namespace: 'shop' };
  const patchSpec = (spec: object) => cluster.mergePatch(ref, { spec: { template: { spec } } });
  const line = ['deploy/orders', ...PLACE];
  await runHere(['inject', ...line], env);
  await patchSpec({ serviceAccountName: 'others', serviceAccount: 'others' });
  const moved = await runHere(['inject', ...line], env);
  assert.equal(moved.code, 0, moved.stderr);
  assert.deepEqual(await rights(), [`roles/${ROLE_NAME}`, `rolebindings/${ROLE_NAME}:shop:others`]);
  await patchSpec({ serviceAccountName: 'orders', serviceAccount: 'orders' });
  await runHere(['eject', ...line], env);
  assert.deepEqual(await rights(), []);
  await runHere(['inject', ...line], env);
  // As `kubectl rollout undo` leaves it.
  const metadata = { annotations: { [INJECTED_ANNOTATION]: null } };
  await cluster.mergePatch(ref, { spec: { template: { metadata } } });
  assert.equal((await rights()).length, 2);
  const { code, stdout, stderr } = await runHere(['eject', ...line], env);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /orders unchanged/);
  assert.deepEqual(await rights(), []);
});

test('an eject that was interrupted is finished by the next one, and Pods that are not replaced keep their rights', async (t) => {
  const { cluster, env, create, rollOut, rights } = await startShop(t);
  await create('Deployment', 'orders');
  await runHere(['inject', 'deploy/orders', ...PLACE], env);
  const late = await runHere(['eject', 'deploy/orders', '--workload-namespace', 'shop', '--timeout', '1s'], env);
  assertExit(late, 'eject', 124);
  assert.match(late.stderr, /the rights of the sidecar are still there: eject once more/);
  assert.equal((await rights()).length, 2);
  const hasty = await runHere(['eject', 'deploy/orders', ...PLACE], env);
  assertExit(hasty, 'eject', 0);
  assert.match(hasty.stderr, /kept: its Pods are still the old ones: eject once more when they are replaced/);
  assert.equal((await rights()).length, 2);
  await rollOut('Deployment', 'orders');
  const next = await runHere(['eject', 'deploy/orders', ...PLACE], env);
  assertExit(next, 'eject', 0);
  assert.deepEqual(await rights(), []);

  const ref = { kind: kindNamed('Deployment'), name: 'orders', namespace: 'shop' };
  await cluster.mergePatch(ref, { spec: { paused: true } });
  await cluster.mergePatch(ref, { status: { observedGeneration: 0 } }, { subresource: 'status' });
  await runHere(['inject', 'deploy/orders', ...PLACE], env);
  const paused = await runHere(['eject', 'deploy/orders', ...PLACE], env);
  assertExit(paused, 'eject', 0);
  assert.match(paused.stderr, /kept: its Pods are still the old ones/);
  assert.equal((await rights()).length, 2);
});

test('rights stay where it may not be seen who uses them, and it is said', async (t) => {
  const { test: target, env, create, rollOut, rights } = await startShop(t);
  await create('Deployment', 'orders');
  await rollOut('Deployment', 'orders');
  await runHere(['inject', 'deploy/orders', ...PLACE], env);
  const workloads = may('get list patch', 'apps/deployments', 'apps/statefulsets', 'apps/daemonsets');
  const roles = may('get delete', 'rbac.authorization.k8s.io/roles', 'rbac.authorization.k8s.io/rolebindings');
  const kubeconfig = await somebodyWith(target, [workloads, roles]);
  const { code, stderr } = await runHere(['eject', 'deploy/orders', ...PLACE], { KUBECONFIG: kubeconfig });
  assert.equal(code, 0, stderr);
  assert.match(
    stderr,
    /kept: not permitted: list pods in namespace shop, so that another user of it cannot be ruled out/,
  );
  assert.equal((await rights()).length, 2);
  const again = await runHere(['eject', 'deploy/orders', ...PLACE], { KUBECONFIG: kubeconfig });
  assert.match(again.stderr, /not permitted: list rolebindings.*, so that rights of an earlier inject may be left/);
  await runHere(['eject', 'deploy/orders', ...PLACE], env);
  assert.deepEqual(await rights(), []);
});
