import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLife } from '#common/checks/life.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-03-01T12:00:00Z');

function life(ageHours: number, lifeHours: number, renewAtHours: number | undefined, cause?: string) {
  const notBefore = NOW - ageHours * HOUR;
  const renewAt = renewAtHours === undefined ? undefined : notBefore + renewAtHours * HOUR;
  return checkLife({ notBefore, notAfter: notBefore + lifeHours * HOUR, renewAt }, NOW, cause);
}

test('a certificate is judged by its own lifetime and its own renewal, never by fixed days', () => {
  assert.equal(life(7, 24, 12).status, 'ok');
  assert.equal(life(7, 24, 12).message, 'valid, 17h of 1d left, renewed in 5h');
  assert.equal(life(80 * 24, 90 * 24, 85 * 24).status, 'ok', 'ten days left of ninety, and not due yet');
  assert.equal(life(1.5, 2, 1).status, 'warning', 'half an hour left of two, and long due');
});

test('overdue is what should have been renewed by now, with some grace, and says why it was not', () => {
  assert.equal(life(12.1, 24, 12).status, 'ok');
  assert.match(life(12.1, 24, 12).message, /renewal is due/);
  const overdue = life(13, 24, 12, 'HTTP 429');
  assert.deepEqual([overdue.status, overdue.reason, overdue.cause], ['warning', 'RenewalOverdue', 'HTTP 429']);
  assert.equal(overdue.message, 'renewal overdue by 1h (due at 50%, now 46% left)');
  assert.equal(overdue.facts?.['percentLeft'], '46');
});

test('one that nobody renews is never overdue', () => {
  assert.equal(life(23, 24, undefined).status, 'ok');
});

test('an expired one is an error, one of the future a matter of clocks, and without dates nothing is said', () => {
  assert.deepEqual([life(25, 24, 12).status, life(25, 24, 12).reason], ['error', 'CertificateExpired']);
  assert.deepEqual([life(-1, 24, 12).status, life(-1, 24, 12).reason], ['warning', 'ClockSkew']);
  assert.equal(checkLife({}, NOW).status, 'skipped');
});
