import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, reasonIn, startBench } from './bench.ts';

type Pass = ReturnType<Bench['start']>;

const SECOND_MS = 1_000;
const MINUTE_S = 60;
/** The waits of 2, 4, 8, 16 and 32 s leave room for no more in a minute. */
const TRIES_IN_A_MINUTE = 6;

const tries = (bench: Bench) => bench.count('connector', 'configuration');

/** A token that is refused for now, and has been tried once. */
async function refused(t: Parameters<typeof startBench>[0]) {
  const bench = await startBench(t);
  const token = await bench.configure();
  bench.simulator.switches.tokenDatabaseDown = true;
  const pass = bench.start(bench.cluster, () => 0);
  assert.equal(reasonIn(await pass()), 'TokenRefused');
  return { bench, token, pass };
}

/** Something changes each second for a minute; how often tokens were tried in it. */
async function flip(bench: Bench, pass: Pass, change: (isOdd: boolean) => Promise<Parameters<Pass>[0]>) {
  const before = tries(bench);
  for (let second = 1; second <= MINUTE_S; second += 1) {
    const asked = await change(second % 2 === 1);
    bench.clock.advance(SECOND_MS);
    await pass(asked);
  }
  return tries(bench) - before;
}

test('C13: URLs in the CompassConnection that change without end make no token tried sooner', async (t) => {
  const { bench, pass } = await refused(t);
  const { connector, director } = bench.simulator.urls;
  const tried = await flip(bench, pass, (isOdd) =>
    Promise.resolve({ specUrls: { connector, director: isOdd ? director : `${director}?odd` } }),
  );
  assert.ok(tried <= TRIES_IN_A_MINUTE, `${tried} tries`);
});

test('C13: a query of CONNECTOR_URL that changes without end makes no token tried sooner', async (t) => {
  const { bench, token, pass } = await refused(t);
  const url = bench.simulator.urls.connector;
  const tried = await flip(bench, pass, async (isOdd) => {
    await bench.configure({ TOKEN: token, CONNECTOR_URL: isOdd ? `${url}?odd` : url });
    return {};
  });
  assert.ok(tried <= TRIES_IN_A_MINUTE, `${tried} tries`);
});

test('C13: a configuration that changes without end hurries a token every ten seconds at most', async (t) => {
  const { bench, token, pass } = await refused(t);
  const { tenant } = bench.simulator;
  const tried = await flip(bench, pass, async (isOdd) => {
    await bench.configure({ TOKEN: token, TENANT: isOdd ? 'another' : tenant });
    return {};
  });
  assert.ok(tried <= MINUTE_S / 10 + TRIES_IN_A_MINUTE, `${tried} tries`);
});

test('C13: two tokens that take turns are hurried every ten seconds each at most', async (t) => {
  const { bench, token, pass } = await refused(t);
  const other = bench.simulator.requestToken().token;
  const tried = await flip(bench, pass, async (isOdd) => {
    await bench.configure({ TOKEN: isOdd ? other : token });
    return {};
  });
  assert.ok(tried <= 2 * (MINUTE_S / 10 + 1) + TRIES_IN_A_MINUTE, `${tried} tries`);
});

test('N8: a newer token, and a configuration that was corrected, are used at once', async (t) => {
  const { bench, token, pass } = await refused(t);
  for (let at = 0; at < 6; at += 1) {
    bench.clock.advance(MINUTE_S * SECOND_MS);
    await pass();
  }
  bench.simulator.switches.tokenDatabaseDown = false;
  await bench.configure({ TOKEN: token, RUNTIME_ID: 'no-id' });
  assert.equal(reasonIn(await pass()), 'ConfigurationInvalid');
  const fresh = await bench.configure({ TENANT: 'another' });
  bench.simulator.switches.tokenDatabaseDown = true;
  assert.equal(reasonIn(await pass()), 'TokenRefused');
  bench.simulator.switches.tokenDatabaseDown = false;
  bench.clock.advance(10 * SECOND_MS);
  await bench.configure({ TOKEN: fresh });
  assert.equal((await pass()).did, 'paired');
});

test('N8: a second correction within ten seconds of the first is used once they are over', async (t) => {
  const { bench, token, pass } = await refused(t);
  for (let at = 0; at < 6; at += 1) {
    bench.clock.advance(MINUTE_S * SECOND_MS);
    await pass();
  }
  await bench.configure({ TOKEN: token, TENANT: 'another' });
  assert.equal((await pass()).dueInMs > MINUTE_S * SECOND_MS, true);
  await bench.configure({ TOKEN: token });
  bench.simulator.switches.tokenDatabaseDown = false;
  const { did, dueInMs } = await pass();
  assert.equal(did, undefined);
  assert.ok(dueInMs <= 10 * SECOND_MS);
  bench.clock.advance(dueInMs);
  assert.equal((await pass()).did, 'paired');
});
