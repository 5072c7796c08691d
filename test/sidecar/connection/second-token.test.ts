import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { until } from '../../cluster/until.ts';
import { type Bench, reasonIn, startBench } from './bench.ts';

const MINUTE_MS = 60_000;

/** A way to the cluster that can break for whatever writes over something. */
function breakable(cluster: Cluster) {
  const link = { isDown: false };
  const door: Cluster = {
    ...cluster,
    async replace(...args: Parameters<Cluster['replace']>) {
      if (link.isDown) throw new CompassError('ClusterUnreachable', 'cannot update secrets: the way is broken');
      return cluster.replace(...args);
    },
  } as Cluster;
  return { link, door };
}

/** Moves the clock on, a bit at a time, so that whoever sleeps goes on. */
async function wait(bench: Bench, ms: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < ms; waitedMs += MINUTE_MS) {
    await until('it sleeps', () => Promise.resolve(bench.clock.sleepers > 0));
    bench.clock.advance(MINUTE_MS);
  }
}

test('K2: a second token that grew old while it could not be stored is exchanged before it signs', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const { link, door } = breakable(bench.cluster);
  link.isDown = true;
  const running = bench.start(door)();
  await wait(bench, 50 * MINUTE_MS);
  assert.equal(bench.count('connector', 'configuration'), 1);
  assert.equal(bench.count('connector', 'signCertificateSigningRequest'), 0);
  await until('it sleeps', () => Promise.resolve(bench.clock.sleepers > 0));
  link.isDown = false;
  bench.clock.advance(MINUTE_MS);
  assert.equal((await running).did, 'paired');
  assert.equal(bench.count('connector', 'configuration'), 2);
});

test('K2: a second token that ended before it could be stored requires a new one, and says why', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const { link, door } = breakable(bench.cluster);
  link.isDown = true;
  const running = bench.start(door)();
  await wait(bench, 58 * MINUTE_MS);
  const ended = await running;
  assert.equal(reasonIn(ended), 'TokenRequired');
  assert.match(String(ended.error), /ended before it could be stored.*request a new one-time token/);
  assert.equal(ended.token, 'spent');
  assert.equal(bench.count('connector', 'signCertificateSigningRequest'), 0);
  link.isDown = false;
  await bench.configure();
  const pass = bench.start(door);
  assert.equal((await pass()).did, 'paired');
});
