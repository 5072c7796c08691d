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

test('the heap is kept small while nothing is under way, and left alone while something is or where little is to be had', async () => {
  const clock = new ManualClock(0);
  const ended = new AbortController();
  let isBusy = true;
  let collections = 0;
  const collect = () => {
    collections += 1;
    collectGarbage();
  };
  const running = keepHeapSmall({ clock, isBusy: () => isBusy, collect }, ended.signal);
  const look = async () => {
    clock.advance(10_000);
    await nextJob();
    return collections;
  };
  assert.equal(await look(), 0, 'a pass is under way');
  isBusy = false;
  assert.equal(await look(), 1);
  for (let looks = 1; looks < 9; looks += 1) assert.equal(await look(), 1, 'nothing came since');
  assert.equal(await look(), 2, 'what was let go a minute after its last use');
  for (let looks = 1; looks < 20; looks += 1) assert.equal(await look(), 2);
  const much = Array.from({ length: 200_000 }, (_, index) => ({ index }));
  assert.equal(await look(), 3);
  assert.equal(much.length, 200_000);
  ended.abort();
  await running;
});
