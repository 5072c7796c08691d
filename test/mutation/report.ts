import type { Result } from './trial.ts';

/** Why mutants survive that no test should kill: they change nothing, or only speed, memory or what is logged. */
export interface Explanation {
  readonly because: string;
  /** Their names, as the report prints them. */
  readonly mutants: readonly string[];
}

export interface Verdict {
  readonly unexplained: readonly Result[];
  /** Explanations of what does not survive, or is no more. */
  readonly stale: readonly string[];
  readonly isGood: boolean;
}

const LEAST_SCORE = 0.85;

export function judge(results: readonly Result[], explained: readonly Explanation[]): Verdict {
  const survivors = results.filter(({ killedBy }) => killedBy === undefined);
  const alive = new Set(survivors.map(({ mutant }) => mutant.name));
  const files = new Set(results.map(({ mutant }) => mutant.file));
  const names = explained.flatMap(({ mutants }) => mutants);
  const stale = names.filter((name) => !alive.has(name) && files.has(name.split(' ')[0] ?? ''));
  const unexplained = survivors.filter(({ mutant }) => !names.includes(mutant.name));
  const isGood = stale.length === 0 && unexplained.length === 0 && scoreOf(results) >= LEAST_SCORE;
  return { unexplained, stale, isGood };
}

function scoreOf(results: readonly Result[]): number {
  return results.filter(({ killedBy }) => killedBy !== undefined).length / results.length;
}

/** Survivors, then the score of each file and of all. Explained survivors count as survivors. */
export function reportLines(results: readonly Result[], { unexplained, stale }: Verdict): string[] {
  const byFile = Map.groupBy(results, ({ mutant }) => mutant.file);
  const row = (name: string, of: readonly Result[]) => {
    const killed = of.filter(({ killedBy }) => killedBy !== undefined).length;
    const slow = of.filter(({ killedBy }) => killedBy?.startsWith('timeout')).length;
    const score = `${(100 * scoreOf(of)).toFixed(1)} %`.padStart(8);
    return `${score}  ${String(killed).padStart(4)} of ${String(of.length).padStart(4)}, ${slow} by timeout  ${name}`;
  };
  const folders = Map.groupBy(results, ({ mutant }) => mutant.file.replace(/\/[^/]*$/, '/'));
  return [
    ...unexplained.map(({ mutant: { file, line, name } }) => `${file}:${line}  ${name.slice(file.length + 1)}`),
    ...stale.map((name) => `explained, but no survivor: ${name}`),
    ...[...byFile].map(([file, of]) => row(file, of)),
    ...[...folders].map(([folder, of]) => row(folder, of)),
    row(`all; ${unexplained.length} survivors unexplained`, results),
  ];
}
