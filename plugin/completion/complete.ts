import { takesNext } from '../arguments.ts';
import type { CommandEntry, Surroundings } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import type { Flag } from '../flags.ts';
import { FLAGS_BEFORE, flagsOf } from '../parse.ts';
import { completeArgument } from './arguments.ts';
import { type Candidate, type Completion, offer } from './candidate.ts';
import { readTypedWords, type TypedWords } from './typed-words.ts';
import { completeValue } from './values.ts';

/**
 * Answers `__complete`: the words so far, the last of them under way, in; one candidate a line and the directive out, as
 * kubectl wants it of `kubectl_complete-compass` (spf13/cobra's protocol). Never fails, and says nothing else.
 */
export async function complete(
  words: readonly string[],
  surroundings: Surroundings,
  withDescriptions: boolean,
): Promise<number> {
  const { candidates, directive } = await completeOrNothing(words, surroundings);
  const lines = candidates.map((candidate) => lineOf(candidate, withDescriptions));
  surroundings.stdout.write([...lines, `:${directive}`, ''].join('\n'));
  return 0;
}

function lineOf({ value, description }: Candidate, withDescriptions: boolean): string {
  return withDescriptions && description ? `${value}\t${description.replaceAll(/\s+/g, ' ')}` : value;
}

/** A shell has no use for an error in the middle of a line: there is just nothing to offer. */
async function completeOrNothing(words: readonly string[], surroundings: Surroundings): Promise<Completion> {
  try {
    const { candidates, directive } = await candidatesFor(words, surroundings);
    const { current } = currentOf(words);
    return { candidates: candidates.filter(({ value }) => value.startsWith(current)), directive };
  } catch {
    return offer([]);
  }
}

/** The part of the last word that is to be completed: of `--output=js` it is `js`. */
function currentOf(words: readonly string[]): { readonly current: string; readonly flag: string | undefined } {
  const last = words.at(-1) ?? '';
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(last) ?? [];
  return flag === undefined ? { current: last, flag: undefined } : { current: value ?? '', flag };
}

async function candidatesFor(words: readonly string[], surroundings: Surroundings): Promise<Completion> {
  const { current, flag } = currentOf(words);
  const before = words.slice(0, -1);
  const command = await readTypedWords(before).entry?.load();
  const flags = command ? flagsOf(command) : FLAGS_BEFORE;
  // Only now is it known which words are values of flags.
  const typed = readTypedWords(before, flags);
  const situation = { before, flags, command, surroundings, current };
  if (before.includes('--')) return typed.entry ? completeArgument(typed.entry, typed.names, situation) : offer([]);
  const awaiting = flag ?? awaitingFlag(before, flags);
  const named = flags.find(({ name, short }) => awaiting === `--${name}` || awaiting === `-${short}`);
  if (named) return completeValue(named, situation);
  if (current.startsWith('-')) return offer(flagNames(flags, before, current));
  if (!typed.entry) return offer(commandWords(typed));
  const argument = await completeArgument(typed.entry, typed.names, situation);
  // `completion` is a command, and the first word of another one.
  const seconds = typed.names.length === 0 ? commandWords({ ...typed, word: typed.entry.name }) : [];
  return { ...argument, candidates: [...argument.candidates, ...seconds] };
}

/** The flag whose value comes next. */
function awaitingFlag(before: readonly string[], flags: readonly Flag[]): string | undefined {
  const last = before.at(-1);
  if (last === undefined || !takesNext(last, flags)) return undefined;
  // In `-qo` the last letter is the one that waits.
  return last.startsWith('--') ? last : `-${last.at(-1)}`;
}

/** The flags that were not given yet; those that are kubectl's own only once they are begun, since there are many. */
function flagNames(flags: readonly Flag[], before: readonly string[], current: string): Candidate[] {
  const isBegun = current.length > 2;
  return flags
    .filter(({ hidden }) => isBegun || !hidden)
    .filter(({ name, kind }) => kind === 'texts' || !before.some((word) => word.split('=', 1)[0] === `--${name}`))
    .map(({ name, summary }) => ({ value: `--${name}`, description: summary }));
}

/** What may be the next word of a command's name. */
function commandWords({ word, isHelp }: TypedWords): Candidate[] {
  if (word !== undefined) {
    const within = COMMANDS.filter(({ name }) => name.startsWith(`${word} `));
    return within.map(({ name, summary }) => ({ value: name.slice(word.length + 1), description: summary }));
  }
  const firsts = Map.groupBy(COMMANDS, ({ name }) => name.split(' ', 1)[0] ?? '');
  const commands = [...firsts].map(([value, entries]) => ({ value, description: describe(value, entries) }));
  return isHelp ? commands : [...commands, { value: 'help', description: 'the help of a command' }];
}

function describe(first: string, entries: readonly CommandEntry[]): string {
  const single = entries.find(({ name }) => name === first);
  return single ? single.summary : entries.map(({ name }) => name.slice(first.length + 1)).join(', ');
}
