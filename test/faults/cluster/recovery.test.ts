import assert from 'node:assert/strict';
import { conditionOf } from '../../journeys/every-state.ts';
import { row } from '../row.ts';

row(
  'C23',
  'a revoked certificate is said to be rejected, and a new token in the Secret is used within 10 s',
  async (world) => {
    world.here();
    await world.configure();
    await world.reaches('Synchronized');
    world.simulator.revokeCertificates();
    const failed = await world.reaches('ConnectionFailed');
    assert.equal(conditionOf(failed, 'Connected')?.reason, 'Rejected');
    const startMs = performance.now();
    await world.configure();
    await world.reaches('Synchronized');
    // Ten seconds on a quiet machine; by the poll alone it would take a minute.
    assert.ok(performance.now() - startMs < 30_000);
  },
);
