import { availableParallelism } from 'node:os';
import { Worker } from './crew.ts';
import type { Mutant } from './instrument.ts';

export interface Result {
  readonly mutant: Mutant;
  /** The test that failed, or how else it was noticed; undefined where it survived. */
  readonly killedBy: string | undefined;
}

/** Tests that are run for one mutant take no more processor time than this in a clean run; what they miss counts as missed. */
const budgetMs = Number(process.env['COMPASS_MUTATION_BUDGET_MS'] ?? 10_000);
const LONGEST_CLEAN_TEST_MS = 120_000;
const limitFor = (cleanMs: number) => 3000 + 5 * cleanMs;
/** Whoever is late once may have been kept waiting by what else the machine does. */
const SECOND_LIMIT = 4;

interface Trace {
  readonly cleanMs: Map<string, number>;
  readonly cpuMs: Map<string, number>;
  /** The tests that pass each mutant's place. */
  readonly reachedBy: Map<number, string[]>;
}

/** Puts each mutant to the tests that reach it, quickest first, until one fails. */
export async function tryAll(
  tree: string,
  tests: readonly string[],
  mutants: readonly Mutant[],
  all: readonly Mutant[],
  tell: (line: string) => void,
): Promise<Result[]> {
  const crew = Array.from({ length: availableParallelism() }, () => new Worker(tree, tests));
  try {
    const trace = await traceTests(crew, tell);
    const results: Result[] = [];
    const recent = new Map<string, string>();
    // Those that need a process of their own come last.
    const ordered = mutants.toSorted((one, other) => Number(one.isStatic) - Number(other.isStatic));
    await share(crew, ordered, async (worker, mutant) => {
      const atLoad = mutant.isStatic || !trace.reachedBy.has(mutant.id);
      const ids = atLoad ? all.filter(({ file }) => file === mutant.file).map(({ id }) => id) : [mutant.id];
      const reaching = [...new Set(ids.flatMap((id) => trace.reachedBy.get(id) ?? []))];
      // Nothing of a module that only declares is passed while tests run: any of them may depend on it.
      const candidates = reaching.length === 0 && mutant.isStatic ? [...trace.cleanMs.keys()] : reaching;
      const chosen = choose(candidates, trace.cpuMs, recent.get(mutant.file));
      if (chosen.length === 0) return void results.push({ mutant, killedBy: undefined });
      const killedBy = await tryOne(worker, mutant.id, chosen, trace, atLoad);
      const killer = chosen.find((test) => killedBy?.test === test);
      if (killer !== undefined) recent.set(mutant.file, killer);
      results.push({ mutant, killedBy: killedBy?.how });
      if (results.length % 50 === 0) tell(`${results.length} of ${mutants.length} mutants`);
    });
    return results;
  } finally {
    for (const worker of crew) worker.stop();
  }
}

async function traceTests(crew: readonly Worker[], tell: (line: string) => void): Promise<Trace> {
  const [first] = await Promise.all(crew.map((worker) => worker.start()));
  const keys = first ?? [];
  const trace: Trace = { cleanMs: new Map(), cpuMs: new Map(), reachedBy: new Map() };
  await share(crew, keys, async (worker, test) => {
    const outcome = await worker.run({ mutant: 0, tests: [test] }, () => LONGEST_CLEAN_TEST_MS);
    if (outcome.killedBy !== undefined) return tell(`left out, it fails without a mutant: ${outcome.killedBy}`);
    trace.cleanMs.set(test, outcome.tookMs);
    trace.cpuMs.set(test, outcome.cpuMs);
    for (const id of outcome.reached) trace.reachedBy.set(id, [...(trace.reachedBy.get(id) ?? []), test]);
  });
  tell(`${trace.cleanMs.size} of ${keys.length} tests traced`);
  return trace;
}

function choose(tests: readonly string[], cpuMs: ReadonlyMap<string, number>, first: string | undefined): string[] {
  const cost = (test: string) => (test === first ? 0 : (cpuMs.get(test) ?? 0));
  let spentMs = 0;
  return tests
    .toSorted((one, other) => cost(one) - cost(other))
    .filter((test, index) => {
      spentMs += cost(test);
      return index === 0 || spentMs <= budgetMs;
    });
}

async function tryOne(
  worker: Worker,
  mutant: number,
  tests: readonly string[],
  { cleanMs }: Trace,
  atLoad: boolean,
): Promise<{ readonly how: string; readonly test: string | undefined } | undefined> {
  const limit = (test: string) => limitFor(cleanMs.get(test) ?? 0);
  const tryAgain = async (late = tests[0] ?? '') => {
    const rest = tests.slice(tests.indexOf(late));
    if (atLoad) await worker.start(mutant, rest);
    return worker.run({ mutant, tests: rest }, (test) => SECOND_LIMIT * limit(test));
  };
  try {
    if (atLoad) await worker.start(mutant, tests);
    const first = await worker.run({ mutant, tests }, limit);
    // It may have been ended from outside, and then says nothing.
    const ended = first.killedBy === 'exit' && !atLoad ? await worker.run({ mutant, tests }, limit) : first;
    const { killedBy, last } = ended.killedBy?.startsWith('timeout') ? await tryAgain(ended.last) : ended;
    return killedBy === undefined ? undefined : { how: killedBy, test: last };
  } catch (error) {
    return { how: String(error), test: undefined };
  } finally {
    if (atLoad) worker.stop();
  }
}

/** Each of the crew takes the next one as soon as it is free. */
async function share<T>(
  crew: readonly Worker[],
  work: readonly T[],
  act: (worker: Worker, item: T) => Promise<void>,
): Promise<void> {
  const queue = work.values();
  await Promise.all(
    crew.map(async (worker) => {
      for (const item of queue) await act(worker, item);
    }),
  );
}
