import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { containerRun } from '../../sidecar/deploy/container-run.ts';
import { buildCrashProgram } from './crash-program.ts';
import { startCrashWorld } from './crash-world.ts';
import { applicationsOf, SCENARIOS } from './scenarios.ts';

/** As in the container, no threads of V8's own: one of them may meet the end of the memory by another of V8's checks. */
const SMALL_HEAP = ['--max-old-space-size=14', '--max-semi-space-size=1', '--v8-pool-size=0'];
const LARGE = 120;
const LARGE_BYTES = 60_000;

test('P20: what dies of a listing that is too large for its memory loses nothing, and goes on with more of it', async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  const { landscape } = crash.world.simulator;
  await SCENARIOS.pairing.prepare(crash);
  await crash.resume();
  await until('the base is synchronized', () => SCENARIOS.pairing.isDone(crash));
  await crash.stop();
  for (let number = 0; number < LARGE; number++) {
    landscape.createApplication({ name: `large-${number}`, description: 'x'.repeat(LARGE_BYTES) });
  }
  const listed = crash.world.count('director', 'applicationsForRuntime');
  const process = crash.start({ flags: SMALL_HEAP });
  const { signal } = await process.ended;
  assert.equal(signal, 'SIGABRT', process.output());
  assert.match(process.output(), /heap out of memory/);
  assert.ok(crash.world.count('director', 'applicationsForRuntime') > listed, 'it died before it listed');
  await crash.resume();
  const names = landscape.applications().map(({ name }) => name);
  await until('all are there', async () => {
    const present = new Set((await applicationsOf(crash)).map(({ metadata }) => metadata.name));
    return names.every((name) => present.has(name));
  });
  await crash.checkInvariants();
  await crash.stop();
});

const MANY = 5_000;
const IN_CI = (process.env['COMPASS_CRASH_RUNS'] ?? '') !== '';

test('P20: 5,000 Applications fit into the memory of the container', {
  skip: !IN_CI && 'npm run test:crash runs it',
}, async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  await SCENARIOS.pairing.prepare(crash);
  const { landscape } = crash.world.simulator;
  for (let number = 1; number < MANY; number++) landscape.createApplication({ name: `app-${number}` });
  const process = crash.start({ flags: (await containerRun()).flags });
  await crash.sees('all are synchronized', ({ status }) => status?.connectionState === 'Synchronized', 150_000);
  process.stop();
  assert.equal((await process.ended).code, 0, process.output());
});
