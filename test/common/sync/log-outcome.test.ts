import assert from 'node:assert/strict';
import { test } from 'node:test';
import { application } from './samples.ts';
import { startSyncWorld, startSyncWorldWith } from './world.ts';

test('the log says once why the listing fails, again when the reason is another, and when it works again', async (t) => {
  const world = await startSyncWorldWith(t, 'orders');
  const { faults } = world.simulator;
  const after = world.logged.length;
  const failAs = async (fault: Parameters<typeof faults.add>[0]) => {
    faults.clear();
    faults.add({ operation: 'applicationsForRuntime', ...fault });
    await world.sync();
    await world.sync();
  };
  await failAs({ status: 503 });
  await failAs({ error: { message: 'boom', code: 10 } });
  await world.sync({ signal: AbortSignal.abort() });
  faults.clear();
  await world.sync();
  await world.sync();
  assert.deepEqual(world.logged.slice(after), [
    'warn: the listing of applications failed, CompassUnavailable',
    'warn: the listing of applications failed, CompassFailed',
    'info: the listing of applications works again',
  ]);
});

test('an Application that fails is logged once, until it fails differently', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const { id } = landscape.createApplication(application(1, 'Not a name'));
  await world.sync();
  await world.sync();
  landscape.updateApplication(id, { name: 'Not a name either' });
  await world.sync();
  const line = 'warn: an application is not in sync, InvalidName';
  assert.deepEqual(world.logged, [line, line]);
});
