import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUSTOM_RESOURCE_DEFINITION, type KubeObject, POD, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { conform } from '#common/resources/conform.ts';
import { CONNECTION_ANNOTATION, SIDECAR_LABELS } from '#common/resources/names.ts';
import { UNINSTALL_RESULT_SCHEMA } from '../../../plugin/schemas/uninstall-result.ts';
import { until } from '../../cluster/until.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { soon, startHere } from '../start-here.ts';
import { CLIENT, CONFIGURATION, CONNECTION, HERE, NAME, REPORT, SIDECAR, startInstallation } from './installation.ts';

test('uninstall removes the sidecar and its rights, and keeps credentials, definitions and Applications', async (t) => {
  const { cluster, plugin, left, putApplication } = await startInstallation(t);
  await putApplication('orders', { [CONNECTION_ANNOTATION]: NAME });
  const { code, stdout, stderr } = await plugin('uninstall', '--yes', '-o', 'json');
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(UNINSTALL_RESULT_SCHEMA, document), document);
  assert.deepEqual(await left(), ['Namespace']);
  for (const ref of [CLIENT, CONFIGURATION, CONNECTION, { kind: APPLICATION, name: 'orders' }]) {
    assert.ok(await cluster.find(ref), ref.name);
  }
  assert.equal(await cluster.find(REPORT), undefined);

  const again = await plugin('uninstall', '-o', 'json');
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(JSON.parse(again.stdout).removed, []);
  assert.equal(JSON.parse(again.stdout).verdict.status, 'NotInstalled');
});

test('what was uninstalled and is installed again finds its credentials', async (t) => {
  const { cluster, plugin } = await startInstallation(t);
  assert.equal((await plugin('uninstall', '--yes')).code, 0);
  assert.equal((await plugin('install', '--no-wait')).code, 0);
  assert.deepEqual(Object.keys((await cluster.get<Secret>(CLIENT)).data ?? {}).toSorted(), ['crt', 'crtChain', 'key']);
});

test('without a yes nothing goes, and a dry run needs none', async (t) => {
  const { plugin, left } = await startInstallation(t);
  const before = await left();
  const unconfirmed = await plugin('uninstall');
  assertExit(unconfirmed, 'uninstall', 7);
  assert.match(
    unconfirmed.stderr,
    /this needs a yes: stop the sidecar in namespace compass-system, and wait for its end; keep the App/,
  );
  for (const dryRun of ['client', 'server']) {
    const { code, stdout, stderr } = await plugin('uninstall', `--dry-run=${dryRun}`, '--delete-credentials');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^deployment\.apps\/compass-sidecar deleted in compass-system \((?:server )?dry run\)$/m);
    assert.match(stdout, /^secret\/cluster-client-certificates deleted/m);
    assert.match(stdout, /^namespace\/compass-system kept: a namespace may hold more than the sidecar$/m);
    assert.match(stdout, /compass-sidecar would be uninstalled from namespace compass-system/);
  }
  assert.deepEqual(await left(), before);
});

test('credentials go where that is said, and what somebody else put beside them stays', async (t) => {
  const { cluster, plugin } = await startInstallation(t);
  const { code, stdout, stderr } = await plugin('uninstall', '--delete-credentials', '--yes');
  assert.equal(code, 0, stderr);
  assert.equal(await cluster.find(CLIENT), undefined);
  assert.equal(await cluster.find(CONNECTION), undefined);
  assert.deepEqual(Object.keys((await cluster.get<Secret>(CONFIGURATION)).data ?? {}), ['mine']);
  assert.match(
    stdout,
    /^secret\/compass-agent-configuration without CONNECTOR_URL, RUNTIME_ID, TENANT in compass-system$/m,
  );
  assert.doesNotMatch(stdout + stderr, /c2VjcmV0|secret\b.*=/);
});

test('--purge-applications deletes those of this connection, and no others', async (t) => {
  const { cluster, plugin, putApplication } = await startInstallation(t);
  await putApplication('orders', { [CONNECTION_ANNOTATION]: NAME });
  await putApplication('of-another', { [CONNECTION_ANNOTATION]: 'another' });
  const { code, stdout, stderr } = await plugin('uninstall', '--purge-applications', '--delete-crds', '--yes');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^application\.applicationconnector\.kyma-project\.io\/orders deleted$/m);
  assert.equal(await cluster.find({ kind: APPLICATION, name: 'orders' }), undefined);
  assert.ok(await cluster.find({ kind: APPLICATION, name: 'of-another' }));
  assert.match(stdout, /\/applications\.applicationconnector\S+ kept: there is still Application of-another$/m);
  assert.match(stdout, /\/compassconnections\S+ kept: there is still CompassConnection compass-connection$/m);
});

test('definitions go where that is said and nothing is left of them', async (t) => {
  const { cluster, plugin } = await startInstallation(t);
  const { code, stderr } = await plugin('uninstall', '--delete-credentials', '--delete-crds', '--yes');
  assert.equal(code, 0, stderr);
  for (const name of [
    'compassconnections.compass.kyma-project.io',
    'applications.applicationconnector.kyma-project.io',
  ]) {
    await until(`${name} is gone`, async () => !(await cluster.find({ kind: CUSTOM_RESOURCE_DEFINITION, name })));
  }
});

test('the sidecar revokes before it is stopped, and where it cannot, nothing is removed', async (t) => {
  const { cluster, plugin, left, answer } = await startInstallation(t);
  const before = await left();
  const refusals = [
    ['CompassUnreachable', 5],
    ['TenantMismatch', 6],
  ] as const;
  for (const [reason, code] of refusals) {
    const running = plugin('uninstall', '--revoke', '--yes');
    await answer({ result: 'failed', reason, message: 'nothing was deleted' });
    assertExit(await running, 'uninstall', code);
    assert.deepEqual(await left(), before);
    assert.equal((await cluster.get<KubeObject & { spec: { replicas: number } }>(SIDECAR)).spec.replicas, 1);
    await cluster.mergePatch(CONNECTION, { metadata: { annotations: null } });
  }
  const running = plugin('uninstall', '--revoke', '--yes', '-o', 'json');
  await answer({ result: 'succeeded', message: 'the certificate is revoked' });
  const { code, stdout, stderr } = await running;
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).revocation, 'the certificate is revoked');
  assert.deepEqual(await left(), ['Namespace']);
});

test('a sidecar that is scaled to 0 cannot revoke, and that is said before anything goes', async (t) => {
  const { cluster, plugin, left } = await startInstallation(t);
  await cluster.mergePatch(SIDECAR, { spec: { replicas: 0 } });
  const before = await left();
  const { code, stderr } = await plugin('uninstall', '--revoke', '--yes');
  assert.equal(code, 7, stderr);
  assert.match(stderr, /no sidecar of compass-connection runs in namespace compass-system that could revoke/);
  assert.deepEqual(await left(), before);
});

test('nothing is removed before the last Pod has gone', async (t) => {
  const { cluster, plugin, left, kubeconfigPath } = await startInstallation(t);
  const before = await left();
  const pod = { name: 'compass-sidecar-7c9f-x2x', namespace: HERE, labels: SIDECAR_LABELS };
  const spec = { containers: [{ name: 'sidecar', image: 'compass-sidecar' }] };
  await cluster.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec } as KubeObject);
  assertExit(await plugin('uninstall', '--yes', '--timeout', '100ms'), 'uninstall', 124);
  assert.deepEqual(await left(), before);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const stopped = startHere(t, ['uninstall', '--yes'], { kubeconfigPath });
    await soon('it waits', () => stopped.stderr().includes('Pod compass-sidecar-7c9f-x2x ends'));
    stopped.interrupt(signal);
    await assertEnd(stopped, 'uninstall', code);
    assert.match(stopped.stderr(), /it is scaled to 0, and nothing else was changed/);
  }
  const running = startHere(t, ['uninstall', '--yes'], { kubeconfigPath });
  await soon('it waits', () => running.stderr().includes('ends'));
  assert.deepEqual(await left(), before);
  await cluster.delete({ kind: POD, namespace: HERE, name: pod.name });
  assert.equal(await running.done, 0, running.stderr());
  assert.deepEqual(await left(), ['Namespace']);
});
