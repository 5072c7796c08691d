import yargs, { type Argv, type Options } from 'yargs';
import { CompassError } from '#common/errors.ts';
import { normalizeArguments } from './arguments.ts';
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
  const entry = await namedCommand(argv, entries);
  const command = await entry?.load();
  const known = flagsOf(command);
  const parser = withFlags(emptyParser(), known);
  // One name too many is for us to say; yargs would call it an unknown argument, like a flag.
  if (entry) parser.command(`${entry.name} [NAMES..]`, entry.summary);
  parser.fail((message, error) => {
    throw error && error.name !== 'YError' ? error : explained(message, known);
  });
  const parsed = await parser.parseAsync(normalizeArguments(argv, known));
  const names = [parsed['NAMES'], parsed._.slice(1)].flat(2).filter((name) => typeof name === 'string');
  refuseSurplus(names, entry);
  return { entry, command, names, flags: new ParsedFlags(parsed) };
}

function refuseSurplus(names: readonly string[], entry: CommandEntry | undefined): void {
  const allowed = entry?.arguments.split(' ').filter((name) => name !== '').length ?? 0;
  const surplus = names[allowed];
  if (!entry || surplus === undefined || entry.arguments.endsWith('...]')) return;
  const takes = allowed === 0 ? 'takes no argument' : `takes ${entry.arguments} only`;
  throw new CompassError('Usage', `${entry.name} ${takes}, and "${surplus}" was given too`);
}

/** The command among the words, found with the global flags only: its own are not known before it is. */
async function namedCommand(
  argv: readonly string[],
  entries: readonly CommandEntry[],
): Promise<CommandEntry | undefined> {
  const known = [...GLOBAL_FLAGS, outputFlag([])];
  const { _: words } = await withFlags(emptyParser().strict(false), known)
    .parserConfiguration({ ...PARSER, 'unknown-options-as-args': true })
    .fail(() => undefined)
    .parseAsync(normalizeArguments(argv, known));
  const word = words.map(String).find((candidate) => !candidate.startsWith('-'));
  const entry = entries.find(({ name }) => name === word);
  if (word !== undefined && !entry) throw unknownCommand(word, entries);
  return entry;
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
  const meant = nearest(
    word,
    entries.map(({ name }) => name),
  );
  const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return new CompassError('Usage', `unknown command "${word}"${suggestion}`);
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
