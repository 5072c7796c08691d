import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { QUICK_ROUNDS, Rounds } from './rounds.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, type SyncBench, startSyncBench } from './world.ts';

const QUIET_ROUNDS = 5;
const MOST_LINES = 40;

/** Where the sidecar's time goes in a first synchronization, and after a restart in rounds that change nothing: as text. */
export async function profile(program: SidecarProgram, count: number): Promise<string> {
  await using bench = await startSyncBench();
  await bench.simulator.generate(count, LANDSCAPE);
  await bench.configure();
  const first = await profiled(bench, program, 'first', 1);
  const quiet = await profiled(bench, program, 'no-change', 1 + QUIET_ROUNDS);
  return [
    `First synchronization of ${count}, by the time of each function itself:`,
    ...first,
    '',
    `Restart and ${QUIET_ROUNDS} rounds that change nothing:`,
    ...quiet,
    '',
  ].join('\n');
}

async function profiled(bench: SyncBench, program: SidecarProgram, name: string, rounds: number): Promise<string[]> {
  const folder = join(bench.folder, name);
  const flags = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=500'];
  const env = { ...bench.env, ...QUICK_ROUNDS, APP_CONTROLLER_SYNC_PERIOD: '1s' };
  const sidecar = program.start(env, { flags });
  const seen = new Rounds(bench, sidecar);
  for (let round = 0; round < rounds; round++) await seen.next();
  await sidecar.stop();
  const [file = ''] = await readdir(folder);
  return lines(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile);
}

/** As V8 writes it; times in microseconds. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const WAITING = '(idle)';

function lines({ nodes, samples, timeDeltas }: CpuProfile): string[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const byFunction = new Map<string, number>();
  const byFile = new Map<string, number>();
  let totalUs = 0;
  for (const [index, id] of samples.entries()) {
    const tookUs = timeDeltas[index] ?? 0;
    const { text, file } = names.get(id) ?? { text: '?', file: '?' };
    if (text === WAITING) continue;
    totalUs += tookUs;
    byFunction.set(text, (byFunction.get(text) ?? 0) + tookUs);
    byFile.set(file, (byFile.get(file) ?? 0) + tookUs);
  }
  const shares = (times: ReadonlyMap<string, number>) =>
    [...times]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, MOST_LINES)
      .map(([what, us]) => `${((us / totalUs) * 100).toFixed(1).padStart(6)} %  ${what}`);
  return [`  ${(totalUs / 1e6).toFixed(1)} s of work`, ...shares(byFile), '  by function:', ...shares(byFunction)];
}

function nameOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): { text: string; file: string } {
  if (functionName.startsWith('(') && url === '') return { text: functionName, file: functionName };
  const file = url === '' ? '(native)' : url.startsWith('node:') ? url : basename(url);
  return { text: `${functionName || '(anonymous)'} ${file}`, file };
}
