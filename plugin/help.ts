import type { Command, CommandEntry, Style } from './command.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { Flag } from './flags.ts';
import { wrap, wrapCommand } from './output/text.ts';

export const GROUPS: readonly CommandEntry['group'][] = ['See', 'Install', 'Connect', 'Certificates', 'Act', 'Meta'];

/** The columns that help is written for. */
const WIDTH = 80;

const NOTE = `kubectl takes no flags before a plugin's name: write them after it. All of its
own connection flags work (kubectl options lists them).`;

/** What `kubectl compass` offers, by groups; or what one word offers that begins several commands, such as `cert`. */
export function formatOverview(entries: readonly CommandEntry[], { paint }: Style, word?: string): string {
  const widest = Math.max(...entries.map(({ name }) => name.length));
  const groups = GROUPS.flatMap((group) => {
    const lines = entries
      .filter((entry) => entry.group === group)
      .map((entry) => line(entry.name, widest, entry.summary));
    return lines.length === 0 ? [] : [`${paint.bold(group)}\n${lines.join('')}`];
  });
  return [
    ...(word ? [] : ['Connect a Kubernetes cluster to Compass, and see how the connection stands.\n']),
    `${paint.bold('Usage')}\n  kubectl compass ${word ? `${word} ` : ''}COMMAND [flags]\n`,
    ...groups,
    ...(word
      ? []
      : [`${paint.bold('Examples')}\n  kubectl compass status\n  kubectl compass sync --context prod-eu\n`]),
    ...(word ? [] : [NOTE]),
    `kubectl compass ${word ? `${word} ` : ''}COMMAND --help tells more.\n`,
  ].join('\n');
}

/** The help of one command. */
export function formatCommandHelp(
  entry: CommandEntry,
  command: Command,
  flags: readonly Flag[],
  { paint }: Style,
): string {
  const shown = flags.filter((flag) => !flag.hidden).map((flag) => ({ ...flag, label: label(flag) }));
  const widest = Math.max(...shown.map((flag) => flag.label.length));
  const usage = ['kubectl compass', entry.name, entry.arguments, '[flags]'].filter((part) => part !== '').join(' ');
  const examples = command.examples.map(({ command: words, does }) => `  # ${does}\n${commandLine(words)}\n`);
  return [
    `${paragraphs(`${capitalized(entry.summary)}.`)}\n`,
    `${paragraphs(command.details)}\n`,
    `${paint.bold('Usage')}\n  ${usage}\n`,
    ...(entry.aliases ? [`${paint.bold('Also called')}\n  ${entry.aliases.join(', ')}\n`] : []),
    `${paint.bold('Examples')}\n${examples.join('\n')}`,
    `${paint.bold('Flags')}\n${shown.map((flag) => line(flag.label, widest, summaryOf(flag))).join('')}`,
    `${paint.bold('Exit codes')}\n${exitLines(command)}`,
    `All of kubectl's other connection flags work, too (kubectl options lists them).\n`,
  ].join('\n');
}

/** What a shell takes: where it is too long for a line, it goes on in the next one. */
function commandLine(words: string): string {
  return `  ${wrapCommand(words, WIDTH - 6).join('\n      ')}`;
}

function label(flag: Flag): string {
  const short = flag.short && flag.short !== flag.name ? `-${flag.short}, ` : '    ';
  return `${short}--${flag.name}${flag.value ? ` ${flag.value}` : ''}`;
}

function summaryOf(flag: Flag): string {
  return flag.choices ? `${flag.summary}: ${flag.choices.join(', ')}` : flag.summary;
}

/** Names longer than this have their meaning below them, so that the column of meanings stays wide enough. */
const LONGEST_NAME = 32;

/** A name and what it means, the meaning in a column of its own and broken between words. */
function line(name: string, widest: number, meaning: string): string {
  const width = Math.min(widest, LONGEST_NAME);
  const indent = ' '.repeat(width + 5);
  const start = name.length > width ? `  ${name}\n${indent}` : `  ${name.padEnd(width)}   `;
  return `${start}${wrap(meaning, WIDTH - indent.length).join(`\n${indent}`)}\n`;
}

function paragraphs(text: string): string {
  return text
    .split('\n\n')
    .map((paragraph) => wrap(paragraph.replaceAll('\n', ' '), WIDTH).join('\n'))
    .join('\n\n');
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function exitLines({ exits }: Command): string {
  const all = { ...exits, 2: exits[2] };
  return Object.entries(all)
    .map(([code, here]) => line(code.padStart(3), 3, here ?? EXIT_CODES[Number(code)] ?? ''))
    .join('');
}
