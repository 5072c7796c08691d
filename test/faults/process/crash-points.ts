import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { buildCrashProgram } from './crash-program.ts';
import { startCrashWorld } from './crash-world.ts';
import type { ScenarioCalls } from './points.ts';
import { SCENARIO_NAMES, SCENARIOS } from './scenarios.ts';
import { trace } from './trace.ts';

/** `npm run crash:points`: writes points.json anew, from three traced runs of each scenario. Look at the difference before it is committed. */
const TRACES = 3;

test('the points of each scenario are written down', async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  const written: Record<string, ScenarioCalls> = {};
  for (const name of SCENARIO_NAMES) {
    const traced: ScenarioCalls[] = [];
    while (traced.length < TRACES) {
      traced.push(await trace(crash, program, SCENARIOS[name]));
      await crash.resume();
    }
    const isInAll = (of: (one: ScenarioCalls) => readonly string[]) => (call: string) =>
      traced.every((one) => of(one).includes(call));
    const [first = { calls: [], beside: [] }] = traced;
    const calls = first.calls.filter(isInAll((one) => one.calls));
    for (const [at, one] of traced.entries()) {
      const others = one.calls.filter((call) => !calls.includes(call));
      if (others.length > 0) t.diagnostic(`${name}, run ${at}: ${others.join(', ')} is not in every run`);
    }
    written[name] = { calls, beside: first.beside.filter(isInAll((one) => one.beside)).toSorted() };
  }
  await crash.stop();
  await writeFile(new URL('points.json', import.meta.url), `${JSON.stringify(written, undefined, 2)}\n`);
});
