import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { UpkeepPace } from '../../../sidecar/connection/upkeep-pace.ts';
import { ManualClock } from '../manual-clock.ts';

const DAY_MS = 24 * 3_600_000;
const NOTHING = { isRenewal: false, isNew: false, isSuspect: false };
const refusal = new CompassError('CompassThrottled', 'the rate limit is reached');

function start(random = 1) {
  const clock = new ManualClock();
  const pace = new UpkeepPace(clock, () => random, { syncPeriodMs: 60_000, minimalSyncMs: 10_000 });
  return { clock, pace };
}

test('the Connector is asked at the start, and then every few hours, in which a fleet spreads', () => {
  for (const [random, hours] of [
    [0, 4.5],
    [0.5, 6],
    [1, 7.5],
  ] as const) {
    const { pace } = start(random);
    assert.equal(pace.isDue(NOTHING), true);
    pace.succeed();
    assert.equal(pace.schedule.dueInMs, hours * 3_600_000);
    assert.equal(pace.isDue(NOTHING), false);
  }
});

test('a credential that is old, or new, is looked after at once, until that rests', () => {
  const { pace } = start();
  pace.succeed();
  assert.deepEqual(
    [{ isRenewal: true }, { isNew: true }, {}].map((occasion) => pace.isDue({ ...NOTHING, ...occasion })),
    [true, true, false],
  );
  pace.rest();
  assert.equal(pace.isDue({ ...NOTHING, isRenewal: true }), false);
});

test('what has failed waits for its turn, however due it is, unless the Director refuses the credential', () => {
  const { pace } = start();
  pace.fail(new Error('failed'), DAY_MS);
  assert.equal(pace.isDue({ ...NOTHING, isRenewal: true, isNew: true }), false);
  assert.equal(pace.isDue({ ...NOTHING, isSuspect: true }), true);
});

test('a renewal that is asked for comes no sooner than the minimal time after the last one', () => {
  const { pace, clock } = start();
  assert.equal(pace.restInMs, 0);
  pace.renewed();
  assert.equal(pace.restInMs, 10_000);
  clock.advance(10_000);
  assert.equal(pace.restInMs, 0);
});

test('the rate limit is waited for, longer than the synchronization does, but not until the certificate has ended', () => {
  const { pace } = start(0);
  pace.fail(refusal, 90 * DAY_MS);
  assert.equal(pace.schedule.dueInMs, 150_000);
  pace.fail(refusal, 40_000);
  assert.equal(pace.schedule.dueInMs, 5_000);
});
