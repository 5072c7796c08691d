import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, startSyncWorld } from './world.ts';

const changesOf = ({ changes }: SyncOutcome) =>
  changes.map(({ kind, name, action, cause, application: of }) => [kind, name, action, cause, ...(of ? [of] : [])]);

test('a change says whether the listing or the cluster was changed, and a Secret says of which Application it is', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const { cluster } = world.cluster;
  landscape.createApplication(application(1, 'orders', [bundle(1, { defaultInstanceAuth: basic() })]));
  const secret = `orders-${id(1)}`;
  assert.deepEqual(changesOf(await world.sync()), [
    ['Secret', secret, 'created', 'of Application orders', 'orders'],
    ['Application', 'orders', 'created', 'newly listed'],
  ]);
  await cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, { spec: { description: 'by hand' } });
  assert.deepEqual(changesOf(await world.sync()), [['Application', 'orders', 'updated', 'was changed in the cluster']]);
  await cluster.delete({ kind: SECRET, name: secret, namespace: INTEGRATION_NAMESPACE });
  assert.deepEqual(changesOf(await world.sync()).at(-1), [
    'Application',
    'orders',
    'updated',
    'was changed in the cluster',
  ]);
  landscape.updateApplication(id(1), { description: 'in Compass' });
  assert.deepEqual(changesOf(await world.sync()), [
    ['Application', 'orders', 'updated', 'differs from what is listed'],
  ]);
  // Last, since the garbage collector may delete the Secret of the one that is gone whenever it likes.
  await cluster.delete({ kind: APPLICATION, name: 'orders' });
  assert.deepEqual(changesOf(await world.sync()).at(-1), [
    'Application',
    'orders',
    'created',
    'was gone from the cluster',
  ]);
});
