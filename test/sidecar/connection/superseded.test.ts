import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, reasonIn, startBench } from './bench.ts';

const MINUTE_MS = 60_000;

const revoked = ({ simulator }: Bench) => simulator.certificates.list().map((certificate) => certificate.revoked);

/** Two pairings, the second with another identity; what carries the connection on. */
async function pairTwice(bench: Bench) {
  await bench.configure();
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  await bench.configure();
  const again = await pass({ isReconnectAskedFor: true });
  assert.equal(again.did, 'paired');
  assert.ok(again.dueInMs <= 5 * MINUTE_MS);
  return pass;
}

test('S17: the old certificate is revoked five minutes after the swap, not before, and by a restarted process, too', async (t) => {
  const bench = await startBench(t);
  const pass = await pairTwice(bench);
  bench.clock.advance(5 * MINUTE_MS - 1);
  await pass();
  assert.deepEqual(revoked(bench), [false, false]);
  bench.clock.advance(1);
  const done = await bench.start()();
  assert.deepEqual(revoked(bench), [true, false]);
  assert.deepEqual([reasonIn(done), done.warnings], [undefined, []]);
});

test('S17: a revocation that fails is a warning and no error, is tried again, and given up after a day', async (t) => {
  const bench = await startBench(t);
  const pass = await pairTwice(bench);
  bench.simulator.faults.add({ target: 'connectorMtls', operation: 'revokeCertificate', status: 503 });
  bench.clock.advance(5 * MINUTE_MS);
  const failed = await pass();
  assert.equal(reasonIn(failed), undefined);
  assert.deepEqual(
    failed.warnings.map(({ type }) => type),
    ['OldCertificateValid'],
  );
  assert.ok(failed.dueInMs > 0);
  await pass();
  assert.equal(bench.count('connectorMtls', 'revokeCertificate'), 1);
  bench.clock.advance(5 * MINUTE_MS);
  await pass();
  assert.equal(bench.count('connectorMtls', 'revokeCertificate'), 2);
  bench.clock.advance(24 * 60 * MINUTE_MS);
  await pass();
  const asked = bench.count('connectorMtls', 'revokeCertificate');
  bench.clock.advance(60 * MINUTE_MS);
  assert.deepEqual((await pass()).warnings, []);
  assert.equal(bench.count('connectorMtls', 'revokeCertificate'), asked);
  assert.deepEqual(revoked(bench), [false, false]);
});

test('S17: a certificate that somebody has revoked already is as good as revoked', async (t) => {
  const bench = await startBench(t);
  const pass = await pairTwice(bench);
  const [old] = bench.simulator.certificates.list();
  assert.ok(old);
  await fetch(`${bench.simulator.adminUrl}/certificates/${old.fingerprint}/revoke`, { method: 'POST' });
  bench.clock.advance(5 * MINUTE_MS);
  assert.deepEqual((await pass()).warnings, []);
  bench.clock.advance(60 * MINUTE_MS);
  await pass();
  assert.equal(bench.count('connectorMtls', 'revokeCertificate'), 1);
});

test('S17: a replica that may not lead any more revokes nothing', async (t) => {
  const bench = await startBench(t);
  const pass = await pairTwice(bench);
  bench.clock.advance(5 * MINUTE_MS);
  bench.lease.isOurs = false;
  await pass();
  assert.deepEqual(revoked(bench), [false, false]);
  bench.lease.isOurs = true;
  await pass();
  assert.deepEqual(revoked(bench), [true, false]);
});
