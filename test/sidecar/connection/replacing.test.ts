import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { proveReplacement } from '../../../sidecar/connection/replacing.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { compassContext } from './compass-context.ts';

/** A connection that works, and a new pair in the journal: of the same Runtime, or of another tenant's. */
async function start(t: TestContext, of: 'same' | 'another') {
  const switches = { isLeader: () => true };
  const compass = await compassContext(t, { isLeader: () => switches.isLeader() });
  const { simulator, context, pair, takeCalls } = compass;
  const { connection: serving } = await pair();
  const tenant = '11111111-1111-4111-8111-111111111111';
  const runtime = of === 'same' ? undefined : simulator.landscape.createRuntime({ tenant }).id;
  const { journal, connection } = await pair(runtime);
  const next = { ...connection, runtimeId: serving.runtimeId };
  await context.state.write(freshState());
  await context.journal.write(journal);
  takeCalls();
  const record = () => context.state.value?.tokens[journal.tokenHash ?? ''];
  return { ...compass, replacement: { next, serving, journal }, record, switches };
}

test('I2: a new pair of the same Runtime is proven, and nothing is done to the one that works', async (t) => {
  const { context, replacement, revoked, record, takeCalls } = await start(t, 'same');
  await proveReplacement(context, replacement);
  assert.deepEqual([revoked(), record(), context.journal.value], [[false, false], undefined, replacement.journal]);
  assert.deepEqual(takeCalls(), ['director runtime ok']);
});

test('I2: a new pair of another is dropped and revoked, its token is spent, and the present one serves', async (t) => {
  const { context, replacement, revoked, record } = await start(t, 'another');
  await assert.rejects(proveReplacement(context, replacement), {
    reason: 'TokenRequired',
    message:
      /not that of the Runtime .*, and is dropped; the present connection serves on; request a new one-time token/,
  });
  assert.deepEqual([revoked(), context.journal.value], [[false, true], undefined]);
  assert.equal(record()?.outcome, 'spent');
  assert.match(record()?.message ?? '', /is not that of the Runtime/);
});

test('I2: where the Director shows the Runtime to neither, the new pair waits', async (t) => {
  const { context, replacement, revoked, record, simulator } = await start(t, 'same');
  simulator.faults.add({ target: 'director', set: { '/data/runtime': null } });
  await assert.rejects(proveReplacement(context, replacement), { reason: 'RuntimeNotFound' });
  assert.deepEqual([revoked(), record(), context.journal.value], [[false, false], undefined, replacement.journal]);
});

test('I2: while the Director is away the new pair waits', async (t) => {
  const { context, replacement, revoked, simulator } = await start(t, 'another');
  simulator.faults.add({ target: 'director', status: 503 });
  await assert.rejects(proveReplacement(context, replacement), { reason: 'CompassUnavailable' });
  assert.deepEqual([revoked(), context.journal.value], [[false, false], replacement.journal]);
});

test('I2: a new pair that cannot be revoked is dropped all the same, and a bug on the way is not hidden', async (t) => {
  const { context, replacement, revoked, simulator } = await start(t, 'another');
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  await assert.rejects(proveReplacement(context, replacement), { reason: 'TokenRequired' });
  assert.deepEqual([revoked(), context.journal.value], [[false, false], undefined]);
  const other = await start(t, 'another');
  other.switches.isLeader = () => {
    throw new Error('a bug');
  };
  await assert.rejects(proveReplacement(other.context, other.replacement), /a bug/);
});
