import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import { connectionStatus } from '../../../sidecar/status/connection-status.ts';
import { settleStatus } from '../../../sidecar/status/settle-status.ts';
import { connected, fetchFailed, NOON, synchronized } from './observations.ts';

const PERIOD_MS = 300_000;

function options(now: number, rest: { requested?: boolean } = {}) {
  return { now, periodMs: PERIOD_MS, ...rest };
}

test('I12: times alone are written once a period', () => {
  const written = connectionStatus(undefined, synchronized());
  const at = (now: number) => settleStatus(written, connectionStatus(written, synchronized({}, { now })), options(now));
  assert.equal(at(NOON + 60_000), written);
  assert.equal(at(NOON + PERIOD_MS - 1_000), written);
  assert.equal(at(NOON + PERIOD_MS).synchronizationStatus?.lastAttempt, '2026-03-01T12:05:00Z');
});

test('a change of state is written at once, and so is one that somebody asked for', () => {
  const written = connectionStatus(undefined, synchronized());
  const now = NOON + 5_000;
  const failed = connected({
    now,
    sync: { attempted: true, outcome: fetchFailed(new CompassError('NotCompass', 'html')) },
  });
  assert.equal(
    settleStatus(written, connectionStatus(written, failed), options(now)).connectionState,
    'SynchronizationFailed',
  );
  const asked = connectionStatus(written, synchronized({}, { now }));
  assert.equal(settleStatus(written, asked, options(now, { requested: true })), asked);
});

test('null, empty and absent are one, and a foreign order of conditions is no difference', () => {
  const wanted = connectionStatus(undefined, synchronized());
  const written: CompassConnectionStatus = {
    ...wanted,
    connectionStatus: { ...wanted.connectionStatus, renewed: null, error: '' },
    conditions: (wanted.conditions ?? []).toReversed(),
  };
  assert.equal(settleStatus(written, wanted, options(NOON)), written);
});

test('conditions that are missing are a difference, and an older observedGeneration is none', () => {
  const wanted = connectionStatus(undefined, synchronized({}, { generation: 2 }));
  const { conditions: _, ...written } = wanted;
  assert.equal(settleStatus(written, wanted, options(NOON)), wanted);
  const older = connectionStatus(undefined, synchronized({}, { generation: 1 }));
  assert.equal(settleStatus(older, wanted, options(NOON)), older);
});

test('a clock that stepped back does not silence the status', () => {
  const written = connectionStatus(undefined, synchronized());
  const now = NOON - 3_600_000;
  assert.notEqual(settleStatus(written, connectionStatus(written, synchronized({}, { now })), options(now)), written);
});
