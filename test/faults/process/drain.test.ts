import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import { checkInvariants } from '../invariants.ts';
import { startFaultWorld } from '../world.ts';

const NAME = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
/** A replica is ready to take over within this. */
const TAKEN_WITHIN_MS = 15_000;

test('P21: a replica that is drained leads until its end, and then the next one does, without a token', async (t) => {
  const world = await startFaultWorld(t);
  const holder = async () => {
    const lease = await world.cluster.cluster.find<Lease>(NAME);
    return lease?.spec?.holderIdentity ?? '';
  };
  await world.configure();
  const drained = world.here({ POD_NAME: 'drained' });
  await world.reaches('Synchronized');
  const next = world.here({ POD_NAME: 'next' });
  const listings = world.count('director', 'applicationsForRuntime');
  await until('the one that leads goes on', () =>
    Promise.resolve(world.count('director', 'applicationsForRuntime') > listings + 1),
  );
  assert.match(await holder(), /^drained/);

  assert.equal(await drained.stop(), 0);
  await until('the next one leads', async () => /^next/.test(await holder()), TAKEN_WITHIN_MS);
  const before = world.count('director', 'applicationsForRuntime');
  await until('it synchronizes', () => Promise.resolve(world.count('director', 'applicationsForRuntime') > before));
  assert.equal(world.count('connector', 'configuration'), 1, 'the next one used a token');
  await checkInvariants({ ...world, sidecars: [next] });
});
