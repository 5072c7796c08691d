import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { writer } from '#common/sync/scene.ts';

/** A clock on which nobody waits, and which remembers for how long somebody would have. */
function waitingClock() {
  const waitsMs: number[] = [];
  const sleep: Clock['sleep'] = (ms) => {
    waitsMs.push(ms);
    return Promise.resolve();
  };
  return { clock: { now: () => 0, monotonicMs: () => 0, sleep }, waitsMs };
}

/** What a write that is always throttled waits in between, and how it ends. */
async function throttled(retryAfterMs: number | undefined, random: () => number) {
  const { clock, waitsMs } = waitingClock();
  const error = new CompassError('ClusterThrottled', 'wait', { retryAfterMs });
  await assert.rejects(
    writer(clock, undefined, random)(() => Promise.reject(error)),
    error,
  );
  return waitsMs;
}

test('a write that is throttled waits as long as it is asked to, up to half as long again, and never less', async () => {
  assert.deepEqual(await throttled(8_000, () => 0), [8_000, 8_000, 8_000, 8_000]);
  assert.deepEqual(await throttled(8_000, () => 0.5), [10_000, 10_000, 10_000, 10_000]);
  assert.deepEqual(await throttled(30_000, () => 0.999), [44_985, 44_985, 44_985, 44_985]);
  assert.deepEqual(await throttled(0, () => 0), [1_000, 1_000, 1_000, 1_000]);
});

test('without a word on how long, the waits double', async () => {
  assert.deepEqual(await throttled(undefined, () => 0), [2_000, 4_000, 8_000, 16_000]);
});

test('a write that would have to wait longer than a round may last is not tried again in it', async () => {
  assert.deepEqual(await throttled(30_001, () => 0), []);
});
