import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, reasonIn, startBench } from './bench.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const renewals = (bench: Bench) => bench.count('connectorMtls', 'signCertificateSigningRequest');

/** Passes for as long, each when the one before wants it. */
async function goOn(bench: Bench, pass: ReturnType<Bench['start']>, forMs: number): Promise<void> {
  const end = bench.clock.now() + forMs;
  while (bench.clock.now() < end) {
    const result = await pass();
    assert.equal(reasonIn(result), undefined);
    bench.clock.advance(Math.max(50, result.dueInMs));
  }
}

test('X2, X3: certificates that are old when they are issued, by our clock, are not renewed without end', async (t) => {
  const bench = await startBench(t);
  bench.simulator.switches.certificateLifetimeSeconds = DAY_MS / 1_000;
  await bench.configure();
  const pass = bench.start(bench.cluster, () => 1);
  assert.equal((await pass()).did, 'paired');
  // Compass stays where it is: all that it issues is past its middle for us.
  bench.clock.advance(18 * HOUR_MS);
  await goOn(bench, pass, HOUR_MS / 6);
  const count = renewals(bench);
  assert.ok(count >= 2 && count <= 10, `${count} renewals in ten minutes`);
});

test('X9: with a CA in its chain that ends, a certificate is renewed before that, and again for as long as it stays', async (t) => {
  const bench = await startBench(t);
  bench.simulator.switches.certificateLifetimeSeconds = (20 * 365 * DAY_MS) / 1_000;
  await bench.configure();
  const result = await bench.start()();
  const { notAfter = 0, chainNotAfter = 0, notBefore = 0 } = result.credential ?? {};
  assert.ok(chainNotAfter < notAfter, 'the CA of the simulator ends before the certificate');
  const middle = notBefore + (chainNotAfter - notBefore) / 2;
  assert.ok(Math.abs((result.renewAt ?? 0) - middle) <= (chainNotAfter - notBefore) / 10 + 1);
  bench.clock.advance((result.renewAt ?? 0) - bench.clock.now());
  assert.equal((await bench.start()()).did, 'renewed');
});
