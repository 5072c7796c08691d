import assert from 'node:assert/strict';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { requestAnnotation } from '#common/resources/requests.ts';
import { until } from '../../cluster/until.ts';
import { eventsOf, metricsOf, reportOf } from '../cluster/steps.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { areLeft, FACTOR, heldPlan, listings, ours, PERIODS, vanish, withApplications } from './vanish.ts';

async function ask(world: FaultWorld, verb: 'approve' | 'reject', value: string): Promise<void> {
  const patch = { metadata: { annotations: { [requestAnnotation(verb)]: value } } };
  await world.cluster.cluster.mergePatch({ kind: COMPASS_CONNECTION, name: 'compass-connection' }, patch, {
    fieldManager: 'kubectl-compass',
  });
}

async function answer(world: FaultWorld, id = '') {
  return until(`an answer to ${id}`, async () => {
    return (await reportOf(world))?.requests?.find((request) => request.id === id && request.finished);
  });
}

/** Long enough for all that is looked at meanwhile, on a busy machine, too: 12 s of it. */
const HOLD_MS = 360_000;

row('D1', 'an empty listing is held, shown, and goes by time', async (world) => {
  world.here({ ...PERIODS, APP_DELETION_HOLD: '6m' }, fastClock(FACTOR));
  await withApplications(world, 2);
  world.simulator.landscape.deleteAllApplications();
  const { id, count, names, why, since = '', goesAt = '' } = await heldPlan(world);
  assert.deepEqual([count, names], [2, ['app-0', 'app-1']]);
  assert.match(why ?? '', /lists no Application/);
  assert.equal(Date.parse(goesAt) - Date.parse(since), HOLD_MS);
  const { status } = await world.reaches('Synchronized', ({ status: seen }) => heldIn(seen) !== undefined);
  assert.match(heldIn(status)?.message ?? '', new RegExp(`2 deletions are held as plan ${id} until ${goesAt}`));
  await listings(world, 3);
  assert.equal((await ours(world)).length, 2);
  assert.match(await metricsOf(world), /^compass_deletions_held 2$/m);
  await areLeft(world);
  await until('they are counted', async () =>
    /^compass_deletions_total\{kind="Application"\} 2$/m.test(await metricsOf(world)),
  );
  assert.match(await metricsOf(world), /^compass_deletions_held 0$/m);
  assert.deepEqual(
    (await eventsOf(world, 'DeletionsHeld')).map(({ type, count: times, message }) => [
      type,
      times,
      message.includes(id),
    ]),
    [['Warning', 1, true]],
  );
  await until('nothing is held any more', async () => (await reportOf(world))?.held === undefined);
});

function heldIn(status: Awaited<ReturnType<FaultWorld['connection']>>['status']) {
  return status?.conditions?.find(({ type }) => type === 'DeletionsHeld');
}

const ASKED = { ...PERIODS, APP_DELETION_HOLD: 'forever', APP_DELETION_BUDGET: '1' };

row('D1', 'a plan beyond the budget goes when its id is approved, and on no other word', async (world) => {
  world.here(ASKED, fastClock(FACTOR));
  await withApplications(world, 4);
  vanish(world, 'app-0', 'app-1');
  const { id, goesAt } = await heldPlan(world);
  assert.equal(goesAt, undefined);
  for (const value of ['one', 'two;plan=0123456789ab', 'three;plan=']) {
    await ask(world, 'approve', value);
    const { result, reason, message = '' } = await answer(world, value.split(';')[0]);
    assert.deepEqual([result, reason], ['refused', 'RequestRefused']);
    assert.match(message, /plan/);
  }
  await listings(world, 3);
  assert.equal((await ours(world)).length, 4);
  await ask(world, 'approve', `four;plan=${id}`);
  assert.equal((await answer(world, 'four')).result, 'succeeded');
  await areLeft(world, 'app-2', 'app-3');
});

row('D1', 'an approval counts for exactly its plan: with one Application more, nothing goes', async (world) => {
  world.here(ASKED, fastClock(FACTOR));
  await withApplications(world, 5);
  vanish(world, 'app-0', 'app-1');
  const { id } = await heldPlan(world);
  const fault = world.simulator.faults.add({ operation: 'applicationsForRuntime', status: 503 });
  await ask(world, 'approve', `one;plan=${id}`);
  assert.equal((await answer(world, 'one')).result, 'succeeded');
  vanish(world, 'app-2');
  world.simulator.faults.remove(fault);
  const other = await heldPlan(world, (plan) => plan.id !== id);
  assert.deepEqual(other.names, ['app-0', 'app-1', 'app-2']);
  await listings(world, 4);
  assert.equal((await ours(world)).length, 5);
});

row('D1', 'a rejected plan does not go, and a plan with more in it is held anew', async (world) => {
  world.here({ ...ASKED, APP_DELETION_HOLD: '6m' }, fastClock(FACTOR));
  await withApplications(world, 5);
  vanish(world, 'app-0', 'app-1');
  const { id } = await heldPlan(world);
  await ask(world, 'reject', `one;plan=${id}`);
  await heldPlan(world, (plan) => plan.id === id && plan.decision === 'rejected' && plan.goesAt === undefined);
  await listings(world, 6);
  assert.equal((await ours(world)).length, 5);
  world.simulator.landscape.createApplication({ name: 'app-5' });
  await listings(world, 2);
  assert.equal((await reportOf(world))?.held?.decision, 'rejected');
  vanish(world, 'app-2');
  const other = await heldPlan(world, (plan) => plan.id !== id);
  assert.ok(other.goesAt);
  await areLeft(world, 'app-3', 'app-4', 'app-5');
});

row('D1', 'over a restart the plan stays shown, its hold begins anew, and its approval counts', async (world) => {
  const first = world.here({ ...ASKED, APP_DELETION_HOLD: '1h' }, fastClock(FACTOR));
  await withApplications(world, 4);
  vanish(world, 'app-0', 'app-1');
  await heldPlan(world);
  await listings(world, 2);
  await first.stop();
  // As it was told last: on a busy machine listings may have been too far apart, and the hold begun anew.
  const before = await heldPlan(world);
  const fault = world.simulator.faults.add({ operation: 'applicationsForRuntime', status: 503 });
  const second = world.here({ ...ASKED, APP_DELETION_HOLD: '1h' }, fastClock(FACTOR));
  await listings(world, 1);
  assert.deepEqual((await reportOf(world))?.held, before);
  await ask(world, 'approve', `one;plan=${before.id}`);
  assert.equal((await answer(world, 'one')).result, 'succeeded');
  await ask(world, 'reject', `two;plan=${before.id}`);
  assert.equal((await answer(world, 'two')).result, 'succeeded');
  world.simulator.faults.remove(fault);
  const rejected = await heldPlan(world, ({ decision }) => decision === 'rejected');
  assert.deepEqual([rejected.id, rejected.since], [before.id, before.since]);
  await ask(world, 'approve', `three;plan=${before.id}`);
  assert.equal((await answer(world, 'three')).result, 'succeeded');
  await second.stop();
  world.here({ ...ASKED, APP_DELETION_HOLD: 'forever' }, fastClock(FACTOR));
  await areLeft(world, 'app-2', 'app-3');
});
