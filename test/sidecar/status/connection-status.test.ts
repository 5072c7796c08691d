import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import type { CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import { connectionStatus } from '../../../sidecar/status/connection-status.ts';
import type { SuspensionObservation } from '../../../sidecar/status/observation.ts';
import { stateEvents } from '../../../sidecar/status/state-events.ts';
import { connected, fetchFailed, NOON, outcome, synchronized, unpaired } from './observations.ts';

const HERE = '2026-03-01T12:00:00Z';
const failure = new CompassError('CompassUnreachable', 'connecting to compass.example.com failed');

test('pairing that fails is ConnectionFailed, sets lastSync alone and names the reason', () => {
  const status = connectionStatus(undefined, unpaired(failure));
  assert.equal(status.connectionState, 'ConnectionFailed');
  assert.deepEqual(status.connectionStatus, {
    certificateStatus: {},
    lastSync: HERE,
    error: 'CompassUnreachable: connecting to compass.example.com failed',
  });
  assert.deepEqual(status.synchronizationStatus, {});
});

test('pairing that succeeds sets established, lastSuccess and the dates of the certificate, and clears the error', () => {
  const before = connectionStatus(undefined, unpaired(failure));
  const status = connectionStatus(before, connected({ connection: { step: 'establish', attempted: true, ok: true } }));
  assert.equal(status.connectionState, 'Connected');
  assert.deepEqual(status.connectionStatus, {
    certificateStatus: {
      acquired: '2026-02-28T12:00:00Z',
      notBefore: '2026-02-28T12:00:00Z',
      notAfter: '2026-05-29T12:00:00Z',
    },
    established: HERE,
    lastSync: HERE,
    lastSuccess: HERE,
  });
});

test('maintenance that fails is ConnectionMaintenanceFailed and keeps lastSuccess and the certificate', () => {
  const before = connectionStatus(undefined, connected());
  const connection = { step: 'maintain', attempted: true, ok: false, error: failure } as const;
  const status = connectionStatus(before, connected({ now: NOON + 60_000, connection }));
  assert.equal(status.connectionState, 'ConnectionMaintenanceFailed');
  assert.equal(status.connectionStatus.lastSync, '2026-03-01T12:01:00Z');
  assert.equal(status.connectionStatus.lastSuccess, HERE);
  assert.deepEqual(status.connectionStatus.certificateStatus, before.connectionStatus.certificateStatus);
  assert.match(status.connectionStatus.error ?? '', /^CompassUnreachable/);
});

test('an identity that is gone is ConnectionFailed; one that only cannot be renewed is not', () => {
  const error = new CompassError('Rejected', 'refused');
  const stateAfter = (step: 'establish' | 'maintain') => {
    const connection = { step, attempted: true, ok: false, error } as const;
    return connectionStatus(undefined, connected({ connection })).connectionState;
  };
  assert.equal(stateAfter('establish'), 'ConnectionFailed');
  assert.equal(stateAfter('maintain'), 'ConnectionMaintenanceFailed');
});

test('a connection that waits for a token, without any step, is ConnectionFailed and touches no time', () => {
  const waiting = unpaired(new CompassError('ConfigurationMissing', 'there is no configuration Secret'), false);
  const status = connectionStatus(undefined, waiting);
  assert.equal(status.connectionState, 'ConnectionFailed');
  assert.equal(status.connectionStatus.lastSync, undefined);
});

test('a renewal sets renewed and the new dates, and established stays', () => {
  const before = connectionStatus(
    undefined,
    connected({ connection: { step: 'establish', attempted: true, ok: true } }),
  );
  const renewed = connected({
    now: NOON + 60_000,
    connection: { step: 'maintain', attempted: true, ok: true, renewed: NOON + 60_000 },
    credential: {
      fingerprint: 'cd'.repeat(32),
      acquired: NOON + 60_000,
      notBefore: NOON + 59_000,
      notAfter: NOON + 90 * 86_400_000,
      renewAt: NOON + 45 * 86_400_000,
    },
  });
  const status = connectionStatus(before, renewed);
  assert.equal(status.connectionStatus.renewed, '2026-03-01T12:01:00Z');
  assert.equal(status.connectionStatus.established, HERE);
  assert.deepEqual(status.connectionStatus.certificateStatus, {
    acquired: '2026-03-01T12:01:00Z',
    notBefore: '2026-03-01T12:00:59Z',
    notAfter: '2026-05-30T12:00:00Z',
  });
});

test('a listing that fails is SynchronizationFailed and moves lastAttempt only', () => {
  const before = connectionStatus(undefined, synchronized());
  const failed = connected({ now: NOON + 60_000, sync: { attempted: true, outcome: fetchFailed(failure) } });
  const status = connectionStatus(before, failed);
  assert.equal(status.connectionState, 'SynchronizationFailed');
  assert.deepEqual(status.synchronizationStatus, {
    lastAttempt: '2026-03-01T12:01:00Z',
    lastSuccessfulFetch: HERE,
    lastSuccessfulApplication: HERE,
    error: 'CompassUnreachable: connecting to compass.example.com failed',
  });
  assert.equal(status.connectionStatus.error, undefined);
});

test('any one Application that fails is ResourceApplicationFailed, and five of seven are named', () => {
  const failed = Array.from({ length: 7 }, (_, index) => ({
    name: `App ${index}`,
    id: `id-${index}`,
    reason: 'InvalidName' as const,
    message: 'its name cannot be that of an object',
  }));
  const status = connectionStatus(undefined, synchronized({ failed }));
  assert.equal(status.connectionState, 'ResourceApplicationFailed');
  assert.equal(status.synchronizationStatus?.lastSuccessfulFetch, HERE);
  assert.equal(status.synchronizationStatus?.lastSuccessfulApplication, undefined);
  const error = status.synchronizationStatus?.error ?? '';
  assert.match(error, /"App 4" \(InvalidName: .*\), and 2 more$/);
  assert.doesNotMatch(error, /App 5/);
});

test('labels that cannot be set are MetadataUpdateFailed, and the synchronization still counts', () => {
  const labels = { attempted: true, error: new CompassError('LabelsFailed', 'setting runtime_consoleUrl failed') };
  const status = connectionStatus(undefined, synchronized({}, { labels }));
  assert.equal(status.connectionState, 'MetadataUpdateFailed');
  assert.equal(status.synchronizationStatus?.lastSuccessfulApplication, HERE);
  assert.match(status.synchronizationStatus?.error ?? '', /^LabelsFailed/);
  const byType = Object.fromEntries((status.conditions ?? []).map(({ type, status: value }) => [type, value]));
  assert.deepEqual(byType, { Connected: 'True', Synchronized: 'True', Ready: 'True', LabelsReported: 'False' });
});

test('Synchronized clears the error and sets all three times', () => {
  const before = connectionStatus(undefined, connected({ sync: { attempted: true, outcome: fetchFailed(failure) } }));
  const status = connectionStatus(before, synchronized());
  assert.equal(status.connectionState, 'Synchronized');
  assert.deepEqual(status.synchronizationStatus, {
    lastAttempt: HERE,
    lastSuccessfulFetch: HERE,
    lastSuccessfulApplication: HERE,
  });
});

test('a pass that did not synchronize repeats the last outcome and moves no time', () => {
  const before = connectionStatus(undefined, synchronized());
  const idle = connected({
    now: NOON + 60_000,
    connection: { step: 'maintain', attempted: false, ok: true },
    sync: { attempted: false, outcome: outcome() },
  });
  assert.deepEqual(connectionStatus(before, idle), before);
});

test('suspended synchronization is Connected, and suspended deletions alone are not', () => {
  const sync = { attempted: false, outcome: outcome(), suspended: { scope: 'sync', by: 'anna', reason: 'move' } };
  const status = connectionStatus(undefined, connected({ sync }));
  assert.equal(status.connectionState, 'Connected');
  const synchronizedCondition = status.conditions?.find(({ type }) => type === 'Synchronized');
  assert.equal(synchronizedCondition?.reason, 'Suspended');
  assert.equal(synchronizedCondition?.message, 'suspended by anna: move');
  const deletions = connected({ sync: { ...sync, suspended: { scope: 'deletes' } } });
  assert.equal(connectionStatus(undefined, deletions).connectionState, 'Synchronized');
});

test('what is suspended is a condition and an Event as long as it lasts, whatever its scope, and the end is another', () => {
  const withSuspension = (suspended: SuspensionObservation | undefined) =>
    connectionStatus(undefined, connected({ sync: { attempted: false, outcome: outcome(), suspended } }));
  const [before, during, other] = [
    withSuspension(undefined),
    withSuspension({ scope: 'deletes', by: 'anna', until: '2026-03-01T16:00:00Z' }),
    withSuspension({ scope: 'deletes', by: 'eva' }),
  ];
  const message = 'deletions are suspended by anna until 2026-03-01T16:00:00Z';
  const said = during.conditions?.find(({ type }) => type === 'Suspended');
  assert.deepEqual([said?.status, said?.reason, said?.message], ['True', 'Suspended', message]);
  assert.deepEqual(stateEvents(before, during), [{ type: 'Warning', reason: 'Suspended', message }]);
  assert.deepEqual(stateEvents(during, during), []);
  assert.deepEqual(
    stateEvents(during, other).map(({ message: news }) => news),
    ['deletions are suspended by eva'],
  );
  assert.deepEqual(stateEvents(during, before), [
    { type: 'Normal', reason: 'Resumed', message: `resumed; the status said: ${message}` },
  ]);
  assert.equal(
    before.conditions?.some(({ type }) => type === 'Suspended'),
    false,
  );
});

test('after a restart the state stays until the first synchronization has ended', () => {
  const before = connectionStatus(undefined, synchronized());
  const restarted = connected({ now: NOON + 60_000 });
  const status = connectionStatus(before, restarted);
  assert.equal(status.connectionState, 'Synchronized');
  assert.deepEqual(status.conditions, before.conditions);
});

test('a new pairing forgets how synchronization went before it', () => {
  const before = connectionStatus(undefined, synchronized());
  const sync = { attempted: false, outcome: outcome() };
  const paired = connected({ connection: { step: 'establish', attempted: true, ok: true }, sync });
  assert.equal(connectionStatus(before, paired).connectionState, 'Connected');
});

test('K18: a status of nonsense is rebuilt from what is observed', () => {
  const nonsense = { connectionState: 'Bananas', connectionStatus: { certificateStatus: {}, error: 'old' } };
  for (const before of [undefined, nonsense, {} as unknown as CompassConnectionStatus]) {
    const status = connectionStatus(before, connected());
    assert.equal(status.connectionState, 'Connected');
    assert.equal(status.connectionStatus.error, undefined);
    assert.equal(status.connectionStatus.certificateStatus.notAfter, '2026-05-29T12:00:00Z');
  }
});
