import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { readRequests } from '#common/resources/requests.ts';
import { connected, startStage } from './connect/stage.ts';
import { putConnection } from './put-report.ts';

const CONFLICT = { kind: 'status', code: 409, reason: 'Conflict', message: 'the object has been modified' } as const;

for (const [times, expected] of [
  [4, 0],
  [5, 4],
] as const) {
  test(`a request that others overtake ${times} times ends with ${expected}, and says what helps`, async (t) => {
    const { cluster, plugin, simulator } = await startStage(t, connected);
    if (!cluster.embedded) return t.skip('the genuine API server has no faults');
    await putConnection(cluster, 'Synchronized');
    cluster.embedded.faults.add({ verb: 'patch', resource: 'compassconnections', effect: CONFLICT, times });
    const { code, stderr } = await plugin(['reconnect', '-', '--no-wait'], simulator.requestToken().rawEncoded);
    assert.equal(code, expected, stderr);
    const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
    const { metadata } = await cluster.cluster.get<CompassConnection>(ref);
    assert.equal(readRequests(metadata.annotations).length, expected === 0 ? 1 : 0);
    const next = /ClusterConflict; next: others change it at the same time: call the command again/;
    if (expected !== 0) assert.match(stderr, next);
  });
}
