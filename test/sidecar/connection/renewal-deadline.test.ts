import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { renewalDeadline } from '../../../sidecar/connection/renewal-deadline.ts';

const DAY_MS = 86_400_000;
const policy = { threshold: 0.5, jitter: 0.1, minimalSyncMs: 10_000 };
const middle = { fingerprint: `80000000${'0'.repeat(56)}`, notBefore: 0 };

const LIVES: readonly [what: string, lifeMs: number][] = [
  ['60 s', 60_000],
  ['10 min', 600_000],
  ['90 d', 90 * DAY_MS],
  ['10 y', 3_650 * DAY_MS],
];

for (const [what, lifeMs] of LIVES) {
  test(`X6: a certificate of ${what} is renewed between 40 % and 60 % of its life, after ten seconds at the least`, () => {
    const parts = Array.from({ length: 256 }, (_, first) => {
      const fingerprint = first.toString(16).padStart(2, '0').repeat(32);
      return renewalDeadline({ fingerprint, notBefore: 0, notAfter: lifeMs }, policy) / lifeMs;
    });
    for (const part of parts) assert.ok(part >= 0.4 && part <= 0.6 && part * lifeMs >= 10_000, String(part));
    // A fleet is spread over the whole of it.
    assert.ok(Math.min(...parts) < 0.42 && Math.max(...parts) > 0.58);
  });
}

test('X6: the floor of ten seconds holds for whatever lives shorter, or is set to be renewed at once', () => {
  for (const notAfter of [1_000, 12_000, 60_000]) {
    for (const threshold of [0.5, 0.999]) {
      assert.ok(renewalDeadline({ ...middle, notAfter }, { ...policy, threshold, jitter: 0 }) >= 10_000);
    }
  }
});

test('a certificate of 90 days is renewed at half of its life', () => {
  assert.equal(renewalDeadline({ ...middle, notAfter: 90 * DAY_MS }, policy), 45 * DAY_MS);
});

test('a threshold that was set is honoured to the millisecond', () => {
  const life = { fingerprint: 'ff'.repeat(32), notBefore: 0, notAfter: 100_000_000 };
  assert.equal(renewalDeadline(life, { ...policy, threshold: 0.3, jitter: 0 }), 70_000_000);
});

test('less than twice the minimal sync time left makes a renewal due, whatever the threshold', () => {
  const life = { ...middle, notAfter: 1_000_000 };
  assert.equal(renewalDeadline(life, { threshold: 0.001, jitter: 0, minimalSyncMs: 60_000 }), 1_000_000 - 120_000);
});

test('half of its life is counted from its beginning, and a higher fingerprint is renewed earlier', () => {
  const life = { ...middle, notBefore: 10 * DAY_MS, notAfter: 100 * DAY_MS };
  assert.equal(renewalDeadline(life, policy), 55 * DAY_MS);
  const at = (first: string) => renewalDeadline({ ...life, fingerprint: first + '0'.repeat(56) }, policy);
  assert.equal(at('00000000'), 100 * DAY_MS - 0.4 * 90 * DAY_MS);
  assert.ok(at('ffffffff') < 100 * DAY_MS - 0.5999 * 90 * DAY_MS);
});

test('a certificate that lives for seconds still serves for ten of them', () => {
  assert.equal(renewalDeadline({ ...middle, notAfter: 12_000 }, policy), 10_000);
});

test('the jitter stays within a tenth of the validity, and is the same for one certificate', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), fc.integer({ min: 600, max: 400_000_000 }), (hex, seconds) => {
      const life = { fingerprint: hex, notBefore: 0, notAfter: seconds * 1_000 };
      const deadline = renewalDeadline(life, policy);
      assert.ok(deadline >= 0.4 * life.notAfter - 1 && deadline <= 0.6 * life.notAfter + 1, String(deadline));
      assert.equal(renewalDeadline(life, policy), deadline);
    }),
  );
});
