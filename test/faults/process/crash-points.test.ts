import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { buildCrashProgram, type CrashProgram } from './crash-program.ts';
import { type CrashWorld, startCrashWorld } from './crash-world.ts';
import { dieAt, goOn, lostIn } from './die.ts';
import { rowsOfPoint, windowOf } from './pairing-rows.ts';
import { isRead } from './point-names.ts';
import { type Boundary, boundariesOf, notPassed, readCommitted, withoutPoint } from './points.ts';
import { SCENARIO_NAMES, SCENARIOS } from './scenarios.ts';
import { share } from './share.ts';
import { trace } from './trace.ts';

/** How many worlds die at the same time. */
const WORLDS = 4;
/** With `npm run test:crash` every point is died at so often; without, each time another tenth of the points once. */
const RUNS = Number(process.env['COMPASS_CRASH_RUNS'] ?? 0);

const SHARE = 10;

const committed = readCommitted();

async function everyCallHasItsPoint(t: TestContext, program: CrashProgram): Promise<void> {
  const crash = await startCrashWorld(t, program);
  for (const name of SCENARIO_NAMES) {
    const traced = await trace(crash, program, SCENARIOS[name]);
    const hint = `of ${name}: run npm run crash:points, and look at what it changes in points.json`;
    assert.deepEqual(withoutPoint(traced, name, committed), [], `calls without a point ${hint}`);
    assert.deepEqual(notPassed(traced, committed[name]), [], `points without a call ${hint}`);
    await crash.resume();
  }
  await crash.stop();
}

/** Between two reads nothing happens, so that each of its names is enough. */
function runsOf({ points, isBeside }: Boundary): number {
  if (isBeside) return 1;
  const isQuiet = points.every((point) => isRead(point.replace(/^(before|after) /, '')));
  return Math.max(1, isQuiet ? Math.min(RUNS, points.length) : RUNS);
}

async function dieOnce(crash: CrashWorld, { scenario: name, points, isBeside }: Boundary, run: number): Promise<void> {
  const scenario = SCENARIOS[name];
  await dieAt(crash, scenario, points[run % points.length] ?? '', !isBeside);
  const lost = name === 'pairing' ? await lostIn(crash) : undefined;
  const expected = name === 'pairing' ? windowOf(committed.pairing.calls, points) : undefined;
  if (!isBeside) assert.equal(lost, expected, 'a token is lost in W1 and W2 only');
  await goOn(crash, scenario, lost);
}

/** Takes one boundary after the other, in a world that lasts until something in it fails. */
async function work(t: TestContext, program: CrashProgram, boundaries: Boundary[], first: number): Promise<void> {
  let crash: CrashWorld | undefined;
  for (let boundary = boundaries.shift(); boundary; boundary = boundaries.shift()) {
    const taken = boundary;
    const name = `${rowsOfPoint(committed, taken).join(', ')}: a ${taken.scenario} that dies ${taken.points.join(' / ')} goes on`;
    await t.test(name, async () => {
      const world = crash ?? (await startCrashWorld(t, program));
      crash = undefined;
      for (let run = 0; run < runsOf(taken); run++) await dieOnce(world, taken, first + run);
      crash = world;
    });
  }
  await crash?.stop();
}

/** Each point's own test names its row: which of them have run is told by nothing else. */
test('whatever the point it dies at, it goes on', {
  concurrency: WORLDS,
}, async (t) => {
  const program = await buildCrashProgram(t);
  await t.test('every call of a pairing, a renewal and a synchronization has its point', () =>
    everyCallHasItsPoint(t, program),
  );
  const all = SCENARIO_NAMES.flatMap((name) => boundariesOf(name, committed[name]));
  const seed = Number(process.env['COMPASS_CRASH_SEED'] ?? Date.now() % 1000);
  const boundaries = RUNS > 0 ? all : share(all, SHARE, seed);
  t.diagnostic(`${boundaries.length} of ${all.length} boundaries; COMPASS_CRASH_SEED=${seed} takes the same`);
  await Promise.all(Array.from({ length: WORLDS }, () => work(t, program, boundaries, seed)));
});
