import type { Command, CommandEntry } from '../../plugin/command.ts';
import { EXIT_CODES } from '../../plugin/exit-codes.ts';
import type { Flag } from '../../plugin/flags.ts';
import { outputFlag } from '../../plugin/output/flags.ts';
import { wrapCommand } from '../../plugin/output/text.ts';
import { GLOBAL_FLAGS } from '../../plugin/parse.ts';
import { code, madeFrom, page, shell, table, text } from './markdown.ts';

/** What an example is wrapped to. */
const WIDTH = 100;

/** Where the page of a command is, beside the others. */
export function pageOf({ name }: Pick<CommandEntry, 'name'>): string {
  return `${name.replaceAll(' ', '-')}.md`;
}

/** `kubectl compass get TYPE [NAMES...]` */
export function synopsisOf({ name, arguments: words }: CommandEntry): string {
  return ['kubectl compass', name, words].filter((part) => part !== '').join(' ');
}

/** The page of one command: what its --help says, with all exit codes and the schema of its document. */
export function commandPage(entry: CommandEntry, command: Command): string {
  return page(
    madeFrom('the help'),
    `# kubectl compass ${entry.name}`,
    sentence(entry.summary),
    text(command.details),
    '## Usage',
    shell(`${synopsisOf(entry)} [flags]`),
    entry.aliases && `Also called ${entry.aliases.map((alias) => code(`kubectl compass ${alias}`)).join(', ')}.`,
    '## Examples',
    shell(command.examples.map(example).join('\n\n')),
    '## Flags',
    ...flagsPart(entry, command),
    documents(command),
    '## Exit codes',
    exitTable(command),
    'The same for every command and in every format: [exit codes](../exit-codes.md).',
  );
}

function sentence(summary: string): string {
  return text(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);
}

function example({ command, does }: Command['examples'][number]): string {
  return `# ${does}\n${wrapCommand(command, WIDTH).join('\n  ')}`;
}

function flagsPart({ name }: CommandEntry, { flags, formats }: Command): readonly string[] {
  // That is the one page where all of them stand.
  if (name === 'options') return [flagRows(GLOBAL_FLAGS.toSorted((a, b) => (a.name < b.name ? -1 : 1)))];
  const shown = [...flags, ...(formats.length > 0 ? [outputFlag(formats)] : [])].filter(({ hidden }) => !hidden);
  const others = `${shown.length === 0 ? 'It' : 'Beside these it'} takes [the flags of every command](options.md).`;
  return [...(shown.length === 0 ? [] : [flagRows(shown)]), others];
}

/** Flags as a table: how each is written, and what it does. */
function flagRows(flags: readonly Flag[]): string {
  return table(
    ['flag', 'does'],
    flags.map(({ name, short, value, summary, choices }) => {
      const long = `--${name}${value ? ` ${value}` : ''}`;
      const words = short && short !== name ? `-${short}, ${long}` : long;
      const isSaid = choices === undefined || value === choices.join('|');
      return [code(words), text(isSaid ? summary : `${summary}: ${choices.join(', ')}`)];
    }),
  );
}

function documents({ formats, documentKind }: Command): string | undefined {
  if (!formats.includes('json')) return undefined;
  const kind = `[${code(documentKind)}](../schemas/${documentKind}.json)`;
  return `The document of ${code('-o json')} and ${code('-o yaml')} is of kind ${kind}.`;
}

function exitTable({ exits }: Command): string {
  // Numbers are in order in an object, whenever they were put in.
  const all: Command['exits'] = { ...exits, 2: exits[2] };
  const rows = Object.entries(all).map(([number, here]) => [number, text(here ?? EXIT_CODES[Number(number)] ?? '')]);
  return table(['code', 'means'], rows);
}
