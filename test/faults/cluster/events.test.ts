import assert from 'node:assert/strict';
import { row } from '../row.ts';
import { eventsOf, synchronized } from './steps.ts';

row('L9', 'a connection that goes to and fro is told of once a minute for each reason', async (world) => {
  await synchronized(world);
  for (let change = 1; change <= 3; change += 1) {
    const fault = world.simulator.faults.add({
      target: 'director',
      operation: 'applicationsForRuntime',
      status: 503,
    });
    await world.reaches('SynchronizationFailed');
    world.simulator.faults.remove(fault);
    await world.reaches('Synchronized');
  }
  for (const reason of ['SynchronizationFailed', 'Synchronized']) {
    const events = await eventsOf(world, reason);
    assert.deepEqual([events.length, events[0]?.count], [1, 1], reason);
  }
});
