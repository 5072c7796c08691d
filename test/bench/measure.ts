import { spawnSync } from 'node:child_process';
import { median } from './median.ts';

/** One command line whose time counts. */
export interface Case {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

/** How long each case took, in milliseconds: the median of its runs. */
export type Medians = Readonly<Record<string, number>>;

/**
 * Runs the cases in turn, round by round, so that whatever else the machine does falls on all of them alike. Throws where
 * one does not end with exit code 0: what fails is quick.
 */
export function measure(cases: readonly Case[], rounds: number, env: NodeJS.ProcessEnv): Medians {
  const times = new Map<string, number[]>(cases.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, command } of cases) {
      const tookMs = run(command, env);
      // The first round fills the caches.
      if (round >= 0) times.get(name)?.push(tookMs);
    }
  }
  return Object.fromEntries([...times].map(([name, all]) => [name, median(all)]));
}

function run([program, ...args]: Case['command'], env: NodeJS.ProcessEnv): number {
  const startMs = performance.now();
  const { status, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8' });
  const tookMs = performance.now() - startMs;
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? `exit code ${status}: ${stderr}`}`);
  return tookMs;
}
