import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeleteOptions } from '#common/cluster/cluster.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import { createApplication, deleteApplication, noteSyncError } from '#common/sync/write-application.ts';
import { desiredOrders, startWriting } from './write-world.ts';

test('why an Application is not in sync is noted on it once, known then, and taken away again', async (t) => {
  const { scene, countOf, storedApplication } = await startWriting(t);
  let record = await createApplication(scene, desiredOrders().desired);
  for (const message of ['NameConflict: one', 'NameConflict: two', undefined]) {
    record = await noteSyncError(scene, record, message);
    assert.equal(record.syncError, message);
    assert.deepEqual(scene.present.application('orders'), record);
    assert.equal(await countOf(() => noteSyncError(scene, record, message)), 0, 'it says so already');
    const { annotations } = (await storedApplication('orders'))?.metadata ?? {};
    assert.equal(annotations?.[SYNC_ERROR_ANNOTATION], message);
  }
});

test('an Application is deleted in the version that was judged, and in no other, and what hangs on it goes after it', async (t) => {
  const { scene, cluster, state, storedApplication } = await startWriting(t);
  const judged = await createApplication(scene, desiredOrders().desired);
  const asked: (DeleteOptions | undefined)[] = [];
  state.door = {
    ...cluster,
    delete: (ref, options) => {
      asked.push(options);
      return cluster.delete(ref, options);
    },
  };
  await cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, { metadata: { labels: { touched: 'yes' } } });
  await assert.rejects(deleteApplication(scene, judged), { reason: 'ClusterConflict' });
  const { resourceVersion = '' } = (await storedApplication('orders'))?.metadata ?? {};
  assert.ok(resourceVersion && scene.present.application('orders'));
  await deleteApplication(scene, { ...judged, resourceVersion });
  assert.deepEqual([await storedApplication('orders'), scene.present.application('orders')], [undefined, undefined]);
  const { uid } = judged;
  assert.deepEqual(asked.at(-1), { uid, resourceVersion, propagationPolicy: 'Background' });
});
