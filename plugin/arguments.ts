import { CompassError } from '#common/errors.ts';
import type { Flag } from './flags.ts';

/**
 * Writes the arguments so that they can be read in one way only, the way of kubectl's own parser (pflag): `-ojson`,
 * `-qo json` and `--output json` become `--output=json`, and a value may begin with a dash. `--watch false` throws Usage
 * with the two ways that work: kubectl takes that `false` for a name. Nothing after `--` is touched, nor what is not known.
 */
export function normalizeArguments(argv: readonly string[], flags: readonly Flag[]): string[] {
  return normalize(argv, flags, (word, next) => {
    refuseSeparateBoolean(word, next, flags);
    refuseSeparateChoice(word, next, flags);
  });
}

/** As normalizeArguments, and refuses nothing: of arguments that are refused already. */
export function readLeniently(argv: readonly string[], flags: readonly Flag[]): string[] {
  return normalize(argv, flags, () => undefined);
}

function normalize(
  argv: readonly string[],
  flags: readonly Flag[],
  check: (word: string, next: string | undefined) => void,
): string[] {
  const own = beforeDashes(argv);
  const normalized: string[] = [];
  for (let at = 0; at < own.length; at++) {
    const words = separate(own[at] ?? '', flags);
    const last = words.pop() ?? '';
    const next = own[at + 1];
    check(last, next);
    const bare = bareValue(last, flags);
    const isWaiting = next !== undefined && awaitsValue(last, flags);
    normalized.push(...words, isWaiting ? `${last}=${next}` : `${last}${bare ?? ''}`);
    if (isWaiting) at++;
  }
  return [...normalized, ...argv.slice(own.length)];
}

/** What follows a flag that may stand alone: it takes its value by `=` only, pflag's NoOptDefVal. */
function bareValue(word: string, flags: readonly Flag[]): string | undefined {
  const bare = flags.find(({ name }) => word === `--${name}`)?.bare;
  return bare === undefined ? undefined : `=${bare}`;
}

/** Where the words stand that are neither flags nor their values, before any `--`: their indices, in order. */
export function wordIndices(argv: readonly string[], flags: readonly Flag[]): number[] {
  const found: number[] = [];
  let valueExpected = false;
  for (const [index, word] of beforeDashes(argv).entries()) {
    if (!valueExpected && !word.startsWith('-')) found.push(index);
    valueExpected = !valueExpected && takesNext(word, flags);
  }
  return found;
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

/** Whether the next argument is the value of this one: `--output`, `-o`, `-qo`. */
export function takesNext(word: string, flags: readonly Flag[]): boolean {
  return awaitsValue(separate(word, flags).at(-1) ?? '', flags);
}

function awaitsValue(word: string, flags: readonly Flag[]): boolean {
  return flags.some(({ name, kind, bare }) => kind !== 'switch' && bare === undefined && word === `--${name}`);
}

/** The flags of one word by their long names; the last one perhaps with its value. A word that is none, or unknown, as it is. */
function separate(word: string, flags: readonly Flag[]): string[] {
  // yargs would take `--no-headers` for the opposite of `--headers`.
  if (word.startsWith('--no-') && flags.some(({ name }) => word === `--${name}`)) return [`${word}=true`];
  if (!/^-[A-Za-z]/.test(word)) return [word];
  const words: string[] = [];
  for (let at = 1; at < word.length; at++) {
    const flag = flags.find(({ short }) => short === word[at]);
    if (!flag) return [word];
    const rest = word.slice(at + 1);
    const hasValue = rest.startsWith('=') || (flag.kind !== 'switch' && rest !== '');
    if (hasValue) return [...words, `--${flag.name}=${rest.replace(/^=/, '')}`];
    words.push(`--${flag.name}`);
  }
  return words;
}

/** `--dry-run server` would be a dry run of another kind, and of something called server. */
function refuseSeparateChoice(word: string, next: string | undefined, flags: readonly Flag[]): void {
  const flag = flags.find(({ name, bare }) => bare !== undefined && word === `--${name}`);
  if (next === undefined || !flag?.value?.split('|').includes(next)) return;
  throw new CompassError('Usage', `${word} takes no separate value: write ${word}=${next}`);
}

function refuseSeparateBoolean(word: string, next: string | undefined, flags: readonly Flag[]): void {
  if (next !== 'true' && next !== 'false') return;
  const flag = flags.find(({ name, kind }) => kind === 'switch' && word === `--${name}`);
  if (!flag) return;
  const negated = next === 'false' ? ` or --no-${flag.name}` : '';
  throw new CompassError('Usage', `${word} takes no separate value: write ${word}=${next}${negated}`);
}
