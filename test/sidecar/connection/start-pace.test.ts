import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { StartPace } from '../../../sidecar/connection/start-pace.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryContext } from './memory-context.ts';

const MINUTE_MS = 60_000;

/** Starts of replicas over one state; each begins, and lives on until `end`. */
async function startOver(initial: StoredState = freshState()) {
  const clock = new ManualClock();
  const document = memoryDocument<StoredState>();
  await document.write(initial, undefined);
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (_: string, fields: unknown) => warnings.push(fields) };
  const lease = { isOurs: true };
  const start = async (podName: string, random = 0) => {
    const { config } = readConfig({ POD_NAMESPACE: 'compass-system', POD_NAME: podName });
    const state = new DocumentStore(document);
    const isLeader = () => lease.isOurs;
    const { context } = memoryContext({ clock, config, log, state, isLeader });
    const pace = new StartPace(context, () => random);
    await pace.begin();
    return pace;
  };
  const stored = async () => (await document.read())?.value;
  return { clock, start, stored, warnings, lease };
}

test('P22: a Pod that starts again without having been stopped waits, and one that was stopped does not', async () => {
  const { start, warnings } = await startOver();
  const first = await start('a');
  assert.equal(first.dueInMs, 0);
  assert.deepEqual(warnings, []);
  assert.equal((await start('a')).dueInMs, 10_000);
  assert.deepEqual(warnings, [{ starts: 2, within: '10m', waitMs: 10_000 }]);
  await (await start('b')).end();
  assert.equal((await start('b')).dueInMs, 0);
});

test('P22: the wait grows from start to start, to five minutes, and is over by itself', async () => {
  const { clock, start } = await startOver();
  const waits: number[] = [];
  for (let starts = 1; starts <= 7; starts += 1) waits.push((await start('a', 1)).dueInMs);
  assert.deepEqual(waits, [0, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]);
  const last = await start('a', 1);
  clock.advance(100_000);
  assert.equal(last.dueInMs, 200_000);
  clock.advance(300_000);
  assert.equal(last.dueInMs, 0);
});

test('P22: whoever hurries it waits no more', async () => {
  const { start } = await startOver();
  await start('a');
  const again = await start('a');
  again.hurry();
  assert.equal(again.dueInMs, 0);
});

test('P22: starts are forgotten after ten minutes, and those of a clock that was set back count for nothing', async () => {
  const { clock, start, stored } = await startOver();
  await start('a');
  clock.advance(10 * MINUTE_MS - 1);
  assert.ok((await start('a')).dueInMs > 0);
  clock.advance(10 * MINUTE_MS);
  assert.equal((await start('a')).dueInMs, 0);
  assert.deepEqual((await stored())?.starts, [clock.now()]);
  const ahead = await startOver({ ...freshState(), starts: [clock.now() + 1_000 * MINUTE_MS], startsOf: 'a' });
  assert.equal((await ahead.start('a')).dueInMs, 0);
  assert.ok((await ahead.start('a')).dueInMs > 0, 'a start of the same moment counts');
});

test('P22: ten starts are remembered at most, the latest', async () => {
  const { clock, start, stored } = await startOver();
  for (let starts = 1; starts <= 12; starts += 1) {
    clock.advance(1);
    await start('a');
  }
  const starts = (await stored())?.starts ?? [];
  assert.deepEqual([starts.length, starts[0], starts.at(-1)], [10, clock.now() - 9, clock.now()]);
});

test('P22: a start is written once a process, and takes the rest of the state along', async () => {
  const { clock, start, stored } = await startOver({ ...freshState(), runtimeId: 'r' });
  const pace = await start('a');
  clock.advance(MINUTE_MS);
  await pace.begin();
  const state = await stored();
  assert.deepEqual([state?.starts, state?.startsOf, state?.runtimeId], [[clock.now() - MINUTE_MS], 'a', 'r']);
});

test('who takes over from another Pod that died waits for nothing', async () => {
  const { start } = await startOver();
  await start('a');
  await start('a');
  assert.equal((await start('b')).dueInMs, 0);
  assert.ok((await start('b')).dueInMs > 0);
});

test('an orderly end takes back its own start alone, and only while it leads', async () => {
  const { clock, start, stored, lease } = await startOver({ ...freshState(), runtimeId: 'r' });
  await start('a');
  clock.advance(1);
  const second = await start('a');
  const both = (await stored())?.starts;
  lease.isOurs = false;
  await second.end();
  assert.deepEqual((await stored())?.starts, both);
  lease.isOurs = true;
  await second.end();
  const state = await stored();
  assert.deepEqual([state?.starts, state?.startsOf], [[clock.now() - 1], 'a']);
  await second.end();
  assert.deepEqual((await stored())?.starts, [clock.now() - 1]);
  const last = await startOver();
  await (await last.start('a')).end();
  const rest = await last.stored();
  assert.deepEqual([rest?.starts, rest?.startsOf, rest?.tokens], [undefined, undefined, {}]);
});

test('who never began takes nothing back', async () => {
  const { context } = memoryContext();
  await context.state.write({ ...freshState(), starts: [1], startsOf: 'a' });
  await new StartPace(context, () => 0).end();
  assert.deepEqual(context.state.value?.starts, [1]);
});

test('where no state is, none is written', async () => {
  const { context } = memoryContext();
  const pace = new StartPace(context, () => 0);
  await pace.begin();
  await pace.end();
  assert.deepEqual([pace.dueInMs, await context.state.load()], [0, undefined]);
});

test('a state that somebody else made anew meanwhile has no start to take back', async () => {
  const { context } = memoryContext();
  await context.state.write(freshState());
  const pace = new StartPace(context, () => 0);
  await pace.begin();
  await context.state.write({ ...freshState(), startsOf: 'a' });
  await pace.end();
  assert.equal(context.state.value?.startsOf, 'a');
});

test('a cluster that fails keeps nobody from starting, and a bug is not hidden', async () => {
  for (const [error, isTold] of [
    [new CompassError('ClusterUnreachable', 'no way'), false],
    [new Error('a bug'), true],
  ] as const) {
    const state = new DocumentStore({ ...memoryDocument<StoredState>(), read: () => Promise.reject(error) });
    const pace = new StartPace(memoryContext({ state }).context, () => 0);
    if (isTold) await assert.rejects(pace.begin(), error);
    else await pace.begin();
    assert.equal(pace.dueInMs, 0);
  }
});
