import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { deleteConnection } from '../../../plugin/connect/delete-connection.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { putConnection } from '../put-report.ts';

const REF = { kind: COMPASS_CONNECTION, name: 'compass-connection' };

test('a CompassConnection whose keeper wrote since it was looked at is deleted, and one that was made anew is not', async (t) => {
  const test = await startTestCluster(t, { crds: 'field' });
  const { cluster } = test;
  await putConnection(test, 'Synchronized');
  const seen = await cluster.get<CompassConnection>(REF);
  await cluster.mergePatch(REF, { spec: { resyncNow: true } });
  await deleteConnection(cluster, seen, 'none');
  assert.equal(await cluster.find(REF), undefined);
  await putConnection(test, 'Synchronized');
  const conflict = { reason: 'ClusterConflict', message: /was made anew meanwhile/, next: 'kubectl compass status' };
  await assert.rejects(deleteConnection(cluster, seen, 'none'), conflict);
  const anew = await cluster.get<CompassConnection>(REF);
  await deleteConnection(cluster, anew, 'none');
  assert.equal(await cluster.find(REF), undefined);
});
