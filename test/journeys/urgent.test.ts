import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../cluster/until.ts';
import { startWorld } from './world.ts';

test('I7: a new token does not wait for the end of a listing that takes long', async (t) => {
  const world = await startWorld(t);
  const { simulator } = world;
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  await world.cluster.kubectl(['delete', 'cc', 'compass-connection']);
  await world.reaches('Synchronized');
  const slow = simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', delayMs: 55_000 });
  await until('a slow listing is under way', () =>
    Promise.resolve(simulator.faults.list().some(({ matched }) => matched > 0)),
  );
  const storedAt = performance.now();
  await world.configure();
  await until('it pairs anew', () => Promise.resolve(simulator.certificates.list().length === 2), 50_000);
  assert.ok(performance.now() - storedAt < 45_000, 'it waited for the listing');
  simulator.faults.remove(slow);
  await world.reaches('Synchronized');
});
