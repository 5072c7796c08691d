import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { EMBEDDED_ONLY, embedded, synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

/** No version of the status is older than the one before it; how many there were. */
function areInOrder({ witness }: FaultWorld): number {
  const versions = witness.connections.map(({ object }) => object.status);
  const times = versions.map((status) => Date.parse(status?.synchronizationStatus?.lastAttempt ?? '') || 0);
  const transitions = versions.map((status) =>
    Math.max(0, ...(status?.conditions ?? []).map(({ lastTransitionTime }) => Date.parse(lastTransitionTime))),
  );
  for (const order of [times, transitions])
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
  return versions.length;
}

const failOnce = ({ simulator }: FaultWorld) =>
  simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', status: 503, times: 1 });

for (const [title, effect] of [
  ['slow', { kind: 'delay', ms: 800 }],
  ['lost on its way back', { kind: 'cut', when: 'after' }],
  ['lost on its way', { kind: 'cut', when: 'before' }],
] as const) {
  row(
    'R12',
    `a write of the status that is ${title} neither overtakes nor is overtaken`,
    async (world) => {
      await synchronized(world, { APP_STATUS_PERIOD: '1s' });
      const { faults } = embedded(world);
      faults.add({ verb: 'patch', resource: 'compassconnections', user: 'admin', times: 3, effect });
      failOnce(world);
      await until('the faults are over', () => Promise.resolve(faults.list().length === 0));
      const before = areInOrder(world);
      await until('more was written', () => Promise.resolve(areInOrder(world) >= before + 2));
      await world.reaches('Synchronized');
    },
    EMBEDDED_ONLY,
  );
}

row(
  'R12',
  'a write of the status that was given up comes late, and is not carried out',
  async (world) => {
    await synchronized(world, { APP_STATUS_PERIOD: '1s' });
    const { faults, cutConnections } = embedded(world);
    const before = areInOrder(world);
    faults.add({ verb: 'patch', resource: 'compassconnections', user: 'admin', effect: { kind: 'delay', ms: 5_000 } });
    failOnce(world);
    await until('the write is on its way', () => Promise.resolve(faults.list().length === 0));
    const lateMs = performance.now() + 5_000;
    cutConnections();
    await until('newer ones were written, and the late one came', () =>
      Promise.resolve(areInOrder(world) >= before + 2 && performance.now() > lateMs + 500),
    );
    await world.reaches('Synchronized');
    areInOrder(world);
  },
  EMBEDDED_ONLY,
);
