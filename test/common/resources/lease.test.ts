import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHeld, type Lease } from '#common/resources/lease.ts';

test('a Lease is held until it is over by more than two clocks differ by', () => {
  const renewTime = '2026-09-11T10:00:00.000000Z';
  const lease = { spec: { renewTime, leaseDurationSeconds: 15 } } as Lease;
  const renewed = Date.parse(renewTime);
  const cases: [afterMs: number, expected: boolean][] = [
    [-60_000, true],
    [15_000, true],
    [27_000, true],
    [44_999, true],
    [45_000, false],
  ];
  for (const [afterMs, expected] of cases) assert.equal(isHeld(lease, renewed + afterMs), expected, String(afterMs));
});

test('a Lease that nobody has renewed is not held', () => {
  assert.equal(isHeld({ spec: {} } as Lease, 0), false);
});
