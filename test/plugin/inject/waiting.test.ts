import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertExit } from '../assert-exit.ts';
import { may, somebodyWith } from '../grant.ts';
import { runHere } from '../run-plugin.ts';
import { kindNamed, startShop } from './shop.ts';

const LINE = ['deployment/orders', '--workload-namespace', 'shop'];

test('the rollout is waited for, until its time is over, it fails, or somebody stops waiting', async (t) => {
  const { cluster, env, create } = await startShop(t);
  await create('Deployment', 'orders');
  const late = await runHere(['inject', ...LINE, '--timeout', '4s'], env);
  assertExit(late, 'inject', 124);
  assert.match(late.stderr, /waiting for the rollout of deployment\.apps\/orders: nobody has looked at it yet/);
  for (const [name, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    for (const command of ['inject', 'eject'] as const) {
      await runHere([command === 'inject' ? 'eject' : 'inject', ...LINE, '--no-wait'], env);
      const controller = new AbortController();
      const onStderr = (text: string) => {
        if (text.includes('nobody has looked')) controller.abort(name);
      };
      const stopped = await runHere([command, ...LINE], env, '', controller.signal, onStderr);
      if (command === 'inject') assertExit(stopped, 'inject', code);
      else assertExit(stopped, 'eject', code);
      assert.match(stopped.stderr, /it goes on\. To watch it: kubectl -n shop rollout status deployment\.apps\/orders/);
    }
  }
  const ref = { kind: kindNamed('Deployment'), name: 'orders', namespace: 'shop' };
  const condition = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'no image' };
  const status = { observedGeneration: 1_000, conditions: [condition] };
  await cluster.mergePatch(ref, { status }, { subresource: 'status' });
  const failed = await runHere(['inject', ...LINE, '--timeout', '9s'], env);
  assertExit(failed, 'inject', 1);
  assert.match(failed.stderr, /the rollout of deployment\.apps\/orders failed: it makes no progress: no image/);
  const stuck = await runHere(['eject', ...LINE, '--timeout', '9s'], env);
  assertExit(stuck, 'eject', 1);
  await cluster.mergePatch(ref, { status: { observedGeneration: 0 } }, { subresource: 'status' });
  await runHere(['inject', ...LINE, '--no-wait'], env);
  assertExit(await runHere(['eject', ...LINE, '--timeout', '1s'], env), 'eject', 124);
});

test('what is missing of the rights is named, and nothing was changed', async (t) => {
  const { test: target, create, template } = await startShop(t);
  await create('Deployment', 'orders');
  const before = await template('Deployment', 'orders');
  const sight = may('get list', 'compass.kyma-project.io/compassconnections', 'configmaps', 'apps/deployments');
  const kubeconfig = await somebodyWith(target, [sight]);
  const env = { KUBECONFIG: kubeconfig };
  const refused = await runHere(['inject', ...LINE, '--no-wait'], env);
  assertExit(refused, 'inject', 4);
  assert.match(refused.stderr, /not permitted: patch deployments\.apps\/orders in namespace shop; nothing was changed/);
  assert.match(refused.stderr, /kubectl auth can-i patch deployments\.apps\/orders -n shop/);
  assertExit(await runHere(['eject', ...LINE, '--no-wait'], env), 'eject', 4);
  assert.deepEqual(await template('Deployment', 'orders'), before);
});

/** The genuine server looks at what somebody gives away (RBAC, "privilege escalation prevention"). */
const ESCALATES =
  process.env['COMPASS_TEST_TARGET'] === 'genuine' ? false : 'the embedded API server lets everybody give rights away';

test('who cannot read the Secret cannot give that right away, and is told so', { skip: ESCALATES }, async (t) => {
  const { test: target, create, template, rights } = await startShop(t);
  await create('Deployment', 'orders');
  const before = await template('Deployment', 'orders');
  const sight = may('get list', 'compass.kyma-project.io/compassconnections', 'configmaps');
  const workloads = may('get list patch', 'apps/deployments');
  const roles = may(
    'get list create patch',
    'rbac.authorization.k8s.io/roles',
    'rbac.authorization.k8s.io/rolebindings',
  );
  const kubeconfig = await somebodyWith(target, [sight, workloads, roles]);
  const refused = await runHere(['inject', ...LINE, '--no-wait'], { KUBECONFIG: kubeconfig });
  assertExit(refused, 'inject', 4);
  assert.match(refused.stderr, /only who holds these rights can give them/);
  assert.deepEqual([await template('Deployment', 'orders'), await rights()], [before, []]);
});

test('a workload that is not there, and a cluster without a connection', async (t) => {
  const { env } = await startShop(t);
  for (const command of ['inject', 'eject'] as const) {
    const { code, stderr } = await runHere([command, ...LINE, '--no-wait'], env);
    assert.equal(code, 3, stderr);
    assert.match(stderr, /there is no Deployment orders in namespace shop/);
  }
});
