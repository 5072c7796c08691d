import { wordIndices } from '../arguments.ts';
import type { CommandEntry } from '../command.ts';
import { COMMANDS } from '../commands.ts';
import type { Flag } from '../flags.ts';
import { FLAGS_BEFORE } from '../parse.ts';

/** What the words say that were typed before the one under way. */
export interface TypedWords {
  readonly entry: CommandEntry | undefined;
  /** The first word of a command of two, where the second is to come. */
  readonly word: string | undefined;
  /** The arguments of the command so far. */
  readonly names: readonly string[];
  readonly isHelp: boolean;
}

/** Reads as parseCommandLine does, but bears with what is not complete or not known. The flags are those that may be there. */
export function readTypedWords(before: readonly string[], flags: readonly Flag[] = FLAGS_BEFORE): TypedWords {
  const found = wordIndices(before, flags).map((index) => before[index] ?? '');
  const isHelp = found[0] === 'help';
  const [first = '', second = '', ...others] = isHelp ? found.slice(1) : found;
  const called = (name: string) => COMMANDS.find((entry) => [entry.name, ...(entry.aliases ?? [])].includes(name));
  const pair = called(`${first} ${second}`);
  if (pair) return { entry: pair, word: undefined, names: others, isHelp };
  const single = called(first);
  if (single)
    return { entry: single, word: undefined, names: [second, ...others].filter((name) => name !== ''), isHelp };
  return { entry: undefined, word: first === '' ? undefined : first, names: [], isHelp };
}
