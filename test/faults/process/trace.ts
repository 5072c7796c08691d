import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../cluster/until.ts';
import type { CrashProgram } from './crash-program.ts';
import type { CrashWorld } from './crash-world.ts';
import { callsOf, type ScenarioCalls } from './points.ts';
import type { Scenario } from './scenarios.ts';

/** As long as this nothing but the Lease moves in a process that is at rest. */
const QUIET_MS = 700;

let traces = 0;

/** Runs a scenario to its end in a process that writes down its calls. The world is left at rest, with nothing running. */
export async function trace(crash: CrashWorld, program: CrashProgram, scenario: Scenario): Promise<ScenarioCalls> {
  traces += 1;
  const { jumpAt } = scenario;
  const traceFile = join(program.folder, `trace-${traces}`);
  await scenario.prepare(crash);
  const process = crash.start({ traceFile, jumpAt });
  await until(
    () => `${scenario.name} is done\n${process.output()}`,
    () => scenario.isDone(crash),
  );
  await until('it is at rest', async () => Date.now() - (await stat(traceFile)).mtimeMs > QUIET_MS);
  const traced = await readFile(traceFile, 'utf8');
  // An end of its own accord keeps what was compiled, so that those that are killed start quicker.
  process.stop();
  await process.ended;
  return callsOf(traced, jumpAt);
}
