import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonIn, startBench } from './bench.ts';

const DAY_MS = 24 * 3_600_000;

test('I2: a first pair waits in the journal until the Director accepts it, and costs no other token', async (t) => {
  const bench = await startBench(t);
  const token = await bench.configure();
  bench.simulator.faults.add({ target: 'director', status: 503 });
  const pass = bench.start();
  const waiting = await pass();
  assert.deepEqual([reasonIn(waiting), waiting.connection], ['CompassUnavailable', undefined]);
  assert.equal(waiting.token, 'trying');
  assert.equal(await bench.clientSecret(), undefined);
  // A newer token is none that this one needs: the pair has not failed.
  await bench.configure();
  bench.clock.advance(300_000);
  await pass();
  await bench.configure({ TOKEN: token });
  bench.simulator.faults.clear();
  const paired = await bench.start()();
  assert.equal(paired.did, 'paired');
  assert.ok(await bench.clientSecret());
  assert.equal(bench.count('connector', 'configuration'), 1);
  assert.equal(bench.simulator.certificates.list().length, 1);
});

test('a first pair that grows old while the Director cannot be asked is stored unproven, and renewed', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ target: 'director', status: 503 });
  const pass = bench.start();
  await pass();
  bench.clock.advance(60 * DAY_MS);
  const stored = await pass();
  assert.equal(stored.did, 'paired');
  assert.ok(await bench.clientSecret());
  bench.simulator.faults.clear();
  assert.equal((await pass()).did, 'renewed');
  assert.equal(bench.count('connector', 'configuration'), 1);
});

test('a first pair that Compass refuses is not stored, says that a token is needed, and gives way to it', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ target: 'director', status: 503 });
  const pass = bench.start();
  await pass();
  bench.simulator.faults.clear();
  bench.simulator.revokeCertificates();
  bench.clock.advance(300_000);
  const refused = await pass();
  assert.equal(reasonIn(refused), 'Rejected');
  assert.match(String(refused.error), /request a new one-time token/);
  assert.equal(await bench.clientSecret(), undefined);
  await bench.configure();
  assert.equal((await pass()).did, 'paired');
});
