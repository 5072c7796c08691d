import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, reasonIn, startBench } from './bench.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MOST_TRIES = 20;

const tries = (bench: Bench) => bench.count('connector', 'configuration');

/** Lets time pass from try to try, as the sidecar's loop does, for as long as `goesOn`; the longest wait, in ms. */
async function tryOn(bench: Bench, pass: ReturnType<Bench['start']>, goesOn: (sinceMs: number) => boolean) {
  const startedAt = bench.clock.now();
  let longestMs = 0;
  for (;;) {
    const result = await pass();
    const { dueInMs } = result;
    if (!Number.isFinite(dueInMs) || !goesOn(bench.clock.now() + dueInMs - startedAt)) return { result, longestMs };
    longestMs = Math.max(longestMs, dueInMs);
    bench.clock.advance(dueInMs);
  }
}

for (const [waits, random] of [
  ['long', 0],
  ['short', 1],
] as const) {
  test(`C12: a token that is refused while the token database is down is kept for its hour, with waits that come out ${waits}`, async (t) => {
    const bench = await startBench(t);
    await bench.configure();
    bench.simulator.switches.tokenDatabaseDown = true;
    const pass = bench.start(bench.cluster, () => random);
    const { result, longestMs } = await tryOn(bench, pass, (sinceMs) => sinceMs < HOUR_MS);
    assert.equal(reasonIn(result), 'TokenRefused');
    assert.ok(longestMs <= 5 * MINUTE_MS, `it waited ${longestMs} ms`);
    assert.ok(tries(bench) < MOST_TRIES, `${tries(bench)} tries`);
    bench.simulator.switches.tokenDatabaseDown = false;
    bench.clock.advance(result.dueInMs);
    assert.equal((await pass()).did, 'paired');
  });

  test(`C13: a token that stays refused is given up after twenty tries at most, with waits that come out ${waits}`, async (t) => {
    const bench = await startBench(t);
    const token = await bench.configure({ TOKEN: 'of-somebody-else' });
    const pass = bench.start(bench.cluster, () => random);
    const { result } = await tryOn(bench, pass, () => true);
    assert.equal(reasonIn(result), 'TokenRequired');
    assert.match(String(result.error), /it is used, expired or unknown/);
    const after = tries(bench);
    assert.ok(after <= MOST_TRIES, `${after} tries`);
    await bench.configure({ TOKEN: token, CONNECTOR_URL: `${bench.simulator.urls.connector}?other` });
    assert.equal(reasonIn(await bench.start()()), 'TokenRequired');
    assert.equal(tries(bench), after);
    await bench.configure();
    assert.equal((await pass()).did, 'paired');
  });
}

for (const [how, fault] of [
  ['an error', { status: 500 }],
  ['a rate limit', { status: 429 }],
  ['a cut', { cut: true }],
] as const) {
  test(`C13: a token that is answered by ${how} again and again is given up after twenty tries`, async (t) => {
    const bench = await startBench(t);
    await bench.configure();
    bench.simulator.faults.add({ operation: 'configuration', when: 'beforeConsumption', ...fault });
    const pass = bench.start();
    const { result } = await tryOn(bench, pass, (sinceMs) => sinceMs < 6 * HOUR_MS);
    assert.equal(reasonIn(result), 'TokenRequired');
    assert.equal(result.token, 'spent');
    assert.equal(tries(bench), MOST_TRIES);
    bench.simulator.faults.clear();
    await bench.configure();
    assert.equal((await pass()).did, 'paired');
  });
}

test('X2: a clock that is set two hours ahead between two refusals costs no token', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.switches.tokenDatabaseDown = true;
  const pass = bench.start();
  assert.equal(reasonIn(await pass()), 'TokenRefused');
  bench.clock.advance(2 * HOUR_MS);
  assert.equal(reasonIn(await pass()), 'TokenRefused');
  bench.simulator.switches.tokenDatabaseDown = false;
  bench.clock.advance(5 * MINUTE_MS);
  assert.equal((await pass()).did, 'paired');
});

test('C4: a second token that is answered by errors alone is given up, but not within its hour', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ operation: 'signCertificateSigningRequest', when: 'beforeConsumption', status: 500 });
  const pass = bench.start();
  const { result: within } = await tryOn(bench, pass, (sinceMs) => sinceMs < 40 * MINUTE_MS);
  assert.equal(reasonIn(within), 'CompassUnavailable');
  bench.simulator.faults.add({
    target: 'connector',
    operation: 'configuration',
    when: 'beforeConsumption',
    status: 500,
  });
  const { result } = await tryOn(bench, pass, (sinceMs) => sinceMs < 6 * HOUR_MS);
  assert.equal(reasonIn(result), 'TokenRequired');
  assert.ok(tries(bench) <= MOST_TRIES, `${tries(bench)} tries`);
});
