import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, type KubeObject } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { kindOf } from '../../../plugin/install/kinds.ts';
import { installationObjects } from '../../../plugin/install/manifests.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { UPGRADE_RESULT_SCHEMA } from '../../../plugin/schemas/roll-out-result.ts';
import { assertExit } from '../assert-exit.ts';
import { SIDECAR, startCluster } from './target-cluster.ts';

test('upgrade keeps what was set, changes what is set now, and says which fields differ', async (t) => {
  const { plugin, sidecar } = await startCluster(t);
  const image = 'registry.example.com:5000/compass-sidecar:0.0.9';
  const first = await plugin('install', '--no-wait', '--image', image, '--set', 'APP_LOG_LEVEL=debug');
  assert.equal(first.code, 0, first.stderr);
  const dry = await plugin('upgrade', '--dry-run=server', '--set', 'replicas=2');
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /~ spec\.replicas: 1 → 2\n/);
  assert.match(dry.stdout, /~ spec\.template\.spec\.containers\[sidecar\]\.image: \S+:0\.0\.9 → \S+:0\.1\.0\n/);
  assert.doesNotMatch(dry.stdout, /APP_LOG_LEVEL/);
  assert.equal((await sidecar()).spec.replicas, 1);

  const { code, stdout, stderr } = await plugin('upgrade', '--no-wait', '--set', 'replicas=2', '-o', 'json');
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(UPGRADE_RESULT_SCHEMA, document), document);
  assert.equal(document.previousVersion, '0.0.9');
  const { spec } = await sidecar();
  const [container] = spec.template.spec.containers;
  assert.equal(container?.image, 'registry.example.com:5000/compass-sidecar:0.1.0');
  assert.ok(container.env?.some(({ name, value }) => name === 'APP_LOG_LEVEL' && value === 'debug'));
  assert.equal(spec.replicas, 2);

  assert.equal((await plugin('upgrade', '--no-wait', '--reset-values')).code, 0);
  assert.ok(!(await sidecar()).spec.template.spec.containers[0]?.env?.some(({ name }) => name === 'APP_LOG_LEVEL'));
});

test('what kustomize and an editor made is kept by an upgrade as well', async (t) => {
  const { cluster, plugin, sidecar } = await startCluster(t);
  for (const object of installationObjects({ ...DEFAULT_VALUES, settings: { APP_KEY_SIZE: '2048' } })) {
    const { annotations: _, ...metadata } = object.metadata;
    await cluster.apply(kindOf(object), { ...object, metadata }, { fieldManager: 'kubectl' });
  }
  await cluster.mergePatch(SIDECAR, { spec: { replicas: 3 } }, { fieldManager: 'kubectl-scale' });
  const { code, stderr } = await plugin('upgrade', '--no-wait');
  assert.equal(code, 0, stderr);
  const { spec } = await sidecar();
  assert.equal(spec.replicas, 3);
  assert.ok(
    spec.template.spec.containers[0]?.env?.some(({ name, value }) => name === 'APP_KEY_SIZE' && value === '2048'),
  );
});

test('a field that somebody else set otherwise stops the upgrade, unless it is to be taken over', async (t) => {
  const { cluster, plugin, sidecar } = await startCluster(t);
  assert.equal((await plugin('install', '--no-wait')).code, 0);
  const containers = [{ name: 'sidecar', image: 'mine' }];
  const mine = {
    ...(await sidecar()),
    metadata: SIDECAR,
    spec: { template: { spec: { containers } } },
    status: undefined,
  };
  const { name, namespace } = SIDECAR;
  const object = { ...mine, metadata: { name, namespace } } as KubeObject;
  await cluster.apply(DEPLOYMENT, object, { fieldManager: 'somebody', force: true });
  const refused = await plugin('upgrade', '--no-wait', '--image', 'theirs:1.0.0');
  assert.equal(refused.code, 4, refused.stderr);
  assert.match(refused.stderr, /conflict with "somebody"/);
  assert.match(refused.stderr, /next: say --force-conflicts/);
  assert.equal((await plugin('upgrade', '--no-wait', '--image', 'theirs:1.0.0', '--force-conflicts')).code, 0);
  assert.equal((await sidecar()).spec.template.spec.containers[0]?.image, 'theirs:1.0.0');
});

test('a newer sidecar is not replaced by an older one, unless that is meant', async (t) => {
  const { plugin, sidecar } = await startCluster(t);
  assert.equal((await plugin('install', '--no-wait')).code, 0);
  assert.equal((await plugin('upgrade', '--no-wait', '--image', 'compass-sidecar:9.0.0')).code, 0);
  for (const command of ['install', 'upgrade']) {
    const refused = await plugin(command, '--no-wait');
    assert.equal(refused.code, 7, refused.stderr);
    assert.match(
      refused.stderr,
      new RegExp(`the sidecar is 9\\.0\\.0.*next: kubectl compass ${command} --allow-downgrade`, 's'),
    );
  }
  assertExit(await plugin('upgrade', '--no-wait'), 'upgrade', 7);
  assert.equal((await plugin('upgrade', '--no-wait', '--allow-downgrade')).code, 0);
  assert.equal((await sidecar()).spec.template.spec.containers[0]?.image, 'compass-sidecar:0.1.0');
});

test('a proxy with a password is warned about, and neither output shows it; one from a Secret is kept', async (t) => {
  const { cluster, plugin, sidecar } = await startCluster(t);
  assert.equal((await plugin('install', '--no-wait')).code, 0);
  const proxy = 'HTTPS_PROXY=http://eva:s3/cr3t@t@proxy:3128';
  for (const flags of [['--dry-run=server'], ['--no-wait'], ['--no-wait', '-o', 'json', '--set', 'replicas=2']]) {
    const { code, stdout, stderr } = await plugin('upgrade', '--set', proxy, ...flags);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /warning: HTTPS_PROXY holds a password/);
    assert.doesNotMatch(stdout + stderr, /eva|cr3t/);
  }
  assert.equal((await plugin('upgrade', '--no-wait', '--set', 'HTTPS_PROXY=')).code, 0);
  const env = [{ name: 'HTTPS_PROXY', valueFrom: { secretKeyRef: { name: 'proxy', key: 'HTTPS_PROXY' } } }];
  const containers = [{ name: 'sidecar', env }];
  const { name, namespace } = SIDECAR;
  const patch = { metadata: { name, namespace }, spec: { template: { spec: { containers } } } };
  const head = { apiVersion: 'apps/v1', kind: 'Deployment' };
  await cluster.apply(DEPLOYMENT, { ...head, ...patch } as KubeObject, { fieldManager: 'kubectl-set' });
  assert.equal((await plugin('upgrade', '--no-wait', '--set', 'APP_LOG_LEVEL=debug')).code, 0);
  const [container] = (await sidecar()).spec.template.spec.containers;
  assert.deepEqual(
    container?.env?.find((one) => one.name === 'HTTPS_PROXY'),
    env[0],
  );
});

test('an upgrade of nothing says how to install', async (t) => {
  const { plugin } = await startCluster(t);
  const { code, stderr } = await plugin('upgrade');
  assert.equal(code, 3);
  assert.match(
    stderr,
    /there is no sidecar in this cluster to upgrade\n {2}CMP0111 NotInstalled; next: kubectl compass install/,
  );
});
