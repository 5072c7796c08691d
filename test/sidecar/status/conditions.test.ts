import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import type { Condition } from '#common/resources/compass-connection.ts';
import { conditions } from '../../../sidecar/status/conditions.ts';
import { connected, NOON, synchronized, unpaired } from './observations.ts';

function find(list: readonly Condition[], type: string): Condition {
  const found = list.find((condition) => condition.type === type);
  assert.ok(found, `${type} in ${JSON.stringify(list)}`);
  return found;
}

test('Ready is Connected and Synchronized together', () => {
  const ready = conditions(undefined, 'Synchronized', synchronized({}, { generation: 3 }));
  assert.deepEqual(
    ready.map(({ type, status, reason, observedGeneration }) => ({ type, status, reason, observedGeneration })),
    [
      { type: 'Connected', status: 'True', reason: 'Connected', observedGeneration: 3 },
      { type: 'Synchronized', status: 'True', reason: 'Synchronized', observedGeneration: 3 },
      { type: 'Ready', status: 'True', reason: 'Ready', observedGeneration: 3 },
    ],
  );
  const pending = conditions(undefined, 'Connected', connected());
  assert.deepEqual([find(pending, 'Ready').status, find(pending, 'Ready').reason], ['False', 'Pending']);
});

test('a connection that only a new token can help says TokenRequired on every condition', () => {
  const list = conditions(
    undefined,
    'ConnectionFailed',
    unpaired(new CompassError('TokenRequired', 'store a new token')),
  );
  assert.deepEqual(
    list.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['Connected', 'False', 'TokenRequired'],
      ['Synchronized', 'Unknown', 'TokenRequired'],
      ['Ready', 'False', 'TokenRequired'],
    ],
  );
  assert.equal(find(list, 'Ready').message, 'store a new token');
});

test('K26: a working connection that waits for a token to reconnect stays ready and says so', () => {
  const list = conditions(
    undefined,
    'Synchronized',
    synchronized({}, { reconnect: { reason: 'TokenRequired', message: 'the token was used' } }),
  );
  assert.equal(find(list, 'Ready').status, 'True');
  assert.equal(find(list, 'ReconnectPending').reason, 'TokenRequired');
});

test('lastTransitionTime moves with the status only', () => {
  const first = conditions(undefined, 'Synchronized', synchronized());
  const failed = [{ name: 'a', id: '1', reason: 'InvalidName' as const, message: 'no' }];
  const later = synchronized({ failed }, { now: NOON + 60_000 });
  const second = conditions(first, 'ResourceApplicationFailed', later);
  assert.equal(find(second, 'Connected').lastTransitionTime, '2026-03-01T12:00:00Z');
  assert.equal(find(second, 'Synchronized').lastTransitionTime, '2026-03-01T12:01:00Z');
  const worse = synchronized(
    { failed: [...failed, { ...failed[0], name: 'b', id: '2' } as (typeof failed)[0]] },
    { now: NOON + 120_000 },
  );
  const third = conditions(second, 'ResourceApplicationFailed', worse);
  assert.equal(find(third, 'Synchronized').lastTransitionTime, '2026-03-01T12:01:00Z');
  assert.match(find(third, 'Synchronized').message, /"b"/);
});

test('failures of one reason give it to the condition, several share ApplicationFailed', () => {
  const one = { name: 'a', id: '1', reason: 'InvalidName' as const, message: 'no' };
  const two = { name: 'b', id: '2', reason: 'NameConflict' as const, message: 'no' };
  const state = 'ResourceApplicationFailed';
  assert.equal(find(conditions(undefined, state, synchronized({ failed: [one] })), 'Ready').reason, 'InvalidName');
  assert.equal(
    find(conditions(undefined, state, synchronized({ failed: [one, two] })), 'Ready').reason,
    'ApplicationFailed',
  );
});

test('S3: verification that is off, a skewed clock and held deletions are conditions while they last', () => {
  const held = {
    id: 'abc1',
    count: 62,
    names: [],
    members: [],
    since: NOON,
    budget: 41,
    why: 'more than the budget',
    isRejected: false,
  };
  const warnings = [
    { type: 'TLSVerificationDisabled', message: 'the certificate of Compass is not verified' },
    { type: 'Setting', message: 'only for the log' },
  ] as const;
  const list = conditions(undefined, 'Synchronized', synchronized({ held }, { warnings }));
  assert.equal(find(list, 'TLSVerificationDisabled').status, 'True');
  assert.match(find(list, 'DeletionsHeld').message, /^62 deletions are held as plan abc1/);
  const after = conditions(list, 'Synchronized', synchronized());
  assert.deepEqual(
    after.map(({ type }) => type),
    ['Connected', 'Synchronized', 'Ready'],
  );
});

test('conditions of others stay', () => {
  const foreign: Condition = {
    type: 'Audited',
    status: 'True',
    reason: 'x',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  assert.deepEqual(conditions([foreign], 'Synchronized', synchronized()).at(-1), foreign);
});
