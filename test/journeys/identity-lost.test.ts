import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../plugin/run-plugin.ts';
import { conditionOf, errorOf } from './every-state.ts';
import { startWorld } from './world.ts';

test('a certificate that expired while nobody could renew it fails the connection, and a new token brings it back', async (t) => {
  const world = await startWorld(t, { simulator: { switches: { certificateLifetimeSeconds: 12 } } });
  const { simulator } = world;
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const cut = simulator.faults.add({ target: 'connectorMtls', status: 503 });
  const expired = await world.reaches('ConnectionFailed');
  assert.equal(conditionOf(expired, 'Connected')?.reason, 'TokenRequired');
  assert.match(errorOf(expired), /expired/);
  const shown = await runHere(['status'], { KUBECONFIG: world.cluster.kubeconfigPath });
  assert.match(shown.stdout, /^ {2}Identity {3}✗ expired \d+s ago/m);
  assert.match(shown.stdout, /^ {2}Sync {7}! .*kept/m);
  simulator.faults.remove(cut);
  simulator.switches.certificateLifetimeSeconds = 3_600;
  await world.configure();
  await world.reaches('Synchronized');
});

test('a Runtime that was deleted in Compass fails the connection', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');
  world.simulator.deleteRuntime();
  const failed = await world.reaches('ConnectionFailed');
  assert.equal(conditionOf(failed, 'Connected')?.reason, 'Rejected');
  const told = sidecar.lines.filter(({ level }) => level === 'error');
  assert.deepEqual(
    told.map(({ reason }) => reason),
    ['Rejected'],
    'one line for a person who must act, not one a pass',
  );
});
