import { CompassError } from '#common/errors.ts';
import type { Flag } from './flags.ts';

/**
 * Writes the arguments as yargs reads them the way kubectl's own parser would: `-ojson` and `-nfoo` are a flag and its
 * value. `--watch false`, which yargs would take and kubectl would not, throws Usage with the two ways that work.
 * Nothing after `--` is touched.
 */
export function normalizeArguments(argv: readonly string[], flags: readonly Flag[]): string[] {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const normalized: string[] = [];
  let valueExpected = false;
  for (const [index, word] of own.entries()) {
    if (valueExpected) {
      normalized.push(word);
      valueExpected = false;
      continue;
    }
    refuseSeparateBoolean(word, own[index + 1], flags);
    normalized.push(...splitAttachedValue(word, flags));
    valueExpected = flags.some((flag) => flag.kind !== 'switch' && spellings(flag).includes(word));
  }
  return [...normalized, ...argv.slice(own.length)];
}

/** `--name` and `-n`, as typed. */
function spellings(flag: Flag): string[] {
  return [`--${flag.name}`, ...(flag.short ? [`-${flag.short}`] : [])];
}

function splitAttachedValue(word: string, flags: readonly Flag[]): string[] {
  if (!/^-[A-Za-z][^=]/.test(word)) return [word];
  const flag = flags.find(({ short, kind }) => short === word[1] && kind !== 'switch');
  return flag ? [`-${flag.short}`, word.slice(2)] : [word];
}

function refuseSeparateBoolean(word: string, next: string | undefined, flags: readonly Flag[]): void {
  if (next !== 'true' && next !== 'false') return;
  const flag = flags.find((candidate) => candidate.kind === 'switch' && spellings(candidate).includes(word));
  if (!flag) return;
  const negated = next === 'false' ? ` or --no-${flag.name}` : '';
  throw new CompassError('Usage', `${word} takes no separate value: write --${flag.name}=${next}${negated}`);
}

/** Where the words stand that are neither flags nor their values, before any `--`: their indices, in order. */
export function wordIndices(argv: readonly string[], flags: readonly Flag[]): number[] {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const takesValue = (word: string | undefined) =>
    flags.some((flag) => flag.kind !== 'switch' && word !== undefined && spellings(flag).includes(word));
  return own.flatMap((word, index) => (word.startsWith('-') || takesValue(own[index - 1]) ? [] : [index]));
}
