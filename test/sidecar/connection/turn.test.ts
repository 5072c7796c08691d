import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonIn, startBench } from './bench.ts';

const SIGNING = 'signCertificateSigningRequest';

test('R4: who does not lead sends no token', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.lease.isOurs = false;
  const pass = bench.start();
  assert.equal(reasonIn(await pass()), 'Stopping');
  assert.equal(bench.count('connector', 'configuration'), 0);
  bench.lease.isOurs = true;
  bench.clock.advance(60_000);
  assert.equal((await pass()).did, 'paired');
});

test('R4: who led when the token left, and leads no more, stores its answer and does not go on to sign', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const loseLease = () => {
    bench.lease.isOurs = false;
  };
  bench.simulator.faults.add({ operation: 'configuration', when: 'afterExecution', run: loseLease });
  assert.equal(reasonIn(await bench.start()()), 'Stopping');
  assert.equal(bench.count('connector', SIGNING), 0);
  bench.lease.isOurs = true;
  assert.equal((await bench.start()()).did, 'paired');
  assert.deepEqual([bench.count('connector', 'configuration'), bench.count('connector', SIGNING)], [1, 1]);
});

test('R4: who leads no more begins no renewal, and signs none that was begun', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  await pass();
  bench.lease.isOurs = false;
  assert.equal(reasonIn(await pass({ isRenewalAskedFor: true })), 'Stopping');
  assert.equal(bench.count('connectorMtls', 'configuration'), 0);
  bench.lease.isOurs = true;
  bench.clock.advance(60_000);
  const loseLease = () => {
    bench.lease.isOurs = false;
  };
  bench.simulator.faults.add({ target: 'connectorMtls', when: 'afterExecution', run: loseLease });
  assert.equal(reasonIn(await pass({ isRenewalAskedFor: true })), 'Stopping');
  assert.deepEqual([bench.count('connectorMtls', 'configuration'), bench.count('connectorMtls', SIGNING)], [1, 0]);
});

test('R4: who does not lead does not ask by certificate where Compass is either, which makes a token', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  await bench.start()();
  bench.lease.isOurs = false;
  await bench.start()();
  assert.equal(bench.count('connectorMtls', 'configuration'), 0);
  bench.lease.isOurs = true;
  assert.equal((await bench.start()()).error, undefined);
  assert.equal(bench.count('connectorMtls', 'configuration'), 1);
});

for (const operation of ['configuration', SIGNING]) {
  test(`R1: who works without a Lease goes on with its own pairing alone, after a failed ${operation}`, async (t) => {
    const bench = await startBench(t);
    await bench.configure();
    bench.lease.isNone = true;
    const fault = bench.simulator.faults.add({ operation, when: 'beforeConsumption', status: 503, times: 1_000 });
    const own = bench.start(bench.cluster, undefined, { podName: 'pod-a' });
    await own();
    const asked = bench.count('connector', operation);
    assert.equal(asked, 1);
    bench.simulator.faults.remove(fault);
    const other = bench.start(bench.cluster, undefined, { podName: 'pod-b' });
    const refused = await other();
    assert.equal(reasonIn(refused), 'StoreForbidden');
    assert.match(String(refused.error), /another replica \(pod-a\) has begun a pairing/);
    assert.equal(bench.count('connector', operation), asked);
    bench.clock.advance(60_000);
    assert.equal((await own()).did, 'paired');
  });
}

test('R1: without a Lease a pair that somebody else was given is still put to use', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.lease.isNone = true;
  const fault = bench.simulator.faults.add({ target: 'director', status: 503, times: 1_000 });
  assert.equal(reasonIn(await bench.start(bench.cluster, undefined, { podName: 'pod-a' })()), 'CompassUnavailable');
  bench.simulator.faults.remove(fault);
  const other = bench.start(bench.cluster, undefined, { podName: 'pod-b' });
  assert.equal((await other()).did, 'paired');
  assert.equal(bench.count('connector', SIGNING), 1);
});
