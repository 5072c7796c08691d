import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonIn, startBench } from './bench.ts';

test('X7: while the machine makes no keys no token leaves, and the same token pairs when it does', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  // More bits than OpenSSL has numbers for: it fails as it does without memory or entropy.
  const broken = bench.start(bench.cluster, () => 0, { keySize: 2 ** 31 - 1 });
  const asked = () => bench.simulator.requests.list().filter(({ tokenHash }) => tokenHash !== null).length;
  const first = await broken();
  assert.equal(reasonIn(first), 'InternalError');
  assert.match(String(first.error), /this machine cannot make an RSA key/);
  assert.ok(first.dueInMs > 0 && first.dueInMs <= 300_000, 'it is tried again');
  bench.clock.advance(first.dueInMs);
  assert.equal(reasonIn(await broken()), 'InternalError');
  assert.equal(asked(), 0);
  assert.equal((await bench.start()()).did, 'paired');
  assert.equal(bench.count('connector', 'configuration'), 1);
});

test('X7: a renewal that gets no key leaves the pair in use as it is', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  assert.equal((await bench.start()()).did, 'paired');
  const before = await bench.clientSecret();
  const result = await bench.start(bench.cluster, () => 0, { keySize: 2 ** 31 - 1 })({ isRenewalAskedFor: true });
  assert.deepEqual([reasonIn(result), result.connection !== undefined], ['InternalError', true]);
  assert.deepEqual(await bench.clientSecret(), before);
  assert.equal(bench.count('connectorMtls', 'configuration'), 0);
});
