import { hash } from 'node:crypto';
import { globSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instrument, type Mutant } from './instrument.ts';
import { type Explanation, judge, reportLines } from './report.ts';
import { TARGETS } from './targets.ts';
import { type Result, tryAll } from './trial.ts';

/**
 * Mutation testing: `npm run test:mutation [-- --again] [-- PATH…]`, with paths (as they begin) of sources or names of targets.
 * `--again` tries only what survived last time, where the source is still the same; `--quick` runs the quick tests only;
 * `--sample=5` tries each fifth. COMPASS_MUTATION_BUDGET_MS, of tests for
 * one mutant, is 10,000 unless set: less is quicker, and finds less.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/mutation.json');
const [wanted, flags] = [false, true].map((isFlag) =>
  process.argv.slice(2).filter((arg) => arg.startsWith('--') === isFlag),
);
const sample = Number(flags?.find((flag) => flag.startsWith('--sample='))?.slice('--sample='.length) ?? 1);
const tell = (line: string) => process.stderr.write(`${line}\n`);

interface Known {
  readonly killedBy: string;
  readonly source: string;
}

const explained = JSON.parse(await readFile(new URL('explained.json', import.meta.url), 'utf8')) as Explanation[];
const readKnown = async (): Promise<Record<string, Known>> =>
  JSON.parse(await readFile(CACHE, 'utf8').catch(() => '{}'));
const known = await readKnown();
const tree = await mkdtemp(join(tmpdir(), 'mutation-'));
try {
  await cp(ROOT, tree, { recursive: true, filter: (path) => !/\/(?:node_modules|\.git|dist)$/.test(path) });
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  const results: Result[] = [];
  const hashes = new Map<string, string>();
  let next = 1;
  for (const { name, sources, tests, more = [] } of TARGETS) {
    const all: Mutant[] = [];
    for (const file of globSync([...sources], { cwd: ROOT }).toSorted()) {
      const source = await readFile(join(ROOT, file), 'utf8');
      const { text, mutants } = instrument(file, source, next);
      hashes.set(file, hash('sha256', source));
      next += mutants.length;
      all.push(...mutants);
      await writeFile(join(tree, file), text);
    }
    const chosen = all.filter(
      ({ file, id }) =>
        id % sample === 0 && (!wanted?.length || wanted.some((want) => want === name || file.startsWith(want))),
    );
    if (chosen.length === 0) continue;
    tell(`${name}: ${chosen.length} mutants`);
    const isKnown = (one: Mutant) => flags?.includes('--again') && known[one.name]?.source === hashes.get(one.file);
    for (const mutant of chosen.filter(isKnown)) {
      results.push({ mutant, killedBy: known[mutant.name]?.killedBy });
    }
    let left = chosen.filter((one) => !isKnown(one));
    for (const globs of flags?.includes('--quick') ? [tests] : [tests, more]) {
      const files = globSync([...globs], { cwd: ROOT }).toSorted();
      if (left.length === 0 || files.length === 0) continue;
      const tried = await tryAll(tree, files, left, all, tell);
      left = tried.filter(({ killedBy }) => killedBy === undefined).map(({ mutant }) => mutant);
      const missed = new Set(left);
      results.push(...tried.filter(({ mutant }) => !missed.has(mutant)));
    }
    results.push(...left.map((mutant) => ({ mutant, killedBy: undefined })));
  }
  // Read again: another run, about other sources, may have ended meanwhile.
  const after = await readKnown();
  for (const { mutant, killedBy } of results) {
    if (killedBy === undefined) delete after[mutant.name];
    else after[mutant.name] = { killedBy, source: hashes.get(mutant.file) ?? '' };
  }
  await mkdir(join(ROOT, 'node_modules/.cache'), { recursive: true });
  await writeFile(CACHE, JSON.stringify(after));
  const verdict = judge(results, explained);
  process.stdout.write(`${reportLines(results, verdict).join('\n')}\n`);
  process.exitCode = verdict.isGood ? 0 : 1;
} finally {
  await rm(tree, { recursive: true, force: true });
}
