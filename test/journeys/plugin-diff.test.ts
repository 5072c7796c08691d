import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { PLAN_KEY } from '#common/sync/plan-document.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { startWorld } from './world.ts';

const PASSWORD = 'not-a-password-of-anybody';
const BUNDLE = '00000000-0000-4000-8000-000000000002';

test('diff tells what a sync then does: by the sidecar on request, and from here with the stored key', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  const { landscape } = world.simulator;
  world.simulator.switches.runtimeScopes.push('application.auths:read');
  landscape.createApplication({ name: 'orders', description: 'as it was' });
  const sidecar = world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  const env = { KUBECONFIG: world.cluster.kubeconfigPath, COMPASS_NAMESPACE: 'compass-system' };
  const plugin = (...args: string[]) => runPlugin(args, env);

  const nothing = await plugin('diff');
  assert.equal(nothing.code, 0, nothing.stderr);
  assert.equal(nothing.stdout, 'no differences: 1 Application as the Director lists them\n');

  const [orders] = landscape.applications();
  landscape.updateApplication(orders?.id ?? '', { description: 'as it is' });
  const defaultInstanceAuth = { credential: { type: 'Basic' as const, username: 'user', password: PASSWORD } };
  const apiDefinitions = [{ name: 'Invoices', targetURL: 'https://invoices.example.com' }];
  const bundles = [{ id: BUNDLE, name: 'Invoices', apiDefinitions, defaultInstanceAuth }];
  landscape.createApplication({ name: 'invoices', bundles });

  const changed = await plugin('diff');
  assert.equal(changed.code, 1, changed.stderr);
  assert.match(changed.stdout, /^--- live\/Application\/orders$/m);
  assert.match(changed.stdout, /^- {2}description: as it was\n\+ {2}description: as it is$/m);
  assert.match(changed.stdout, /^\+ {2}password: hmac:[0-9a-f]{16}$/m);
  assert.match(changed.stdout, /^2 to create, 1 to update; 0 Applications unchanged$/m);
  const summary = await plugin('diff', '--summary', 'invoices');
  assert.deepEqual([summary.code, summary.stdout.split('\n').length], [1, 4], summary.stdout + summary.stderr);
  const unknown = await plugin('diff', 'nobody', '-o', 'json');
  assert.equal(unknown.code, 3, unknown.stderr);

  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-plan' };
  const stored = await world.cluster.cluster.get<ConfigMap>(ref);
  const texts = [changed.stdout, summary.stdout, stored.data?.[PLAN_KEY] ?? ''].join('\n');
  assert.doesNotMatch(texts, new RegExp(`${PASSWORD}|${Buffer.from(PASSWORD).toString('base64')}`));

  await sidecar.kill();
  const { KUBECONFIG } = env;
  const folder = await mkdtemp(join(tmpdir(), 'compass-diff-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const caFile = join(folder, 'compass-ca.pem');
  await writeFile(caFile, world.simulator.caPem);
  const direct = await runPlugin(['diff', '--direct', '--compass-ca', caFile, '-o', 'name'], { KUBECONFIG });
  assert.equal(direct.code, 1, direct.stderr);
  assert.deepEqual(direct.stdout.trimEnd().split('\n'), [
    'application.applicationconnector.kyma-project.io/invoices',
    `secret/invoices-${BUNDLE}`,
    'application.applicationconnector.kyma-project.io/orders',
  ]);
  assert.match(direct.stderr, /reads the client key from Secret compass-system\/cluster-client-certificates/);

  const gone = await plugin('diff', '--timeout=1s');
  assert.equal(gone.code, 124, gone.stderr);
  assert.match(gone.stderr, /waiting for the sidecar to accept diff/);
});
