import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, reasonIn, startBench } from './bench.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ELSEWHERE = 'https://director.attacker.example/graphql';
const DIRECTOR_URL = '/data/configuration/managementPlaneInfo/directorURL';

const signed = (bench: Bench) => bench.count('connectorMtls', 'signCertificateSigningRequest');

/** Paired with a certificate that lives a day; every further one lives 90. */
async function pairedForADay(bench: Bench) {
  const { simulator } = bench;
  simulator.switches.certificateLifetimeSeconds = (24 * HOUR_MS) / 1_000;
  const { token: TOKEN, clientId } = simulator.requestToken();
  await bench.configure({ TOKEN });
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  simulator.switches.certificateLifetimeSeconds = (90 * 24 * HOUR_MS) / 1_000;
  return { pass, clientId };
}

/** Lets a second token go no further than its answer. */
function holdSecondToken({ simulator }: Bench): void {
  simulator.faults.add({
    target: 'connector',
    operation: 'configuration',
    set: { [DIRECTOR_URL]: ELSEWHERE },
  });
}

test('C22: a certificate is renewed while a new pairing waits with its second token, which still pairs', async (t) => {
  const bench = await startBench(t);
  const { pass } = await pairedForADay(bench);
  await bench.configure();
  holdSecondToken(bench);
  const waiting = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([waiting.reconnectError?.reason, signed(bench)], ['UntrustedUrl', 0]);
  bench.clock.advance(15 * HOUR_MS);
  const renewed = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([renewed.did, renewed.reconnectError?.reason, signed(bench)], ['renewed', 'UntrustedUrl', 1]);
  bench.simulator.faults.clear();
  bench.clock.advance(10 * MINUTE_MS);
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
  assert.deepEqual([signed(bench), bench.count('connector', 'signCertificateSigningRequest')], [1, 2]);
});

test('C22: a certificate is renewed while the new pair of a pairing is refused, and a newer token takes its place', async (t) => {
  const bench = await startBench(t);
  const { simulator } = bench;
  const { pass } = await pairedForADay(bench);
  await bench.configure();
  simulator.faults.add({ target: 'director', operation: 'runtime', status: 503 });
  assert.equal((await pass({ isReconnectAskedFor: true })).reconnectError?.reason, 'CompassUnavailable');
  bench.simulator.faults.clear();
  const [, fresh] = simulator.certificates.list();
  await fetch(`${simulator.adminUrl}/certificates/${fresh?.fingerprint}/revoke`, { method: 'POST' });
  bench.clock.advance(15 * HOUR_MS);
  const renewed = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([renewed.did, renewed.reconnectError?.reason], ['renewed', 'Rejected']);
  await bench.configure();
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
});

test('C22: a renewal that waits for its proof beside a pairing is asked for once', async (t) => {
  const bench = await startBench(t);
  const { pass } = await pairedForADay(bench);
  await bench.configure();
  holdSecondToken(bench);
  await pass({ isReconnectAskedFor: true });
  bench.simulator.faults.add({ target: 'director', operation: 'runtime', status: 503 });
  bench.clock.advance(15 * HOUR_MS);
  const failed = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([failed.did, reasonIn(failed), signed(bench)], [undefined, 'CompassUnavailable', 1]);
  bench.simulator.faults.clear();
  holdSecondToken(bench);
  bench.clock.advance(10 * MINUTE_MS);
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'renewed');
  assert.equal(signed(bench), 1);
});

test('a second token of the same identity is left alone for a while, since a renewal would make it void', async (t) => {
  const bench = await startBench(t);
  const { pass, clientId } = await pairedForADay(bench);
  await bench.configure({ TOKEN: bench.simulator.requestToken(bench.simulator.runtimeId, clientId).token });
  holdSecondToken(bench);
  await pass({ isReconnectAskedFor: true });
  bench.clock.advance(15 * HOUR_MS);
  const waiting = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([waiting.did, signed(bench)], [undefined, 0]);
  assert.ok(waiting.dueInMs > 0);
  bench.clock.advance(5 * HOUR_MS);
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'renewed');
});
