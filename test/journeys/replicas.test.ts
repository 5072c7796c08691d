import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../cluster/until.ts';
import { startWorld } from './world.ts';

test('R1: of two replicas with one token one pairs, and the other goes on when it ends', async (t) => {
  const world = await startWorld(t);
  const first = world.start({ POD_NAME: 'replica-a' });
  await world.reaches('ConnectionFailed');
  const second = world.start({ POD_NAME: 'replica-b' });
  await until('the second replica runs', () => Promise.resolve(second.lines.some(({ msg }) => msg === 'started')));
  await world.configure();
  await world.reaches('Synchronized');
  const pairings = world.simulator.requests.list().filter(({ tokenHash }) => tokenHash !== null);
  assert.equal(pairings.length, 2, 'configuration and signing, once each');

  assert.equal(await first.stop(), 0);
  const listings = world.simulator.requests.list().length;
  await until('the second replica synchronizes', () =>
    Promise.resolve(
      world.simulator.requests
        .list()
        .slice(listings)
        .some(({ rootFields }) => rootFields.includes('applicationsForRuntime')),
    ),
  );
  assert.equal(world.simulator.certificates.list().length, 1);
  assert.equal(await second.stop(), 0);
});
