import { CompassError } from '#common/errors.ts';
import { normalizeArguments, wordIndices } from './arguments.ts';
import type { Command, CommandEntry } from './command.ts';
import { type Flag, ParsedFlags } from './flags.ts';
import { KUBECTL_FLAGS } from './kubeconfig/flags.ts';
import { nearest } from './nearest.ts';
import { outputFlag, PRINT_FLAGS } from './output/flags.ts';
import { quoted } from './quoted.ts';
import type { Arguments } from './read-flags.ts';

const HELP: Flag = { name: 'help', short: 'h', kind: 'switch', summary: 'show this help' };

/** The flags that every command takes. */
export const GLOBAL_FLAGS: readonly Flag[] = [...KUBECTL_FLAGS, ...PRINT_FLAGS, HELP];

/** What may stand before the command. */
export const FLAGS_BEFORE: readonly Flag[] = [...GLOBAL_FLAGS, outputFlag([])];

/** What the command line asks for. */
export interface Parsed {
  /** Undefined where no command was named. */
  readonly entry: CommandEntry | undefined;
  readonly command: Command | undefined;
  /** A word that begins several commands, where it was given alone: `cert`. */
  readonly word: string | undefined;
  readonly names: readonly string[];
  readonly flags: ParsedFlags;
}

/** The command that a command line means, also where the rest of it cannot be read; undefined where it means none. */
export function meantCommand(argv: readonly string[], entries: readonly CommandEntry[]): string | undefined {
  try {
    return namedCommand(argv, entries).entry?.name;
  } catch {
    return undefined;
  }
}

/** Every flag of a command: the global ones, `-o` and its own. */
export function flagsOf(command: Command | undefined): readonly Flag[] {
  if (!command) return GLOBAL_FLAGS;
  return [...command.flags, ...(command.formats.length > 0 ? [outputFlag(command.formats)] : []), ...GLOBAL_FLAGS];
}

/**
 * Reads the command line, strictly: whatever is not known throws Usage, with what was probably meant. `help status` is
 * `status --help`, as in kubectl.
 */
export async function parseCommandLine(argv: readonly string[], entries: readonly CommandEntry[]): Promise<Parsed> {
  const { entry, word, rest } = namedCommand(argv, entries);
  const command = await entry?.load();
  const known = flagsOf(command);
  const { names, flags } = await readRest(rest, known);
  const [surplus] = names;
  if (!entry && surplus !== undefined) throw unknownCommand(surplus, entries);
  if (entry && !flags.isOn('help')) checkNames(names, entry);
  return { entry, command, word, names, flags };
}

/** Who gives no flag, or asks for help only, need not wait for a parser to be loaded. */
async function readRest(argv: readonly string[], known: readonly Flag[]): Promise<Arguments> {
  if (argv.every((word) => word === '--help' || word === '-h' || !word.startsWith('-'))) {
    const names = argv.filter((word) => !word.startsWith('-'));
    return { names, flags: new ParsedFlags(names.length < argv.length ? { help: true } : {}) };
  }
  const { readFlags } = await import('./read-flags.ts');
  return readFlags(normalizeArguments(argv, known), known);
}

function checkNames(names: readonly string[], entry: CommandEntry): void {
  const words = entry.arguments.split(' ').filter((name) => name !== '');
  const missing = words.filter((word) => !word.startsWith('['))[names.length];
  if (missing !== undefined) {
    const synopsis = `kubectl compass ${entry.name} ${entry.arguments}`;
    throw new CompassError('Usage', `${entry.name} needs ${missing}: ${synopsis}`);
  }
  const surplus = names[words.length];
  if (surplus === undefined || entry.arguments.endsWith('...]')) return;
  const takes = words.length === 0 ? 'takes no argument' : `takes ${entry.arguments} only`;
  throw new CompassError('Usage', `${entry.name} ${takes}, and ${quoted(surplus)} was given too`);
}

interface Named {
  readonly entry?: CommandEntry;
  readonly word?: string;
  /** The command line without the words that name the command. */
  readonly rest: readonly string[];
}

/**
 * The command among the words, found with the global flags only: its own are not known before it is, so the value of one
 * of them that stands before the command is passed over.
 */
function namedCommand(argv: readonly string[], entries: readonly CommandEntry[]): Named {
  const indices = wordIndices(argv, FLAGS_BEFORE);
  const [leading] = indices;
  if (leading !== undefined && argv[leading] === 'help') {
    const named = namedCommand(argv.toSpliced(leading, 1), entries);
    return { ...named, rest: [...named.rest, '--help'] };
  }
  const firsts = new Set(entries.flatMap(spellings).map((name) => name.split(' ', 1)[0]));
  const first = indices.find((index) => firsts.has(argv[index]));
  if (first === undefined) {
    const [unknown] = indices;
    if (unknown !== undefined) throw unknownCommand(argv[unknown] ?? '', entries);
    return { rest: argv };
  }
  const second = indices[indices.indexOf(first) + 1];
  return commandAt(argv, first, second, entries);
}

function commandAt(
  argv: readonly string[],
  first: number,
  second: number | undefined,
  entries: readonly CommandEntry[],
): Named {
  const word = argv[first] ?? '';
  const without = (...taken: readonly (number | undefined)[]) => argv.filter((_, index) => !taken.includes(index));
  const called = (name: string) => entries.find((entry) => spellings(entry).includes(name));
  const pair = second === undefined ? undefined : called(`${word} ${argv[second]}`);
  if (pair) return { entry: pair, rest: without(first, second) };
  const single = called(word);
  if (single) return { entry: single, rest: without(first) };
  if (second !== undefined) throw unknownCommand(`${word} ${argv[second]}`, entries);
  return { word, rest: without(first) };
}

function spellings({ name, aliases = [] }: CommandEntry): readonly string[] {
  return [name, ...aliases];
}

function unknownCommand(word: string, entries: readonly CommandEntry[]): CompassError {
  const meant = nearest(word, entries.flatMap(spellings));
  const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return new CompassError('Usage', `unknown command ${quoted(word)}${suggestion}`);
}
