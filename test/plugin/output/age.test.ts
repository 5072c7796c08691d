import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, comingIn, humanDuration } from '../../../plugin/output/age.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** What kubectl prints in its AGE column, at each side of every change of units. */
const CASES: readonly (readonly [ms: number, text: string])[] = [
  [-31 * SECOND, '<invalid>'],
  // The laptop's clock is a little behind the cluster's: kubectl says <invalid>.
  [-30 * SECOND, '0s'],
  [-1 * SECOND, '0s'],
  [0, '0s'],
  [999, '0s'],
  [38 * SECOND, '38s'],
  [119 * SECOND, '119s'],
  [2 * MINUTE, '2m'],
  [2 * MINUTE + 22 * SECOND, '2m22s'],
  [9 * MINUTE + 59 * SECOND, '9m59s'],
  [10 * MINUTE + 1 * SECOND, '10m'],
  [2 * HOUR, '120m'],
  [3 * HOUR - 1, '179m'],
  [3 * HOUR, '3h'],
  [7 * HOUR + 59 * MINUTE, '7h59m'],
  [8 * HOUR + 59 * MINUTE, '8h'],
  [47 * HOUR, '47h'],
  [48 * HOUR, '2d'],
  [2 * DAY + 4 * HOUR, '2d4h'],
  [8 * DAY - HOUR, '7d23h'],
  [8 * DAY + HOUR, '8d'],
  [210 * DAY, '210d'],
  [2 * YEAR - DAY, '729d'],
  [2 * YEAR, '2y'],
  [2 * YEAR + 3 * DAY, '2y3d'],
  [8 * YEAR + 3 * DAY, '8y'],
  [Number.NaN, '<invalid>'],
];

for (const [ms, text] of CASES) {
  test(`${ms} ms are ${text}`, () => assert.equal(humanDuration(ms), text));
}

test('what comes in less than a second comes now, and not in 0s', () => {
  for (const ms of [999, 0, -30 * SECOND]) assert.equal(comingIn(ms), 'now');
  assert.equal(comingIn(SECOND), 'in 1s');
  assert.equal(comingIn(2 * MINUTE + 22 * SECOND), 'in 2m22s');
});

test('a time that is not there has an unknown age', () => {
  for (const time of [null, undefined, '', 'yesterday']) assert.equal(age(time, 0), '<unknown>');
  assert.equal(age('1970-01-01T00:00:00Z', 5_000), '5s');
});
