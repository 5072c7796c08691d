import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { nextStep } from '../../../plugin/install/next-step.ts';
import { putConnection } from '../put-report.ts';
import { startCluster } from './target-cluster.ts';

const TO_CONNECT = 'to connect it: kubectl compass connect --token-stdin --runtime-id ID';

test('a connection that has a certificate goes on, any other is to be connected', async (t) => {
  const { api, cluster, plugin } = await startCluster(t, 'ours');
  assert.equal(await nextStep(cluster, 'compass-connection'), TO_CONNECT);
  await putConnection(api, 'Synchronized');
  const somebody = await api.as({ name: 'somebody' });
  assert.equal(await nextStep(somebody.cluster, 'compass-connection'), TO_CONNECT, 'what may not be seen');
  const { stderr } = await plugin('install', '--no-wait');
  assert.match(stderr, /^it goes on with the connection that is there: kubectl compass status$/m);

  const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
  await cluster.mergePatch(ref, { status: { connectionStatus: { certificateStatus: { notAfter: null } } } });
  assert.equal(await nextStep(cluster, 'compass-connection'), TO_CONNECT);
});
