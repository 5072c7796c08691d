import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overdueAlarm } from '../../../sidecar/connection/overdue.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** The steps of the alarm that somebody sees who looks every hundredth of the life, in order. */
function steps(lifeMs: number): string[] {
  const notBefore = Date.UTC(2026, 0, 1);
  const dates = { notBefore, notAfter: notBefore + lifeMs, renewAt: notBefore + lifeMs / 2 };
  const seen = Array.from(
    { length: 1_000 },
    (_, at) => overdueAlarm(dates, notBefore + (lifeMs * at) / 1_000)?.message,
  );
  const shown = seen.flatMap((message) => /in less than (\w+),/.exec(message ?? '')?.[1] ?? []);
  return [...new Set(shown)];
}

test('C22: the alarm about a certificate of 90 days rises at 50, 30, 14, 7, 3 and 1 days before its end', () => {
  // It is due with 45 days left, which is less than 50 already.
  assert.deepEqual(steps(90 * DAY_MS), ['50d', '30d', '14d', '7d', '3d', '1d']);
});

test('C22: of one that lives longer at the same days, and of one that lives shorter at the same parts of its life', () => {
  assert.deepEqual(steps(900 * DAY_MS), ['50d', '30d', '14d', '7d', '3d', '1d']);
  assert.deepEqual(steps(DAY_MS), ['13h20m', '8h', '3h44m', '1h52m', '48m', '16m']);
  assert.deepEqual(steps(9 * MINUTE_MS), ['5m', '3m', '1m24s', '42s', '18s', '6s']);
});

test('C22: there is none before the renewal is due, nor right then, nor where the end is far', () => {
  const dates = { notBefore: 0, notAfter: 90 * DAY_MS, renewAt: 45 * DAY_MS };
  assert.equal(overdueAlarm(dates, 45 * DAY_MS - 1), undefined);
  assert.equal(overdueAlarm(dates, 45 * DAY_MS + MINUTE_MS), undefined);
  assert.equal(overdueAlarm(dates, 45 * DAY_MS + 11 * MINUTE_MS)?.type, 'RenewalOverdue');
  const long = { notBefore: 0, notAfter: 3650 * DAY_MS, renewAt: 1825 * DAY_MS };
  assert.equal(overdueAlarm(long, 3000 * DAY_MS), undefined);
});

test('C22: the alarm rises when so much is left, to the millisecond', () => {
  const dates = { notBefore: 0, notAfter: 90 * DAY_MS, renewAt: 45 * DAY_MS };
  assert.match(overdueAlarm(dates, 76 * DAY_MS - 1)?.message ?? '', /in less than 30d,/);
  assert.match(overdueAlarm(dates, 76 * DAY_MS)?.message ?? '', /in less than 14d,/);
});
