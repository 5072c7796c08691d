import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { conditionOf, errorOf } from '../../journeys/every-state.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { bundle, versions } from './landscape.ts';

const ANSWERS: readonly (readonly [code: number, reason: string])[] = [
  [24, 'TenantMismatch'],
  [25, 'TenantMismatch'],
  [23, 'InsufficientScopes'],
  [22, 'RuntimeNotFound'],
  [20, 'RuntimeNotFound'],
];

const LISTING = 'applicationsForRuntime';

row('D8', 'errors about tenant, scopes and Runtime are conditions, and cost no Application', async (world) => {
  world.simulator.landscape.createApplication({ name: 'orders', bundles: [bundle('b1', 'not-a-password')] });
  world.here({ APP_CONTROLLER_SYNC_PERIOD: '30s', APP_MINIMAL_COMPASS_SYNC_TIME: '3s' }, fastClock(30));
  await world.configure();
  await world.reaches('Synchronized');
  const before = await versions(world);
  for (const [code, reason] of ANSWERS) {
    const error = { message: 'it is not so', code, name: 'Error' };
    const fault = world.simulator.faults.add({ target: 'director', operation: LISTING, error });
    const failed = await world.reaches('SynchronizationFailed', ({ status }) =>
      Boolean(status?.synchronizationStatus?.error?.includes(`(error ${code})`)),
    );
    assert.equal(conditionOf(failed, 'Synchronized')?.reason, reason, `error ${code}`);
    assert.equal(conditionOf(failed, 'Connected')?.status, 'True');
    assert.deepEqual(await versions(world), before);
    world.simulator.faults.remove(fault);
  }
  const error = { message: 'unauthorized', code: 26, name: 'Unauthorized' };
  const fault = world.simulator.faults.add({ target: 'director', operation: LISTING, error });
  const refused = await world.reaches('SynchronizationFailed', (seen) => errorOf(seen).includes('Rejected'));
  assert.equal(conditionOf(refused, 'Connected')?.status, 'True', 'the Connector takes the certificate');
  assert.deepEqual(await versions(world), before);
  world.simulator.faults.remove(fault);
  await world.reaches('Synchronized');
});

row('D9', 'errors that pass are backed off from, cost no Application, and are gone when they end', async (world) => {
  world.simulator.landscape.createApplication({ name: 'orders', bundles: [bundle('b1', 'not-a-password')] });
  world.here({ APP_CONTROLLER_SYNC_PERIOD: '2s', APP_MINIMAL_COMPASS_SYNC_TIME: '1s' }, fastClock(20));
  await world.configure();
  await world.reaches('Synchronized');
  const before = await versions(world);
  const faults = [
    ...[10, 28, 35].map((code) => ({ error: { message: 'it failed', code, name: 'InternalError' } })),
    ...[500, 502, 503, 504].map((status) => ({ status })),
  ];
  for (const effect of faults) {
    const fault = world.simulator.faults.add({ target: 'director', operation: LISTING, ...effect });
    await world.reaches('SynchronizationFailed');
    assert.deepEqual(await versions(world), before, JSON.stringify(effect));
    world.simulator.faults.remove(fault);
    await world.reaches('Synchronized');
  }
  world.simulator.faults.add({ target: 'director', operation: LISTING, status: 503 });
  await world.reaches('SynchronizationFailed');
  // Two minutes of its clock, at a period of two seconds.
  const [asked, fromMs] = [world.count('director', LISTING), performance.now()];
  await until('minutes pass', () => Promise.resolve(performance.now() - fromMs > 6_000));
  const tries = world.count('director', LISTING) - asked;
  assert.ok(tries >= 1 && tries <= 25, `${tries} tries in two minutes`);
  world.simulator.faults.clear();
  assert.deepEqual(await versions(world), before);
});

/** The pages of all listings that were asked for. */
function pagesOf(world: FaultWorld) {
  return world.simulator.requests.list().filter(({ rootFields }) => rootFields.includes(LISTING));
}

row('D22', 'a slow Director is never asked for a second listing while the first one runs', async (world) => {
  const { landscape, faults } = world.simulator;
  for (let at = 0; at < 250; at += 1) landscape.createApplication({ name: `app-${at}` });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  let most = 0;
  faults.add({ target: 'director', operation: LISTING, delayMs: 700 });
  const from = pagesOf(world).length;
  await until('two slow listings', async () => {
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { resyncNow: true } });
    most = Math.max(most, pagesOf(world).filter(({ outcome }) => outcome === 'pending').length);
    return pagesOf(world).length >= from + 6;
  });
  assert.equal(most, 1);
});
