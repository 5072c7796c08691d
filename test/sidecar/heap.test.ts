import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectGarbage, keepHeapSmall } from '../../sidecar/heap.ts';
import { ManualClock } from './manual-clock.ts';

/** Something large that nobody holds any more. */
function garbage(): WeakRef<object> {
  return new WeakRef({ large: new Array(1_000_000).fill(0) });
}

/** What a WeakRef was made for, or asked for, lives until the present job has ended. */
const nextJob = () => new Promise((resolve) => setImmediate(resolve));

test('what nobody holds is gone after a collection', async () => {
  const gone = garbage();
  await nextJob();
  collectGarbage();
  assert.equal(gone.deref(), undefined);
});

test('the process is kept small while nothing is under way, and left alone while something is or where little is to be had', async () => {
  const clock = new ManualClock(0);
  const ended = new AbortController();
  let isBusy = true;
  let collections = 0;
  let residentBytes = 80_000_000;
  const collect = () => {
    collections += 1;
    residentBytes = 70_000_000;
  };
  const options = { clock, isBusy: () => isBusy, collect, residentBytes: () => residentBytes };
  const running = keepHeapSmall(options, ended.signal);
  const look = async (afterMs = 2_000) => {
    clock.advance(afterMs);
    await nextJob();
    return collections;
  };
  assert.equal(await look(), 0, 'a pass is under way');
  assert.equal(await look(1_000), 0, 'it is under way still');
  isBusy = false;
  assert.equal(await look(999), 0);
  assert.equal(await look(1), 1, 'a second after it was seen');
  for (let looks = 1; looks < 45; looks += 1) assert.equal(await look(), 1, 'nothing came since');
  assert.equal(await look(), 2, 'what was let go a minute after its last use');
  for (let looks = 1; looks < 100; looks += 1) assert.equal(await look(), 2);
  residentBytes += 500_000;
  assert.equal(await look(), 2, 'little is to be had');
  residentBytes += 600_000;
  assert.equal(await look(), 3);
  ended.abort();
  await running;
});

test('V8 optimizes while something long is under way, and at no other time', async () => {
  const clock = new ManualClock(0);
  const ended = new AbortController();
  const told: boolean[] = [];
  let isBusy = false;
  const optimize = (isOn: boolean) => told.push(isOn);
  const running = keepHeapSmall({ clock, isBusy: () => isBusy, collect: () => undefined, optimize }, ended.signal);
  const look = async (afterMs: number) => {
    clock.advance(afterMs);
    await nextJob();
    return told;
  };
  assert.deepEqual(await look(2_000), []);
  isBusy = true;
  assert.deepEqual(await look(2_000), [], 'most of what is done is done in less');
  assert.deepEqual(await look(1_000), [true]);
  assert.deepEqual(await look(1_000), [true], 'told once');
  isBusy = false;
  assert.deepEqual(await look(1_000), [true, false]);
  isBusy = true;
  assert.deepEqual(await look(2_000), [true, false]);
  isBusy = false;
  assert.deepEqual(await look(1_000), [true, false], 'it was short');
  ended.abort();
  await running;
});
