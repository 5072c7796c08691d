import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { buildCrashProgram } from './crash-program.ts';
import { startCrashWorld } from './crash-world.ts';
import { SCENARIOS } from './scenarios.ts';

/** Each lives for less than the shortest wait, so that the ninety that would follow call nobody either. */
const STARTS = 8;
const SHORTEST_WAIT_MS = 10_000;
/** It says so, and its pass ends without more. */
const WAITS = /it started again and again[\s\S]*"a pass ended"/;
const MOST_REQUESTS = 12;
const NEW_TOKEN_WITHIN_MS = 10_000;

test('P22: a process that dies again and again calls Compass for the first of its starts only', async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  const { world } = crash;
  await SCENARIOS.pairing.prepare(crash);
  const first = crash.start({});
  await until('it is synchronized', () => SCENARIOS.pairing.isDone(crash));
  first.kill();
  await first.ended;

  for (let start = 2; start <= STARTS; start++) {
    await crash.freeLease();
    const process = crash.start({ crashAt: 'after compass applicationsForRuntime #1' });
    const isWaiting = () => WAITS.test(process.output());
    let hasEnded = false;
    const ended = process.ended.finally(() => {
      hasEnded = true;
    });
    await until(
      () => `start ${start} dies or waits\n${process.output()}`,
      () => Promise.resolve(hasEnded || isWaiting()),
    );
    process.kill();
    await ended;
    const waitMs = Number(/"waitMs":(\d+)/.exec(process.output())?.[1] ?? 0);
    assert.ok(start === 2 || waitMs >= SHORTEST_WAIT_MS, `start ${start} waits ${waitMs} ms`);
  }
  const requests = world.simulator.requests.list().length;
  assert.ok(requests <= MOST_REQUESTS, `${requests} requests`);

  await crash.freeLease();
  const waiting = crash.start({});
  await until('it waits', () => Promise.resolve(WAITS.test(waiting.output())));
  await world.cluster.cluster.delete(CONNECTION);
  await world.configure();
  const isPairedAnew = () => Promise.resolve(world.simulator.certificates.list().length === 2);
  await until('a new token does not wait', isPairedAnew, NEW_TOKEN_WITHIN_MS);
  waiting.stop();
  assert.equal((await waiting.ended).code, 0, waiting.output());
  await crash.resume();
  await until('it is synchronized', () => SCENARIOS.pairing.isDone(crash));
  await crash.checkInvariants();
  await crash.stop();
});
