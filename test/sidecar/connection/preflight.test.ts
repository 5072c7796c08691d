import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonIn, startBench } from './bench.ts';

const MINUTE_MS = 60_000;

const FAULTS = [
  ['a 429', { status: 429 }, 'CompassThrottled'],
  ['a 503', { status: 503 }, 'CompassUnavailable'],
  ['a captive portal', { status: 200, html: true }, 'NotCompass'],
  ['an answer without what was asked for', { status: 200, body: '{"data":{}}' }, 'InvalidAnswer'],
] as const;

for (const [what, fault, reason] of FAULTS) {
  test(`I4: ${what} of the gateway costs no token, which pairs when it is over`, async (t) => {
    const bench = await startBench(t);
    await bench.configure();
    bench.simulator.faults.add({ target: 'connector', when: 'beforeConsumption', ...fault });
    const pass = bench.start();
    const failed = await pass();
    assert.deepEqual([reasonIn(failed), failed.token], [reason, 'unused']);
    assert.ok(bench.simulator.requests.list().every(({ tokenHash }) => tokenHash === null));
    bench.simulator.faults.clear();
    bench.clock.advance(5 * MINUTE_MS);
    assert.equal((await pass()).did, 'paired');
  });
}

test('a Connector that wants to know who asks is there, and the token goes to it', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ target: 'connector', operation: '__typename', status: 401 });
  assert.equal((await bench.start()()).did, 'paired');
});

test('a way that was open is believed for ten minutes, and one to another place is not', async (t) => {
  const bench = await startBench(t);
  await bench.configure({ TOKEN: 'of-nobody' });
  const pass = bench.start();
  const probes = () => bench.count('connector', '__typename');
  assert.equal(reasonIn(await pass()), 'TokenRefused');
  assert.equal(probes(), 1);
  bench.clock.advance(5 * MINUTE_MS);
  assert.equal(reasonIn(await pass()), 'TokenRefused');
  assert.equal(probes(), 1);
  bench.clock.advance(5 * MINUTE_MS);
  await pass();
  assert.equal(probes(), 2);
  await bench.configure({ CONNECTOR_URL: `${bench.simulator.urls.connector}?other=1` });
  await pass();
  assert.equal(probes(), 3);
});
