import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import { readConfig } from '../../../sidecar/config.ts';
import { renewalDeadline } from '../../../sidecar/connection/renewal-deadline.ts';
import { TokenBucket } from '../../simulator/gateway/token-bucket.ts';
import { type FleetMember, startMember } from './fleet/fleet.ts';
import { seededRandom } from './fleet/seeded-random.ts';
import { VirtualTime } from './fleet/virtual-time.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const countBefore = ({ requests }: FleetMember, ms: number) => requests.filter((atMs) => atMs < ms).length;

/** Restarts so many at once before one bucket, and lets 10 minutes pass, or as many as it takes to connect all. */
async function restart(members: number, perMinute: number) {
  const time = new VirtualTime();
  const bucket = new TokenBucket(
    () => perMinute,
    () => time.monotonicMs(),
  );
  const fleet = Array.from({ length: members }, (_, index) => startMember({ time, bucket }, seededRandom(index + 1)));
  const isConnected = () => fleet.every(({ connectedAtMs }) => connectedAtMs !== undefined);
  let minutes = 0;
  while (minutes < 10 || (!isConnected() && minutes < 30)) await time.runUntil(++minutes * MINUTE_MS);
  return { fleet, isConnected: isConnected(), minutes };
}

test('L7: 1,000 sidecars that restart at once are connected within 30 minutes, and none asks more than 12 times in 10', async () => {
  const { fleet, isConnected } = await restart(1_000, 500);
  assert.ok(isConnected, 'not all are connected after 30 minutes');
  const most = Math.max(...fleet.map((member) => countBefore(member, 10 * MINUTE_MS)));
  assert.ok(most <= 12, `one asked ${most} times in its first 10 minutes`);
});

test('L7: a sidecar that nobody limits is connected at once, and asks no more often either', async () => {
  const { fleet } = await restart(20, 0);
  for (const member of fleet) {
    assert.ok((member.connectedAtMs ?? Number.POSITIVE_INFINITY) < 1_000);
    assert.ok(countBefore(member, 10 * MINUTE_MS) <= 12, `${countBefore(member, 10 * MINUTE_MS)} times`);
  }
});

describe('L8: of 10,000 certificates that were issued at once, never more than twice the mean are renewed at a time', () => {
  const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });
  const policy = {
    threshold: config.renewalThreshold,
    jitter: config.renewalJitter,
    minimalSyncMs: config.minimalSyncMs,
  };
  const lives = [
    ['90 days, in any hour', 90 * 24 * HOUR_MS, HOUR_MS],
    ['24 hours, in any minute', 24 * HOUR_MS, MINUTE_MS],
  ] as const;
  for (const [name, lifeMs, sliceMs] of lives) {
    test(name, () => {
      const slices = new Map<number, number>();
      for (let index = 0; index < 10_000; index++) {
        const life = { fingerprint: hash('sha256', `certificate ${index}`), notBefore: 0, notAfter: lifeMs };
        const slice = Math.floor(renewalDeadline(life, policy) / sliceMs);
        slices.set(slice, (slices.get(slice) ?? 0) + 1);
      }
      const spanMs = 2 * config.renewalJitter * lifeMs;
      const mean = 10_000 / (spanMs / sliceMs);
      const peak = Math.max(...slices.values());
      assert.ok(peak <= 2 * mean, `${peak} at a time, ${mean.toFixed(1)} on average`);
    });
  }
});
