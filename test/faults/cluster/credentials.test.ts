import assert from 'node:assert/strict';
import { SECRET } from '#common/cluster/objects.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT } from '../../journeys/world.ts';
import { row } from '../row.ts';

row('K15', 'a client Secret that somebody deletes is back with the same pair', async (world) => {
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  assert.ok(before);
  await world.cluster.cluster.delete({ kind: SECRET, ...CLIENT });
  const after = await until('it is back', () => world.secret(CLIENT.namespace, CLIENT.name), 10_000);
  assert.deepEqual(after, before);
});
