import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../cluster/until.ts';
import { type PluginResult, runPlugin } from '../plugin/run-plugin.ts';
import { CLIENT, CONFIGURATION, startWorld, type World } from './world.ts';

const KEPT = { OTHER: 'stays' };

/** The plugin at the world's cluster, trusting its Compass. */
async function pluginOf(world: World): Promise<(args: readonly string[], input?: string) => Promise<PluginResult>> {
  const caFile = join(world.cluster.kubeconfigPath, '..', 'compass-ca.pem');
  await writeFile(caFile, world.simulator.caPem);
  const env = { KUBECONFIG: world.cluster.kubeconfigPath, NODE_EXTRA_CA_CERTS: caFile };
  return (args, input = '') => runPlugin(args, env, input);
}

/** A sidecar that has found no configuration, and waits for one. */
async function waitingSidecar(world: World): Promise<void> {
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('ConnectionFailed');
}

test('an invitation becomes a connection, step by step, and is in no output', async (t) => {
  const world = await startWorld(t);
  const plugin = await pluginOf(world);
  await waitingSidecar(world);
  world.simulator.landscape.createApplication({ name: 'orders' });
  const { rawEncoded, token } = world.simulator.requestToken();

  const args = ['connect', '--token-stdin', '--runtime-id', world.simulator.runtimeId, '-v=9'];
  const { code, stdout, stderr } = await plugin(args, rawEncoded);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^connected compass-connection \(1 application, \d+\.\ds\)\n$/);
  assert.match(stderr, /reach +localhost \d+ TLS1\.3, \d+ms, clock skew/);
  assert.match(stderr, /first sync +1 applications in sync/);
  for (const secret of [token, rawEncoded]) assert.ok(!(stdout + stderr).includes(secret), 'the token is printed');
});
