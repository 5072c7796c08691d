import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { Schedule, throttledBackoff } from '../../sidecar/schedule.ts';
import { ManualClock } from './manual-clock.ts';

const refusal = new CompassError('CompassThrottled', 'the rate limit is reached');

function waits(schedule: Schedule, errors: readonly unknown[]): number[] {
  return errors.map((error) => {
    schedule.fail(error);
    return schedule.dueInMs;
  });
}

test('I9: waits after failures double up to 5 minutes, and are spread over all of it', () => {
  const tens = Array.from({ length: 10 }, () => new Error('failed'));
  const longest = waits(new Schedule(new ManualClock(), () => 1), tens);
  assert.deepEqual(longest.slice(0, 4), [1_000, 2_000, 4_000, 8_000]);
  assert.equal(longest.at(-1), 300_000);
  const shortest = waits(new Schedule(new ManualClock(), () => 0), tens);
  assert.deepEqual([...new Set(shortest)], [500]);
});

test('what the other side asks for is waited, 5 minutes at most', () => {
  const asking = (retryAfterMs: number) => new CompassError('CompassThrottled', 'later', { retryAfterMs });
  const schedule = new Schedule(new ManualClock(), () => 0);
  assert.deepEqual(waits(schedule, [asking(20_000), asking(3_600_000)]), [20_000, 300_000]);
});

test('a 429 without Retry-After costs an ordinary period at least', () => {
  const throttled = (random: number) =>
    new Schedule(new ManualClock(), () => random, undefined, throttledBackoff(60_000));
  assert.deepEqual(waits(throttled(0), [refusal, refusal]), [60_000, 60_000]);
  assert.deepEqual(waits(throttled(1), [refusal, refusal, refusal]), [120_000, 240_000, 300_000]);
  const daily = new Schedule(new ManualClock(), () => 1, undefined, throttledBackoff(24 * 3_600_000));
  assert.deepEqual(waits(daily, [refusal]), [300_000]);
});

test('a wait is no longer than there is time', () => {
  const schedule = new Schedule(new ManualClock(), () => 1);
  schedule.fail(refusal, 700);
  assert.equal(schedule.dueInMs, 700);
});
