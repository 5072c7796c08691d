import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coldStart } from './sync/cold-start.ts';
import { first } from './sync/first.ts';
import { idle } from './sync/idle.ts';
import { inCgroup } from './sync/in-cgroup.ts';
import { noChange } from './sync/no-change.ts';
import { type Row, table } from './sync/row.ts';
import { buildSidecar, type SidecarProgram } from './sync/sidecar-program.ts';
import { growth, memory, Sizes } from './sync/sizes.ts';

/** What the cases share. */
interface Bench {
  readonly program: SidecarProgram;
  readonly sizes: Sizes;
  /** So many of the Applications that a case is about: for trying it out. */
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

const folder = await mkdtemp(join(tmpdir(), 'compass-bench-'));
const scale = Number(process.env['BENCH_SCALE'] ?? 1);
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(CASES);
const program = await buildSidecar(folder);
const bench: Bench = { program, sizes: new Sizes(program), scaled: (count) => Math.ceil(count * scale) };
const rows: Row[] = [];
for (const name of names) {
  const run = CASES[name];
  if (!run) throw new Error(`there is no case ${name}: ${Object.keys(CASES).join(', ')}`);
  rows.push(...(await run(bench)));
}
process.stdout.write(table(rows));
await rm(folder, { recursive: true });
process.exitCode = rows.every(({ ok }) => ok !== false) ? 0 : 1;
