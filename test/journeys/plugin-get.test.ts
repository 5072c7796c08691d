import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { application, basic, bundle, id } from '../common/sync/samples.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { DEPLOY_FOLDER } from '../sidecar/deploy/render.ts';
import { startWorld } from './world.ts';

const OLD = 'old-and-never-printed';
const NEW = 'new-and-never-printed';
const BUNDLE = id(2);

function bundles(password: string) {
  return [bundle(2, { defaultInstanceAuth: basic(password) })];
}

test('get and describe show what came from Compass, what failed, and that credentials were rotated', async (t) => {
  const world = await startWorld(t);
  world.simulator.switches.runtimeScopes.push('application.auths:read');
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', bundles(OLD)));
  landscape.createApplication({ name: 'Not A Name' });
  await world.configure();
  world.start();
  await world.reaches('ResourceApplicationFailed');
  const env = { KUBECONFIG: world.cluster.kubeconfigPath };
  const printed: string[] = [];
  const run = async (...args: string[]) => {
    const result = await runPlugin(args, env);
    printed.push(result.stdout, result.stderr);
    return result;
  };

  const apps = await run('get', 'apps');
  assert.equal(apps.code, 0, apps.stderr);
  assert.match(apps.stdout, /^orders +True +1 +0 +1 +\d+s +\d+s$/m);
  assert.match(apps.stdout, /^Not A Name +False +- .* InvalidName$/m);
  const ready = await run('get', 'apps', '--status-selector', 'ready=true', '-o', 'name');
  assert.equal(ready.stdout, 'application.applicationconnector.kyma-project.io/orders\n');
  const gateway = await run('get', 'apis', '-o', 'jsonpath={.items[*].gatewayUrl}');
  assert.match(gateway.stdout, /\/orders\/bundle-2\/orders-api$/);

  const secretOf = async () => {
    const { code, stdout, stderr } = await run('get', 'secret', `orders-${BUNDLE}`, '-o', 'json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const before = await secretOf();
  assert.match(before.fingerprint, /^[0-9a-f]{32}$/);
  landscape.updateApplication(id(1), { bundles: bundles(NEW) });
  const after = await until('the fingerprint is another one', async () => {
    const secret = await secretOf();
    return secret.fingerprint !== before.fingerprint && secret;
  });
  assert.ok(after.rotatedAt >= before.rotatedAt);

  const described = await run('describe', 'app', 'orders');
  assert.match(
    described.stdout,
    new RegExp(`^ +Credentials: +Basic, Secret orders-${BUNDLE} \\(rotated \\d+s ago\\)$`, 'm'),
  );
  assert.match(described.stdout, /^ +\d+s +Secret +orders-\S+ +updated /m);
  assert.match(described.stdout, /^ +spec\.services +1 bundle +Director: bundles +compass-sidecar$/m);
  assert.equal((await run('get', 'app', 'nope')).code, 3);
  for (const text of printed) for (const secret of [OLD, NEW]) assert.ok(!text.includes(secret));
});

test('who may not list Secrets sees as much of them, as of the last synchronization', {
  skip: NO_KUBECTL,
}, async (t) => {
  const world = await startWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', bundles(OLD)));
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const secretOf = (kubeconfigPath: string) =>
    runPlugin(['get', 'secret', `orders-${BUNDLE}`, '-o', 'json'], { KUBECONFIG: kubeconfigPath });
  const applied = await world.cluster.kubectl(['apply', '--server-side', '-f', `${DEPLOY_FOLDER}/rights/people.yaml`]);
  assert.equal(applied.code, 0, applied.stderr);
  const { kubeconfigPath } = await world.cluster.as({ name: 'viewer', groups: ['compass-viewers'] });
  for (const password of [OLD, NEW]) {
    landscape.updateApplication(id(1), { bundles: bundles(password) });
    const { published, ...seen } = await until('a viewer sees what there is', async () => {
      const [admin, viewer] = await Promise.all([secretOf(world.cluster.kubeconfigPath), secretOf(kubeconfigPath)]);
      assert.ok(!viewer.stdout.includes(password) && !viewer.stderr.includes(password));
      const { metadata, fingerprint, ...rest } = JSON.parse(admin.stdout);
      const { labels: _, ...known } = metadata;
      const found = JSON.parse(viewer.stdout);
      return found.fingerprint === fingerprint && { ...found, expected: { ...rest, fingerprint, metadata: known } };
    });
    const { expected, ...found } = seen;
    assert.deepEqual(found, expected);
    assert.equal(published, true);
  }
});
