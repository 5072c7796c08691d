import { createMemoryCgroup, type MemoryCgroup } from './process-memory.ts';
import { QUICK_ROUNDS, Rounds } from './rounds.ts';
import { judge, type Row } from './row.ts';
import type { RunningSidecar, SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, type SyncBench, startSyncBench } from './world.ts';

const MIB = 1024 * 1024;
/** What the container may have. */
const LIMIT_MIB = 96;

/** A first synchronization in a memory cgroup with the container's limit, and a restart that finds all of it present. */
export async function inCgroup(program: SidecarProgram, count: number): Promise<readonly Row[]> {
  using first = createMemoryCgroup(LIMIT_MIB * MIB);
  using again = createMemoryCgroup(LIMIT_MIB * MIB);
  if (!first.cgroup || !again.cgroup) {
    process.stderr.write(`the case cgroup is left out: ${first.why}\n`);
    return [];
  }
  await using bench = await startSyncBench();
  await bench.simulator.generate(count, LANDSCAPE);
  await bench.configure();
  const afterFirst = await oneRun(bench, program, first.cgroup, 'created', count);
  const afterRestart = await oneRun(bench, program, again.cgroup, 'unchanged', count);
  const wrong = await bench.differences();
  return [
    ...rowsOf(`first sync of ${count}`, afterFirst),
    ...rowsOf(`restart with ${count} present`, afterRestart),
    judge({
      what: `in ${LIMIT_MIB} MiB: differences that the checker finds`,
      figure: wrong.length,
      unit: 'differences',
      bar: { exactly: 0 },
    }),
  ];
}

interface Charged {
  readonly peakMib: number;
  readonly workingSetMib: number;
  readonly kills: number;
}

async function oneRun(
  bench: SyncBench,
  program: SidecarProgram,
  cgroup: MemoryCgroup,
  counted: 'created' | 'unchanged',
  count: number,
): Promise<Charged> {
  await using sidecar: RunningSidecar = program.start({ ...bench.env, ...QUICK_ROUNDS }, { cgroup });
  const { line } = await new Rounds(bench, sidecar).next();
  if (line[counted] !== count) throw new Error(`not all were ${counted}: ${JSON.stringify(line)}`);
  return { peakMib: cgroup.peak() / MIB, workingSetMib: cgroup.workingSet() / MIB, kills: cgroup.kills() };
}

function rowsOf(what: string, { peakMib, workingSetMib, kills }: Charged): Row[] {
  const by = { name: 'the limit', figure: LIMIT_MIB };
  const inLimit = `in ${LIMIT_MIB} MiB, ${what}`;
  return [
    judge({ what: `${inLimit}: peak, with page cache`, figure: peakMib, unit: 'MiB', by, bar: { atMost: LIMIT_MIB } }),
    judge({ what: `${inLimit}: working set after it`, figure: workingSetMib, unit: 'MiB', by }),
    judge({ what: `${inLimit}: kills`, figure: kills, unit: 'kills', bar: { exactly: 0 } }),
  ];
}
