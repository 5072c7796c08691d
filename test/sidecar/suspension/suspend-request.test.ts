import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import type { PassFacts } from '../../../sidecar/request-handler.ts';
import { settleSuspension } from '../../../sidecar/suspension/settle-suspension.ts';
import { resumeRequestHandler, suspendRequestHandler } from '../../../sidecar/suspension/suspend-request.ts';
import { decodeSuspension, suspensionInForce } from '../../../sidecar/suspension/suspension.ts';
import { memoryContext } from '../connection/memory-context.ts';

const HOUR_MS = 3_600_000;

function start() {
  const { context, clock } = memoryContext();
  const ask = (verb: 'suspend' | 'resume', parameters: Readonly<Record<string, string>> = {}, id = 'one') => {
    const handler = verb === 'suspend' ? suspendRequestHandler(context) : resumeRequestHandler(context);
    return handler({ verb, id, parameters }, {} as PassFacts);
  };
  return { context, clock, ask, inForce: () => suspensionInForce(context.state.value, clock.now()) };
}

test('a suspension is kept with its scope, its end, its reason and who asked, and ends by itself', async () => {
  const { context, clock, ask, inForce } = start();
  const until = clock.now() + HOUR_MS;
  const asked = { scope: 'deletes', until: formatTime(until), reason: 'move', by: 'eva' };
  assert.deepEqual(await ask('suspend', asked), {
    result: 'succeeded',
    message: `deletions are suspended by eva until ${formatTime(until)}: move`,
  });
  const kept = { ...asked, until, since: clock.now(), request: 'one' };
  assert.deepEqual(inForce(), kept);
  const { suspension } =
    STATE_FORMAT.decode(JSON.parse(JSON.stringify(STATE_FORMAT.encode(await stateOf(context))))) ?? {};
  assert.deepEqual(suspension, kept, 'it is not the same after a restart');
  clock.advance(HOUR_MS - 1);
  assert.deepEqual(await settleSuspension(context), kept);
  clock.advance(1);
  assert.equal(inForce(), undefined);
  assert.equal(await settleSuspension(context), undefined);
  assert.equal((await stateOf(context)).suspension, undefined);
});

async function stateOf({ state }: ReturnType<typeof start>['context']) {
  const stored = await state.load();
  assert.ok(stored);
  return stored;
}

test('a later suspension takes the place of the former, and says which that was', async () => {
  const { ask, inForce } = start();
  await ask('suspend', { scope: 'all', reason: 'incident' });
  const { message = '' } = await ask('suspend', { by: 'eva' }, 'two');
  assert.equal(message, 'suspended by eva; before, everything but the renewal is suspended: incident');
  assert.deepEqual([inForce()?.scope, inForce()?.reason, inForce()?.request], ['sync', undefined, 'two']);
});

test('what is not understood, or is past, is refused, and nothing is held', async () => {
  const { clock, ask, inForce } = start();
  for (const parameters of [
    { scope: 'everything' },
    { scope: 'toString' },
    { until: 'tomorrow' },
    { until: '' },
    { until: formatTime(clock.now()) },
  ]) {
    const { result, reason } = await ask('suspend', parameters);
    assert.deepEqual([result, reason], ['refused', 'RequestRefused'], JSON.stringify(parameters));
  }
  assert.equal(inForce(), undefined);
});

test('resume ends it whatever its scope, and to resume what is not suspended is as good', async () => {
  const { ask, inForce } = start();
  assert.deepEqual(await ask('resume'), { result: 'succeeded', message: 'nothing was suspended' });
  await ask('suspend', { scope: 'all', by: 'eva', reason: 'move' });
  const { message } = await ask('resume', {}, 'two');
  assert.equal(message, 'resumed; the status said: everything but the renewal is suspended by eva: move');
  assert.equal(inForce(), undefined);
});

test('long texts are cut', async () => {
  const { ask, inForce } = start();
  await ask('suspend', { reason: 'x'.repeat(4_000), by: 'y'.repeat(4_000) });
  assert.deepEqual([inForce()?.reason?.length, inForce()?.by?.length], [256, 256]);
});

test('what makes no sense in the state Secret is no suspension', () => {
  const good = { scope: 'sync', since: 1, request: 'one' };
  assert.equal(decodeSuspension(good)?.scope, 'sync');
  for (const raw of [
    undefined,
    null,
    'sync',
    { ...good, scope: 'much' },
    { ...good, since: 'now' },
    { scope: 'sync' },
  ]) {
    assert.equal(decodeSuspension(raw), undefined, JSON.stringify(raw));
  }
  assert.equal(decodeSuspension({ ...good, until: 1e300 })?.until, undefined);
});
