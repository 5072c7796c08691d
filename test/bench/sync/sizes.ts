import { memoryOf, type ProcessMemory } from './process-memory.ts';
import { QUICK_ROUNDS, Rounds } from './rounds.ts';
import { judge, type Row } from './row.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, startSyncBench } from './world.ts';

/** A landscape of one size, from nothing to a round that changes nothing. */
export interface SizeSeen {
  readonly count: number;
  /** How long the first synchronization took. */
  readonly firstS: number;
  /** The shortest of three rounds that changed nothing. */
  readonly quietS: number;
  /** At the end of the first synchronization. */
  readonly memory: ProcessMemory;
  /** What the checker found. */
  readonly differences: readonly string[];
}

/** Each size once in a run of the benchmark, whichever cases want it. */
export class Sizes {
  readonly #program: SidecarProgram;
  readonly #seen = new Map<number, Promise<SizeSeen>>();

  constructor(program: SidecarProgram) {
    this.#program = program;
  }

  of(count: number): Promise<SizeSeen> {
    const seen = this.#seen.get(count) ?? synchronized(this.#program, count);
    this.#seen.set(count, seen);
    return seen;
  }
}

async function synchronized(program: SidecarProgram, count: number): Promise<SizeSeen> {
  await using bench = await startSyncBench();
  await bench.simulator.generate(count, LANDSCAPE);
  await bench.configure();
  await using sidecar = program.start({ ...bench.env, ...QUICK_ROUNDS, APP_CONTROLLER_SYNC_PERIOD: '2s' });
  const rounds = new Rounds(bench, sidecar);
  const { tookS: firstS } = await rounds.next();
  const memory = memoryOf(sidecar.pid);
  const quiet = [await rounds.nextQuiet(), await rounds.nextQuiet(), await rounds.nextQuiet()];
  const quietS = Math.min(...quiet.map(({ tookS }) => tookS));
  await sidecar.stop();
  return { count, firstS, quietS, memory, differences: await bench.differences() };
}

const MB = 1e6;

/** The most memory that a first synchronization takes, of many and of few; and whether the cluster is then as it is to be. */
export async function memory(sizes: Sizes, many: number, few: number): Promise<readonly Row[]> {
  const least = await sizes.of(few);
  const most = await sizes.of(many);
  const peakMb = ({ memory: { peakRss } }: SizeSeen) => peakRss / MB;
  for (const { differences } of [least, most]) {
    for (const difference of differences.slice(0, 20)) process.stderr.write(`${difference}\n`);
  }
  return [
    judge({ what: `first sync of ${few}: peak RSS`, figure: peakMb(least), unit: 'MB' }),
    judge({
      what: `first sync of ${many}: peak RSS`,
      figure: peakMb(most),
      unit: 'MB',
      by: { name: `of ${few}`, figure: peakMb(least) },
      bar: { atMost: 110 },
    }),
    judge({
      what: `first sync of ${many}: peak RSS above that of ${few}`,
      figure: peakMb(most) - peakMb(least),
      unit: 'MB',
      by: { name: `of ${few}`, figure: peakMb(least) },
      bar: { atMost: 25 },
    }),
    judge({
      what: `first sync of ${many}: differences that the checker finds`,
      figure: most.differences.length + least.differences.length,
      unit: 'differences',
      bar: { exactly: 0 },
    }),
  ];
}

/** What an Application costs where there are many, by what it costs where there are fewer. */
export async function growth(sizes: Sizes, many: number, fewer: number): Promise<readonly Row[]> {
  const [less, more] = [await sizes.of(fewer), await sizes.of(many)];
  const row = (what: string, took: (seen: SizeSeen) => number) =>
    judge({
      what: `${what}: an Application of ${many}`,
      figure: (took(more) / many) * 1_000,
      unit: 'ms',
      by: { name: `of ${fewer}`, figure: (took(less) / fewer) * 1_000 },
      bar: { ratioAtMost: 1.2 },
    });
  return [row('growth of the first sync', ({ firstS }) => firstS), row('growth of a round', ({ quietS }) => quietS)];
}
