import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { EMBEDDED_ONLY, embedded, pairings, renew } from './steps.ts';

row(
  'K14',
  'whatever pairs, renews or deletes is decided on quorum reads, which no lagging replica answers',
  async (world) => {
    const { landscape } = world.simulator;
    landscape.createApplication({ name: 'stays' });
    const { id } = landscape.createApplication({ name: 'goes' });
    world.here({}, fastClock(30));
    await world.configure();
    await world.reaches('Synchronized');
    await renew(world);
    landscape.deleteApplication(id);
    await until('it is deleted', () =>
      Promise.resolve(
        world.witness.applications.some(
          ({ type, object: { metadata } }) => type === 'deleted' && metadata.name === 'goes',
        ),
      ),
    );
    await world.cluster.cluster.delete(CONNECTION);
    await world.configure();
    await until('it pairs anew', () => Promise.resolve(pairings(world) === 2));
    await world.reaches('Synchronized');
    const reads = embedded(world)
      .requests()
      .filter(
        ({ method, query, userAgent }) =>
          userAgent.startsWith('compass-sidecar') && method === 'GET' && !query['watch'],
      );
    assert.ok(reads.length > 50);
    const cached = reads.filter(({ query }) => 'resourceVersion' in query || 'resourceVersionMatch' in query);
    assert.deepEqual(cached, []);
    const ofTheDeleted = embedded(world)
      .requests()
      .filter(({ path, userAgent }) => userAgent.startsWith('compass-sidecar') && path.endsWith('/applications/goes'))
      .map(({ method }) => method);
    assert.deepEqual(ofTheDeleted.slice(-2), ['GET', 'DELETE']);
  },
  EMBEDDED_ONLY,
);
