import yargs, { type Argv, type Options } from 'yargs';
import { CompassError } from '#common/errors.ts';
import { normalizeArguments, wordIndices } from './arguments.ts';
import type { Command, CommandEntry } from './command.ts';
import { type Flag, ParsedFlags } from './flags.ts';
import { KUBECTL_FLAGS } from './kubeconfig/flags.ts';
import { nearest } from './nearest.ts';
import { outputFlag, PRINT_FLAGS } from './output/flags.ts';

const HELP: Flag = { name: 'help', short: 'h', kind: 'switch', summary: 'show this help' };

/** The flags that every command takes. */
const GLOBAL_FLAGS: readonly Flag[] = [...KUBECTL_FLAGS, ...PRINT_FLAGS, HELP];

/** Names stay as they are typed, and every value is the text that was given. */
const PARSER = {
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
};

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

/** Every flag of a command: the global ones, `-o` and its own. */
export function flagsOf(command: Command | undefined): readonly Flag[] {
  if (!command) return GLOBAL_FLAGS;
  return [...command.flags, ...(command.formats.length > 0 ? [outputFlag(command.formats)] : []), ...GLOBAL_FLAGS];
}

/** Reads the command line, strictly: whatever is not known throws Usage, with what was probably meant. */
export async function parseCommandLine(argv: readonly string[], entries: readonly CommandEntry[]): Promise<Parsed> {
  const { entry, word, rest } = namedCommand(argv, entries);
  const command = await entry?.load();
  const known = flagsOf(command);
  const parser = withFlags(emptyParser(), known);
  // One name too many is for us to say; yargs would call it an unknown argument, like a flag.
  if (entry) parser.command('$0 [NAMES..]', entry.summary);
  parser.fail((message, error) => {
    throw error && error.name !== 'YError' ? error : explained(message, known);
  });
  const parsed = await parser.parseAsync(normalizeArguments(rest, known));
  const names = [parsed['NAMES'], parsed._].flat(2).filter((name) => typeof name === 'string');
  const flags = new ParsedFlags(parsed);
  if (entry && !flags.isOn('help')) checkNames(names, entry);
  return { entry, command, word, names, flags };
}

function checkNames(names: readonly string[], entry: CommandEntry): void {
  const words = entry.arguments.split(' ').filter((name) => name !== '');
  const missing = words.filter((word) => !word.startsWith('['))[names.length];
  if (missing !== undefined) throw new CompassError('Usage', `${entry.name} needs ${missing}: ${entry.arguments}`);
  const surplus = names[words.length];
  if (surplus === undefined || entry.arguments.endsWith('...]')) return;
  const takes = words.length === 0 ? 'takes no argument' : `takes ${entry.arguments} only`;
  throw new CompassError('Usage', `${entry.name} ${takes}, and "${surplus}" was given too`);
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
  const indices = wordIndices(argv, [...GLOBAL_FLAGS, outputFlag([])]);
  const first = indices.find((index) =>
    entries.some((entry) => spellings(entry).some((name) => name.split(' ', 1)[0] === argv[index])),
  );
  if (first === undefined) {
    const [unknown] = indices;
    if (unknown !== undefined) throw unknownCommand(argv[unknown] ?? '', entries);
    return { rest: argv };
  }
  const second = indices[indices.indexOf(first) + 1];
  const word = argv[first] ?? '';
  const without = (...taken: readonly (number | undefined)[]) => argv.filter((_, index) => !taken.includes(index));
  const called = (name: string) => entries.find((entry) => spellings(entry).includes(name));
  const pair = called(`${word} ${argv[second ?? argv.length]}`);
  if (pair) return { entry: pair, rest: without(first, second) };
  const single = called(word);
  if (single) return { entry: single, rest: without(first) };
  if (second !== undefined) throw unknownCommand(`${word} ${argv[second]}`, entries);
  return { word, rest: without(first) };
}

function spellings({ name, aliases = [] }: CommandEntry): readonly string[] {
  return [name, ...aliases];
}

function emptyParser(): Argv {
  return yargs()
    .scriptName('kubectl compass')
    .detectLocale(false)
    .help(false)
    .version(false)
    .exitProcess(false)
    .strict()
    .parserConfiguration(PARSER);
}

function withFlags(parser: Argv, flags: readonly Flag[]): Argv {
  for (const flag of flags) parser.option(flag.name, optionOf(flag));
  return parser;
}

function optionOf(flag: Flag): Options {
  const alias = flag.short && flag.short !== flag.name ? { alias: flag.short } : {};
  if (flag.kind === 'switch') return { ...alias, type: 'boolean' };
  return {
    ...alias,
    type: 'string',
    requiresArg: true,
    ...(flag.choices ? { choices: flag.choices } : {}),
  };
}

/** yargs' complaint in our words. */
function explained(message: string, flags: readonly Flag[]): CompassError {
  const unknown = /^Unknown arguments?: ([^,]*)/.exec(message)?.[1];
  if (unknown !== undefined) return unknownFlag(unknown, flags);
  const needy = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  if (needy !== undefined) return new CompassError('Usage', `${dashed(needy)} needs a value`);
  const choices = /Argument: (\S+), Given: (.*), Choices: (.*)$/s.exec(message);
  if (choices) {
    const [, name = '', given = '', offered = ''] = choices;
    return new CompassError('Usage', `${dashed(name)} is ${given}, and must be one of ${offered}`);
  }
  return new CompassError('Usage', message);
}

function unknownFlag(word: string, flags: readonly Flag[]): CompassError {
  const names = flags.map(({ name }) => name).filter((name) => name.length > 1);
  const meant = word.length > 1 ? nearest(word, names) : undefined;
  const suggestion = meant === undefined ? '' : `; did you mean ${dashed(meant)}?`;
  return new CompassError('Usage', `unknown flag ${dashed(word)}${suggestion}`);
}

function unknownCommand(word: string, entries: readonly CommandEntry[]): CompassError {
  const meant = nearest(word, entries.flatMap(spellings));
  const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return new CompassError('Usage', `unknown command "${word}"${suggestion}`);
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
