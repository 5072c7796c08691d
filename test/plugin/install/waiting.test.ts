import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { soon, startHere } from '../start-here.ts';
import { startCluster } from './target-cluster.ts';

test('what does not run is told with the last that was seen, and Ctrl-C leaves what was applied', async (t) => {
  const { plugin, sidecar } = await startCluster(t);
  const late = await plugin('install', '--timeout', '100ms');
  assertExit(late, 'install', 124);
  assert.match(late.stderr, /timed out after \S+, waiting for the Deployment compass-system\/compass-sidecar: /);
  assertExit(await plugin('upgrade', '--timeout', '100ms'), 'upgrade', 124);
  assert.equal((await sidecar()).metadata.name, 'compass-sidecar');
});

for (const command of ['install', 'upgrade']) {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${command} stops waiting at ${signal}, and leaves what it applied`, async (t) => {
      const { api, plugin, sidecar } = await startCluster(t);
      assert.equal((await plugin('install', '--no-wait')).code, 0);
      const running = startHere(t, [command], { kubeconfigPath: api.kubeconfigPath });
      await soon('it waits', () => running.stderr().includes('rollout'));
      running.interrupt(signal);
      if (command === 'install') await assertEnd(running, 'install', code);
      else await assertEnd(running, 'upgrade', code);
      assert.match(
        running.stderr(),
        /stopped waiting for the Deployment compass-system\/compass-sidecar: nobody has looked at the Deployment yet; it goes on/,
      );
      assert.equal((await sidecar()).spec.replicas, 1);
    });
  }
}
