import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { coldStart } from './sync/cold-start.ts';
import { first } from './sync/first.ts';
import { idle } from './sync/idle.ts';
import { inCgroup } from './sync/in-cgroup.ts';
import { noChange } from './sync/no-change.ts';
import { profile } from './sync/profile.ts';
import { type Row, table } from './sync/row.ts';
import { buildSidecar, type SidecarProgram } from './sync/sidecar-program.ts';
import { growth, memory, Sizes } from './sync/sizes.ts';

/** What the cases share. */
interface Bench {
  readonly program: SidecarProgram;
  readonly sizes: Sizes;
  /** So much of what a case is about: BENCH_SCALE=0.05 tries the benchmark out, and its figures say nothing. */
  scaled(count: number): number;
}

const IDLE_MS = 120_000;

/** In the order in which they run. */
const CASES: Readonly<Record<string, (bench: Bench) => Promise<readonly Row[]>>> = {
  first: ({ program, scaled }) => first(program, scaled(2_000)),
  'no-change': ({ program, scaled }) => noChange(program, scaled(5_000)),
  memory: ({ sizes, scaled }) => memory(sizes, scaled(10_000), 100),
  growth: ({ sizes, scaled }) => growth(sizes, scaled(10_000), scaled(1_000)),
  idle: ({ program, scaled }) => idle(program, scaled(1_000), scaled(IDLE_MS)),
  'cold-start': ({ program }) => coldStart(program),
  cgroup: ({ program, scaled }) => inCgroup(program, scaled(10_000)),
};

/** Asked for by name only. */
const PROFILE = 'profile';

async function measured(names: readonly string[], bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of names) {
    const startMs = performance.now();
    if (name === PROFILE) process.stdout.write(await profile(bench.program, bench.scaled(2_000)));
    const found = (await CASES[name]?.(bench)) ?? [];
    rows.push(...found);
    const tookS = (performance.now() - startMs) / 1_000;
    process.stderr.write(`${name}, in ${tookS.toFixed(0)} s:\n${found.length > 0 ? table(found) : ''}`);
  }
  return rows;
}

function machine(): object {
  const [cpu] = cpus();
  return {
    node: process.version,
    kernel: release(),
    cpu: cpu?.model,
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 1024 ** 3),
  };
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CASES);
const unknown = names.find((name) => !(name in CASES || name === PROFILE));
if (unknown !== undefined)
  throw new Error(`there is no case ${unknown}: ${[...Object.keys(CASES), PROFILE].join(', ')}`);
const scale = Number(process.env['BENCH_SCALE'] ?? 1);
const folder = await mkdtemp(join(tmpdir(), 'compass-bench-'));
const program = await buildSidecar(folder);
const scaled = (count: number) => Math.ceil(count * scale);
const rows = await measured(names, { program, sizes: new Sizes(program), scaled });
await rm(folder, { recursive: true });
if (rows.length > 0) {
  process.stdout.write(table(rows));
  process.stdout.write(`${JSON.stringify({ time: new Date(), machine: machine(), scale, rows })}\n`);
}
process.exitCode = rows.every(({ ok }) => ok !== false) ? 0 : 1;
