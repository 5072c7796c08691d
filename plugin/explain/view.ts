import type { Style } from '../command.ts';
import { wrap } from '../output/text.ts';
import { type Entry, exitMeaning, type Subject } from './entries.ts';

const WIDTH = 80;

const SUBJECTS: Readonly<Record<Subject, { readonly one: string; readonly all: string }>> = {
  reason: { one: 'code', all: 'Codes' },
  state: { one: 'connection state', all: 'Connection states' },
  condition: { one: 'condition', all: 'Conditions' },
  plan: { one: 'in a plan', all: 'In a plan' },
};

/** One explanation for people. */
export function formatExplanation(entry: Entry, { paint, symbols }: Style): string {
  const { name, code, subject, meaning, causes, byItself, commands } = entry;
  const title = code ? `${code}  ${name}` : `${name}  (${SUBJECTS[subject].one})`;
  const bullet = symbols.unicode ? '•' : '-';
  return [
    `${paint.bold(title)}\n${indented(meaning)}`,
    `${paint.bold('Likely causes')}\n${causes.map((cause) => indented(cause, `${bullet} `)).join('')}`,
    `${paint.bold('By itself')}\n${indented(byItself)}`,
    `${paint.bold('What to do')}\n${commands.map(({ command, does }) => `  ${paint.bold(command)}\n${indented(does, '    ')}`).join('')}`,
    ...(entry.exitCode === undefined ? [] : [exitLine(entry.exitCode)]),
  ].join('\n');
}

function exitLine(exitCode: number): string {
  const sentence = `The plugin exits with ${exitCode} for it (${exitMeaning(exitCode)}).`;
  return `${wrap(sentence, WIDTH).join('\n')}\n`;
}

/** A paragraph, two columns in; what begins its first line is blank on the others. */
function indented(text: string, first = ''): string {
  const indent = `  ${' '.repeat(first.length)}`;
  const [head = '', ...rest] = wrap(text, WIDTH - indent.length);
  return [`  ${first}${head}`, ...rest.map((line) => `${indent}${line}`), ''].join('\n');
}

/** What there is to explain, a line each: as long as it takes, or cut to the `columns` of a terminal. */
export function formatList(entries: readonly Entry[], { paint, symbols }: Style, columns: number | undefined): string {
  const cut = (line: string) => shortened(line, columns ?? Number.POSITIVE_INFINITY, symbols.ellipsis);
  const groups = Map.groupBy(entries, ({ subject }) => subject);
  const parts = [...groups].map(([subject, members]) => {
    const widest = Math.max(...members.map(({ name }) => name.length));
    return `${paint.bold(SUBJECTS[subject].all)}\n${members.map((entry) => `${cut(row(entry, widest))}\n`).join('')}`;
  });
  return `${parts.join('\n')}\nkubectl compass explain CODE tells what one means, and what to do.\n`;
}

function row({ name, code, meaning }: Entry, widest: number): string {
  return `  ${code ? `${code}  ` : ''}${name.padEnd(widest)}  ${meaning}`;
}

/** Cut between words. */
function shortened(line: string, columns: number, ellipsis: string): string {
  if (line.length <= columns) return line;
  return line.slice(0, columns - ellipsis.length + 1).replace(/\s+\S*$/, ellipsis);
}
