import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#common/clock.ts';
import { CompassTime } from '../../../sidecar/connection/compass-time.ts';
import { ManualClock } from '../manual-clock.ts';

const MINUTE_MS = 60_000;

test('C27: within five minutes our own clock is believed, beyond them that of Compass', () => {
  const clock = new ManualClock(1_000_000_000);
  const time = new CompassTime(clock);
  assert.deepEqual([time.skewMs, time.now()], [undefined, 1_000_000_000]);
  for (const skewMs of [5 * MINUTE_MS, -5 * MINUTE_MS]) {
    time.observe(skewMs);
    assert.equal(time.now(), 1_000_000_000);
  }
  for (const skewMs of [5 * MINUTE_MS + 1, -6 * MINUTE_MS]) {
    time.observe(skewMs);
    assert.deepEqual([time.skewMs, time.now()], [skewMs, 1_000_000_000 + skewMs]);
  }
});

test('X2: a clock that was set since is not judged by what was seen before', () => {
  const clock = new ManualClock(1_000_000_000);
  let stepMs = 0;
  const stepping: Clock = {
    now: () => clock.now() + stepMs,
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
  const time = new CompassTime(stepping);
  time.observe(60 * MINUTE_MS);
  clock.advance(10 * MINUTE_MS);
  assert.equal(time.now(), stepping.now() + 60 * MINUTE_MS);
  stepMs = MINUTE_MS;
  assert.equal(time.skewMs, 60 * MINUTE_MS, 'clocks drift');
  stepMs = 60 * MINUTE_MS;
  assert.deepEqual([time.skewMs, time.now()], [undefined, stepping.now()]);
});
