import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '#common/log.ts';
import { revoke, revokeOne } from '../../../sidecar/connection/revoke.ts';
import { compassContext } from './compass-context.ts';
import { CONFIGURED } from './memory-context.ts';

const REVOCATION = 'connector-mtls revokeCertificate';

test('a certificate is revoked once, and says so; a second time is as good', async (t) => {
  const { context, pair, takeCalls, revoked } = await compassContext(t);
  const { connection } = await pair();
  takeCalls();
  assert.equal(await revoke(context, undefined), 'there was no certificate to revoke');
  assert.deepEqual(takeCalls(), []);
  assert.equal(await revoke(context, connection), 'the certificate is revoked');
  assert.deepEqual([revoked(), takeCalls()], [[true], [`${REVOCATION} ok`]]);
  assert.equal(await revokeOne(context, connection), 'the certificate was not accepted any more');
});

test('what the Connector does not revoke, or refuses while the Director accepts it, is not taken for revoked', async (t) => {
  const { context, pair, simulator, revoked } = await compassContext(t);
  const { connection } = await pair();
  for (const [fault, reason] of [
    [{ status: 401 }, 'Rejected'],
    [{ status: 503 }, 'CompassUnavailable'],
    [{ body: { data: { revokeCertificate: false } } }, 'CompassFailed'],
  ] as const) {
    simulator.faults.clear();
    simulator.faults.add({ target: 'connectorMtls', status: 200, ...fault });
    await assert.rejects(revokeOne(context, connection), { reason });
  }
  assert.deepEqual(revoked(), [false]);
  simulator.faults.clear();
  simulator.faults.add({ status: 401 });
  assert.equal(await revokeOne(context, connection), 'the certificate was not accepted any more');
});

test('a certificate that has expired needs no revocation', async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  simulator.switches.handshakeAlert = 45;
  assert.equal(await revokeOne(context, connection), 'the certificate had expired');
});

test('R4: who does not lead revokes nothing', async (t) => {
  const lease = { isOurs: true };
  const { context, pair, takeCalls, revoked } = await compassContext(t, { isLeader: () => lease.isOurs });
  const { connection } = await pair();
  takeCalls();
  lease.isOurs = false;
  await assert.rejects(revokeOne(context, connection), { reason: 'Stopping' });
  assert.deepEqual([revoked(), takeCalls()], [[false], []]);
});

test('a new certificate that waits in the journal is revoked, too', async (t) => {
  const { context, pair, revoked, takeCalls } = await compassContext(t);
  const { connection } = await pair();
  const { journal } = await pair();
  await context.journal.write(journal);
  takeCalls();
  assert.equal(await revoke(context, connection), 'the certificate is revoked');
  assert.deepEqual(revoked(), [true, true]);
  assert.deepEqual(takeCalls(), [`${REVOCATION} ok`, `${REVOCATION} ok`]);
});

test('what waits in the journal is the certificate in use, or no certificate yet: then there is one to revoke', async (t) => {
  const { context, pair, revoked, takeCalls } = await compassContext(t);
  const [{ connection, journal }, other] = [await pair(), await pair()];
  takeCalls();
  await context.journal.write(CONFIGURED);
  assert.equal(await revoke(context, other.connection), 'the certificate is revoked');
  assert.deepEqual(revoked(), [false, true]);
  await context.journal.write(journal);
  assert.equal(await revoke(context, connection), 'the certificate is revoked');
  assert.deepEqual(takeCalls(), [`${REVOCATION} ok`, `${REVOCATION} ok`]);
});

test('a new certificate that cannot be revoked, or read, keeps the one in use from nothing, and is told of', async (t) => {
  const warnings: unknown[] = [];
  const log = { ...silentLog, warn: (_: string, fields?: object) => warnings.push(fields) };
  const { context, pair, revoked, simulator } = await compassContext(t, { log });
  const [{ connection }, { journal }, third] = [await pair(), await pair(), await pair()];
  await context.journal.write(journal);
  simulator.faults.add({ target: 'connectorMtls', status: 503, times: 1 });
  assert.equal(await revoke(context, connection), 'the certificate is revoked');
  assert.deepEqual([revoked(), warnings.length], [[true, false, false], 1]);
  await context.journal.write({ ...journal, leaf: 'none', chain: 'none' });
  assert.equal(await revoke(context, third.connection), 'the certificate is revoked');
  assert.deepEqual([revoked(), warnings.length], [[true, false, true], 2]);
});

test('a bug on the way is not hidden', async (t) => {
  let asked = 0;
  const isLeader = () => {
    asked += 1;
    if (asked === 1) throw new Error('a bug');
    return true;
  };
  const { context, pair } = await compassContext(t);
  const [{ connection }, { journal }] = [await pair(), await pair()];
  await context.journal.write(journal);
  await assert.rejects(revoke({ ...context, isLeader }, connection), /a bug/);
});
