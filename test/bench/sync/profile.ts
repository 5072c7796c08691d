import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { QUICK_ROUNDS, Rounds } from './rounds.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, type SyncBench, startSyncBench } from './world.ts';

const QUIET_ROUNDS = 10;
const MOST_LINES = 30;

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
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

const WAITING = '(idle)';
const OWN = / (main|program)\.js$/;

function lines(profile: CpuProfile): string[] {
  const own = selfTimes(profile);
  const totalUs = [...own.values()].reduce((sum, us) => sum + us, 0);
  const byFile = grouped(profile.nodes, own, fileOf);
  const byFunction = grouped(profile.nodes, own, nameOf);
  const whole = grouped(profile.nodes, wholeTimes(profile.nodes, own), nameOf);
  const ofOurs = new Map([...whole].filter(([name]) => OWN.test(name)));
  const shares = (times: ReadonlyMap<string, number>, title: string) => [
    `  ${title}`,
    ...[...times]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, MOST_LINES)
      .map(([what, us]) => `${((us / totalUs) * 100).toFixed(1).padStart(6)} %  ${what}`),
  ];
  return [
    ...shares(byFile, `by file, of ${(totalUs / 1e6).toFixed(1)} s:`),
    ...shares(byFunction, 'by function:'),
    ...shares(ofOurs, 'our functions, each with all that it calls:'),
  ];
}

/** How long each node ran itself, by its id; what waits is left out. */
function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): ReadonlyMap<number, number> {
  const waiting = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === WAITING).map(({ id }) => id));
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    if (!waiting.has(id)) times.set(id, (times.get(id) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}

/** With what a node calls; a function that calls itself counts once, at its outermost. */
function wholeTimes(nodes: readonly Node[], own: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map<number, number>();
  const visit = (id: number, callers: readonly string[]): number => {
    const node = byId.get(id);
    if (!node) return 0;
    const name = nameOf(node);
    const below = (node.children ?? []).map((child) => visit(child, [...callers, name]));
    const us = below.reduce((sum, part) => sum + part, own.get(id) ?? 0);
    if (!callers.includes(name)) times.set(id, us);
    return us;
  };
  const [root] = nodes;
  if (root) visit(root.id, []);
  return times;
}

function grouped(
  nodes: readonly Node[],
  times: ReadonlyMap<number, number>,
  keyOf: (node: Node) => string,
): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const node of nodes) sums.set(keyOf(node), (sums.get(keyOf(node)) ?? 0) + (times.get(node.id) ?? 0));
  return sums;
}

function fileOf({ callFrame: { functionName, url } }: Node): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  return url.startsWith('node:') ? url : basename(url);
}

function nameOf(node: Node): string {
  const { functionName } = node.callFrame;
  const file = fileOf(node);
  return functionName === file ? file : `${functionName || '(anonymous)'} ${file}`;
}
