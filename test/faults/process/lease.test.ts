import assert from 'node:assert/strict';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { until } from '../../cluster/until.ts';
import { pairings, renew } from '../cluster/steps.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const REF = { kind: LEASE, namespace: 'compass-system', name: ownObjectNames('compass-connection').lease };

const holderOf = async ({ cluster: { cluster } }: FaultWorld) =>
  (await cluster.find<Lease>(REF))?.spec?.holderIdentity ?? undefined;

const isHeldAnew = (world: FaultWorld, but: string) =>
  until('the Lease is held again', async () => {
    const holder = await holderOf(world);
    return holder && holder !== but && holder;
  });

for (const [title, harm] of [
  ['deleted', ({ cluster: { cluster } }: FaultWorld) => cluster.delete(REF)],
  [
    'emptied',
    ({ cluster: { cluster } }: FaultWorld) =>
      cluster.mergePatch(REF, { spec: { holderIdentity: null, renewTime: null, leaseDurationSeconds: null } }),
  ],
  [
    "given to somebody who doesn't live",
    ({ cluster: { cluster } }: FaultWorld) => cluster.mergePatch(REF, { spec: { holderIdentity: 'nobody_0' } }),
  ],
] as const) {
  row('R3', `a Lease that is ${title} while a token is on its way is taken again, and pairs once`, async (world) => {
    world.simulator.landscape.createApplication({ name: 'orders' });
    const { faults } = world.simulator;
    faults.add({ target: 'connector', operation: 'configuration', when: 'afterExecution', delayMs: 1_000, times: 1 });
    // Two replicas, of which one pairs.
    world.here({ POD_NAME: 'pod-a' }, fastClock(5));
    world.here({ POD_NAME: 'pod-b' }, fastClock(5));
    await until('somebody leads', () => holderOf(world));
    await world.configure();
    await until('the token is on its way', () =>
      Promise.resolve(
        world.simulator.requests.list().some(({ target, outcome }) => target === 'connector' && outcome === 'pending'),
      ),
    );
    await harm(world);
    const holder = await isHeldAnew(world, 'nobody_0');
    assert.match(holder, /^pod-[ab]_/);
    await world.reaches('Synchronized');
    assert.equal(pairings(world), 1);
    await renew(world);
    await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
    assert.equal(world.simulator.certificates.list().length, 2);
  });
}
