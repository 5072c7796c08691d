import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '#common/clock.ts';
import { createMemoryCgroup, memoryOf, type ProcessMemory } from './process-memory.ts';
import { Rounds } from './rounds.ts';
import { judge, type Row } from './row.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, startSyncBench } from './world.ts';

const MB = 1e6;
const MIB = 1024 * 1024;
const CONTAINER_LIMIT = 96 * MIB;

/** A connected sidecar, with its own settings, some time after its first synchronization, beside a Node that does nothing. */
export async function idle(program: SidecarProgram, count: number, idleMs: number): Promise<readonly Row[]> {
  using limited = createMemoryCgroup(CONTAINER_LIMIT);
  const { cgroup } = limited;
  await using bench = await startSyncBench();
  await bench.simulator.generate(count, LANDSCAPE);
  await bench.configure();
  await using sidecar = program.start(bench.env, { cgroup });
  await new Rounds(bench, sidecar).next();
  await systemClock.sleep(idleMs);
  sidecar.assertRuns();
  const [seen, bare] = [memoryOf(sidecar.pid), await bareMemory()];
  const of = `idle with ${count} after ${idleMs / 1_000} s`;
  const row = (what: string, bytes: (memory: ProcessMemory) => number, atMost: number) =>
    judge({
      what: `${of}: ${what}`,
      figure: bytes(seen) / MB,
      unit: 'MB',
      by: { name: 'bare Node', figure: bytes(bare) / MB },
      bar: { atMost },
    });
  const rows = [row('RSS', ({ rss }) => rss, 75), row('anonymous memory', ({ anonymous }) => anonymous, 24)];
  if (!cgroup) {
    process.stderr.write(`the working set is left out: ${limited.why}\n`);
    return rows;
  }
  const figure = cgroup.workingSet() / MIB;
  const by = { name: 'bare Node, anonymous', figure: bare.anonymous / MIB };
  return [...rows, judge({ what: `${of}: working set`, figure, unit: 'MiB', by, bar: { atMost: 28 } })];
}

const BARE_MS = 2_000;

async function bareMemory(): Promise<ProcessMemory> {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await systemClock.sleep(BARE_MS);
  const memory = memoryOf(child.pid ?? 0);
  child.kill();
  await once(child, 'exit');
  return memory;
}
