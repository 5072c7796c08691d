import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { type Bench, reasonIn, startBench } from './bench.ts';

const DAY_MS = 24 * 3_600_000;
const JOURNAL = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-journal' };

const hasJournal = async ({ cluster }: Bench) => (await cluster.find(JOURNAL)) !== undefined;

/** A first pairing whose pair waits in the journal, since the Director could not be asked. */
async function pairThatWaits(bench: Bench): Promise<void> {
  await bench.configure();
  bench.simulator.faults.add({ target: 'director', operation: 'runtime', status: 503 });
  assert.equal(reasonIn(await bench.start()()), 'CompassUnavailable');
  assert.equal(await hasJournal(bench), true);
  bench.simulator.faults.clear();
}

/** Our clock is a year ahead of that of Compass. */
function clockAhead({ clock, simulator }: Bench): void {
  clock.advance(365 * DAY_MS);
  // The skew is measured by the machine's own clock, which is not moved.
  simulator.switches.dateSkewSeconds = (-365 * DAY_MS) / 1_000;
}

test('X1: a new pair that waits is judged by the time that it is at Compass, after a restart with a wrong clock, too', async (t) => {
  const bench = await startBench(t);
  await pairThatWaits(bench);
  clockAhead(bench);
  const result = await bench.start()();
  assert.deepEqual([result.did, reasonIn(result), result.token], ['paired', undefined, 'used']);
  assert.equal(bench.count('connector', 'configuration'), 1);
});

test('X1: while nobody says what time it is, a new pair that seems to have expired is kept, and so is its token', async (t) => {
  const bench = await startBench(t);
  await pairThatWaits(bench);
  clockAhead(bench);
  const unreachable = { CONNECTOR_URL: 'https://localhost:1/connector/graphql', TOKEN: 'a-newer-one' };
  await bench.configure(unreachable);
  const pass = bench.start();
  for (let tries = 1; tries <= 3; tries += 1) {
    const failed = await pass();
    assert.deepEqual([reasonIn(failed), failed.token], ['CompassUnreachable', 'unused']);
    bench.clock.advance(60_000);
  }
  assert.equal(await hasJournal(bench), true);
  await bench.configure({ TOKEN: 'a-newer-one' });
  assert.equal((await pass()).did, 'paired');
});

test('X1: what a second token gives is judged by the time that it is at Compass, after a restart with a wrong clock, too', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ operation: 'signCertificateSigningRequest', when: 'beforeConsumption', status: 503 });
  assert.equal(reasonIn(await bench.start()()), 'CompassUnavailable');
  bench.simulator.faults.clear();
  clockAhead(bench);
  const result = await bench.start()();
  assert.deepEqual([result.did, reasonIn(result)], ['paired', undefined]);
});
