import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { ConnectionInput } from '../../../sidecar/connection/connection-result.ts';
import { PairingHurry } from '../../../sidecar/connection/pairing-hurry.ts';
import { Schedule } from '../../../sidecar/schedule.ts';
import { ManualClock } from '../manual-clock.ts';

const CONFIGURATION = {
  connectorUrl: 'https://connector.example/graphql',
  runtimeId: 'runtime',
  tenant: 'tenant' as string | undefined,
  token: { value: new Sensitive('a'), hash: 'a' },
};

/** What a pass sees: the configuration with these changes. */
const seen = (changes: Partial<typeof CONFIGURATION> = {}, isReconnectAskedFor = false): ConnectionInput => ({
  configuration: { ...CONFIGURATION, ...changes },
  ...{ specUrls: undefined, isReconnectAskedFor, isRenewalAskedFor: false, isSuspect: false },
});
const withToken = (hash: string) => seen({ token: { value: new Sensitive(hash), hash } });
const DAMAGED = { ...seen(), configuration: new CompassError('ConfigurationInvalid', 'it is damaged') };

/** A pairing that has failed three times, and waits, after what was seen first a minute ago. */
function waiting(first: ConnectionInput = seen()) {
  const clock = new ManualClock();
  const schedule = new Schedule(clock, () => 0, { firstMs: 1_000_000, longestMs: 8_000_000 });
  const hurry = new PairingHurry(clock, schedule);
  hurry.take(first);
  clock.advance(60_000);
  for (let failures = 0; failures < 3; failures += 1) schedule.fail();
  return { clock, schedule, hurry };
}

test('nothing hurries where nothing changes, nor by what is seen first', () => {
  const { schedule, hurry } = waiting();
  for (const input of [seen(), seen(), { ...seen(), isSuspect: true, isRenewalAskedFor: true }]) hurry.take(input);
  assert.equal(schedule.isDue, false);
  assert.equal(hurry.dueInMs, Number.POSITIVE_INFINITY);
});

const REASONS: readonly (readonly [what: string, before: ConnectionInput, now: ConnectionInput])[] = [
  ['another connector', seen(), seen({ connectorUrl: 'https://other.example/graphql' })],
  ['another runtime', seen(), seen({ runtimeId: 'other' })],
  ['another tenant', seen(), seen({ tenant: undefined })],
  ['somebody who asks for it', seen(), seen({}, true)],
];

for (const [what, before, now] of REASONS) {
  test(`${what} is a reason to go on at once, with waits as long as before`, () => {
    const { schedule, hurry } = waiting(before);
    hurry.take(now);
    assert.deepEqual([schedule.isDue, schedule.failures], [true, 3]);
    assert.equal(hurry.dueInMs, Number.POSITIVE_INFINITY);
  });
}

test('a token that was never there is used at once, and its waits begin anew', () => {
  const { schedule, hurry } = waiting();
  hurry.take(withToken('b'));
  assert.deepEqual([schedule.isDue, schedule.failures], [true, 0]);
});

test('a configuration that is damaged is no reason, and that it is corrected is one', () => {
  const { schedule, hurry } = waiting();
  hurry.take(DAMAGED);
  assert.deepEqual([schedule.isDue, schedule.failures], [false, 3]);
  hurry.take(DAMAGED);
  assert.equal(schedule.isDue, false);
  hurry.take(seen());
  assert.deepEqual([schedule.isDue, schedule.failures], [true, 3]);
});

test('a token that waits for its ten seconds, and is damaged then, is hurried when it is corrected', () => {
  const { clock, schedule, hurry } = waiting();
  hurry.take(seen({ tenant: 'other' }));
  schedule.fail();
  clock.advance(1_000);
  hurry.take(seen());
  assert.equal(hurry.dueInMs, 9_000);
  clock.advance(9_000);
  hurry.take(DAMAGED);
  assert.deepEqual([schedule.isDue, hurry.dueInMs], [false, Number.POSITIVE_INFINITY]);
  hurry.take(seen());
  assert.equal(schedule.isDue, true);
});

test('a query of the Connector, and the end of a wish, are no reasons', () => {
  const { schedule, hurry } = waiting(seen({}, true));
  hurry.take(seen({ connectorUrl: `${CONFIGURATION.connectorUrl}?other` }));
  assert.equal(schedule.isDue, false);
});

test('a token is hurried ten seconds after it was last, and is due then', () => {
  const { clock, schedule, hurry } = waiting();
  hurry.take(seen({ tenant: 'other' }));
  schedule.fail();
  clock.advance(4_000);
  hurry.take(seen());
  assert.deepEqual([schedule.isDue, hurry.dueInMs], [false, 6_000]);
  clock.advance(5_999);
  hurry.take(seen());
  assert.deepEqual([schedule.isDue, hurry.dueInMs], [false, 1]);
  clock.advance(1);
  assert.equal(hurry.dueInMs, 0);
  hurry.take(seen());
  assert.deepEqual([schedule.isDue, hurry.dueInMs], [true, Number.POSITIVE_INFINITY]);
});

test('a token is not hurried within ten seconds of the start either', () => {
  const clock = new ManualClock();
  const schedule = new Schedule(clock, () => 0);
  const hurry = new PairingHurry(clock, schedule);
  hurry.take(seen());
  schedule.fail();
  hurry.take(seen({ tenant: 'other' }));
  assert.deepEqual([schedule.isDue, hurry.dueInMs], [false, 10_000]);
});

test('a configuration without a token is hurried as one with a token is', () => {
  const none = { ...CONFIGURATION, token: undefined };
  const { schedule, hurry } = waiting({ ...seen(), configuration: none });
  hurry.take({ ...seen(), configuration: { ...none, tenant: 'other' } });
  assert.deepEqual([schedule.isDue, schedule.failures], [true, 3]);
});

test('a hundred tokens are remembered: the one that was hurried longest ago is as good as new after that', () => {
  const { clock, schedule, hurry } = waiting();
  /** Whether it was new: its waits begin anew. */
  const takes = (hash: string) => {
    for (let failures = 0; failures < 3; failures += 1) schedule.fail();
    clock.advance(10_000);
    hurry.take(withToken(hash));
    return schedule.failures === 0;
  };
  for (let at = 1; at < 100; at += 1) assert.equal(takes(`t${at}`), true);
  assert.equal(takes('a'), false);
  assert.equal(takes('t100'), true);
  assert.equal(takes('a'), false);
  assert.equal(takes('t2'), false);
  assert.equal(takes('t1'), true);
});
