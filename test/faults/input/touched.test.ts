import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import { CONFIGURATION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const LISTING_MS = 2_500;
const EVERY_MS = 500;
const WITHIN_MS = 20_000;

/** A new Application, listings that take longer than the time between two touches, and what waits until it is there. */
async function arrivesDespite(world: FaultWorld, touch: (times: number) => Promise<unknown>): Promise<void> {
  const { landscape, faults } = world.simulator;
  faults.add({ target: 'director', operation: 'applicationsForRuntime', delayMs: LISTING_MS, times: 1_000 });
  landscape.createApplication({ name: 'late' });
  let times = 0;
  let touched = performance.now();
  const isThere = async () => {
    if (performance.now() - touched >= EVERY_MS) {
      touched = performance.now();
      await touch(times++);
    }
    return (await world.cluster.cluster.find({ kind: APPLICATION, name: 'late' })) !== undefined;
  };
  await until('the new Application is there', isThere, WITHIN_MS);
  faults.clear();
}

async function withUnusedToken(world: FaultWorld): Promise<void> {
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  await world.configure();
  await until('the token lies there', async () => (await world.report()).token === 'unused');
}

row('N6', 'a configuration with an unused token that is touched again and again delays no listing', async (world) => {
  await withUnusedToken(world);
  const secret = { kind: SECRET, ...CONFIGURATION };
  await arrivesDespite(world, (times) => {
    const metadata = { annotations: { touched: String(times) } };
    return world.cluster.cluster.mergePatch(secret, { metadata }, { fieldManager: 'gitops' });
  });
});

row('N6', 'tokens that are replaced again and again cut a listing short, but not the next one', async (world) => {
  await withUnusedToken(world);
  await arrivesDespite(world, () => world.configure());
});
