import type { Style } from '../command.ts';
import { wrap } from '../output/text.ts';
import { type Entry, exitMeaning } from './entries.ts';

const WIDTH = 80;

/** One explanation for people. */
export function formatExplanation(entry: Entry, { paint, symbols }: Style): string {
  const { name, code, subject, meaning, causes, byItself, commands } = entry;
  const title = code ? `${code}  ${name}` : `${name}  (${subject === 'state' ? 'connection state' : 'condition'})`;
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

/** What there is to explain, a line each. */
export function formatList(entries: readonly Entry[], { paint }: Style): string {
  const titles = { reason: 'Codes', state: 'Connection states', condition: 'Conditions' } as const;
  const groups = Map.groupBy(entries, ({ subject }) => subject);
  const parts = [...groups].map(([subject, members]) => {
    const widest = Math.max(...members.map(({ name }) => name.length));
    return `${paint.bold(titles[subject])}\n${members.map((entry) => row(entry, widest)).join('')}`;
  });
  return `${parts.join('\n')}\nkubectl compass explain CODE tells what one means, and what to do.\n`;
}

function row({ name, code, meaning }: Entry, widest: number): string {
  const start = `  ${code ? `${code}  ` : ''}${name.padEnd(widest)}  `;
  const [line = '', ...rest] = wrap(meaning, Math.max(20, WIDTH - start.length - 1));
  return `${start}${line}${rest.length > 0 ? '…' : ''}\n`;
}
