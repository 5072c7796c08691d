import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { EMBEDDED_ONLY, embedded, synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';

/** Every version of the CompassConnection from now on. */
function versionsOf(t: TestContext, { cluster }: TestCluster): readonly CompassConnection[] {
  const seen: CompassConnection[] = [];
  const end = new AbortController();
  t.after(() => end.abort());
  const follow = async () => {
    const watch = cluster.watch<CompassConnection>(COMPASS_CONNECTION, { resourceVersion: '0', signal: end.signal });
    for await (const event of watch) if (event.type === 'modified') seen.push(event.object);
  };
  // Its end is the end of the server.
  follow().catch(() => undefined);
  return seen;
}

const lastAttempts = (versions: readonly CompassConnection[]) =>
  versions.map(({ status }) => Date.parse(status?.synchronizationStatus?.lastAttempt ?? ''));

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
      const versions = versionsOf(world.t, world.cluster);
      const { faults } = embedded(world);
      faults.add({ verb: 'patch', resource: 'compassconnections', user: 'admin', times: 3, effect });
      const { simulator } = world;
      simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', status: 503, times: 1 });
      await world.says(/CompassUnavailable|listing/);
      await until('the faults are over, and more was written', () =>
        Promise.resolve(faults.list().length === 0 && versions.length >= 3),
      );
      await world.reaches('Synchronized');
      const times = lastAttempts(versions);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
        'no status is older than the one before it',
      );
      const transitions = versions.map(({ status }) =>
        Math.max(...(status?.conditions ?? []).map(({ lastTransitionTime }) => Date.parse(lastTransitionTime))),
      );
      assert.deepEqual(
        transitions,
        transitions.toSorted((a, b) => a - b),
      );
    },
    EMBEDDED_ONLY,
  );
}
