import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { buildCrashProgram } from './crash-program.ts';
import { type CrashWorld, startCrashWorld } from './crash-world.ts';
import { goOn, lostIn } from './die.ts';
import { boundariesOf, readCommitted } from './points.ts';
import { SCENARIO_NAMES, SCENARIOS, type ScenarioName } from './scenarios.ts';
import { share } from './share.ts';

/** Every point once with `npm run test:crash`; without, each time another share of them. */
const RUNS = Number(process.env['COMPASS_CRASH_RUNS'] ?? 0);
const SHARE = 12;

const committed = readCommitted();

async function stopAt(crash: CrashWorld, name: ScenarioName, termAt: string): Promise<void> {
  const scenario = SCENARIOS[name];
  await scenario.prepare(crash);
  const process = crash.start({ termAt, jumpAt: scenario.jumpAt });
  const { code } = await process.ended;
  assert.equal(code, 0, `stopped at ${termAt}\n${process.output()}`);
  assert.equal(await lostIn(crash), undefined, 'what a token gave was not stored');
  await goOn(crash, scenario, undefined);
}

test('P19: a SIGTERM at whichever point costs no token, and another process goes on', {
  concurrency: 2,
}, async (t) => {
  const program = await buildCrashProgram(t);
  const all = SCENARIO_NAMES.flatMap((name) =>
    boundariesOf(name, committed[name])
      .filter(({ isBeside }) => !isBeside)
      .map(({ points }) => ({ name, point: points[0] ?? '' })),
  );
  const seed = Number(process.env['COMPASS_CRASH_SEED'] ?? Date.now() % 1000);
  const points = RUNS > 0 ? all : share(all, SHARE, seed);
  t.diagnostic(`${points.length} of ${all.length} points; COMPASS_CRASH_SEED=${seed} takes the same`);
  const work = async () => {
    const crash = await startCrashWorld(t, program);
    for (let next = points.shift(); next; next = points.shift()) {
      const { name, point } = next;
      await t.test(`P19: a ${name} that is stopped ${point} goes on`, () => stopAt(crash, name, point));
    }
    await crash.stop();
  };
  await Promise.all([work(), work()]);
});

test('P19: a token call that is under way is waited for and stored, and a listing is cut short', async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  const { simulator } = crash.world;
  const slowly = async (operation: string, delayMs: number) => {
    await SCENARIOS.pairing.prepare(crash);
    simulator.faults.add({ operation, delayMs });
    const process = crash.start({});
    const isUnderWay = () => simulator.faults.list().some(({ matched }) => matched > 0);
    await until(`${operation} is under way`, () => Promise.resolve(isUnderWay()));
    const startMs = performance.now();
    process.stop();
    const { code } = await process.ended;
    assert.equal(code, 0, process.output());
    simulator.faults.clear();
    return performance.now() - startMs;
  };
  for (const operation of ['configuration', 'signCertificateSigningRequest']) {
    assert.ok((await slowly(operation, 2_000)) > 1_500, `${operation} was not waited for`);
    assert.equal(await lostIn(crash), undefined);
    await goOn(crash, SCENARIOS.pairing, undefined);
  }
  assert.ok((await slowly('applicationsForRuntime', 20_000)) < 10_000, 'the listing was waited for');
  await goOn(crash, SCENARIOS.pairing, undefined);
  await crash.stop();
});
