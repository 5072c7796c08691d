import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bench, reasonIn, startBench } from './bench.ts';

const HOUR_MS = 3_600_000;

/** How long certificates live that are issued from now on, all of them since the simulator's own start. */
const live = ({ simulator }: Bench, hours: number) => {
  simulator.switches.certificateLifetimeSeconds = (hours * HOUR_MS) / 1_000;
};

/** Pairs, and renews while the Director cannot be asked: the new pair waits in the journal. */
async function renewedUnproven(bench: Bench) {
  await bench.configure();
  live(bench, 24);
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  live(bench, 96);
  bench.simulator.faults.add({ target: 'director', status: 503 });
  bench.clock.advance(15 * HOUR_MS);
  const waiting = await pass();
  assert.deepEqual([reasonIn(waiting), waiting.did], ['CompassUnavailable', undefined]);
  assert.ok(waiting.connection, 'the one before serves');
  assert.equal(bench.simulator.certificates.list().length, 2);
  return pass;
}

for (const [what, isRestarted] of [
  ['', false],
  [', also by a process that has just started', true],
] as const) {
  test(`I2: a renewal that nobody could prove takes over when the certificate before it ends${what}`, async (t) => {
    const bench = await startBench(t);
    const pass = await renewedUnproven(bench);
    bench.clock.advance(10 * HOUR_MS);
    const next = isRestarted ? bench.start() : pass;
    const waiting = await next();
    assert.deepEqual([reasonIn(waiting), waiting.connection], ['CompassUnavailable', undefined]);
    assert.ok(waiting.dueInMs <= 300_000, `tried again in ${waiting.dueInMs} ms`);
    bench.simulator.faults.clear();
    bench.clock.advance(waiting.dueInMs);
    assert.equal((await next()).did, 'renewed');
    assert.ok((await next()).connection);
    assert.deepEqual(
      [bench.count('connector', 'configuration'), bench.simulator.certificates.list().length],
      [1, 2],
      'no token, and no certificate more',
    );
  });
}

test('I2: a renewal that nobody can prove until it is old itself is stored unproven, and renewed', async (t) => {
  const bench = await startBench(t);
  const pass = await renewedUnproven(bench);
  bench.clock.advance(50 * HOUR_MS);
  assert.equal((await pass()).did, 'renewed');
  bench.simulator.faults.clear();
  bench.clock.advance(300_000);
  assert.equal((await pass()).did, 'renewed');
  assert.equal(bench.count('connector', 'configuration'), 1);
});

test('a token is not spent while such a renewal waits, unless somebody asks for it', async (t) => {
  const bench = await startBench(t);
  const pass = await renewedUnproven(bench);
  bench.clock.advance(10 * HOUR_MS);
  await bench.configure();
  assert.equal((await pass()).token, 'unused');
  assert.equal(bench.count('connector', 'configuration'), 1);
  bench.simulator.faults.clear();
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
});

test('such a renewal that Compass refuses gives way to a token, and says that one is needed', async (t) => {
  const bench = await startBench(t);
  const pass = await renewedUnproven(bench);
  bench.clock.advance(10 * HOUR_MS);
  bench.simulator.faults.clear();
  bench.simulator.revokeCertificates();
  const refused = await pass();
  assert.equal(refused.connection, undefined);
  assert.match(String(refused.error), /one-time token/);
  await bench.configure();
  bench.clock.advance(300_000);
  assert.equal((await pass()).did, 'paired');
});
