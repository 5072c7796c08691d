import type { Style } from '../command.ts';
import { plain } from '../output/text.ts';
import { type LogLine, levelOf } from './line.ts';

/** How lines are shown: for people, as JSON a line, or as they were written. */
export type LogFormat = 'default' | 'json' | 'raw';

/** Columns of the level, the longest of which is `error`. */
const LEVEL_WIDTH = 5;

/** Makes the text of a line, with its newline; `withPod` puts the Pod's name before it, for people. */
export function formatLine(line: LogLine, format: LogFormat, style: Style, withPod: boolean): string {
  if (format === 'raw') return `${line.text}\n`;
  if (format === 'json') return `${line.fields ? line.text : wrapped(line)}\n`;
  const pod = withPod ? `${style.paint.dim(line.pod)} ` : '';
  return `${pod}${readable(line, style)}\n`;
}

/** What is no JSON becomes it, so that a reader of JSON can go on: the stack of a crash. */
function wrapped({ pod, at, text }: LogLine): string {
  return JSON.stringify({ time: at === '' ? undefined : `${at}Z`, msg: text, pod });
}

function readable(line: LogLine, style: Style): string {
  const { fields, text } = line;
  if (!fields) return plain(text, style.symbols);
  const { time, level: _, msg = '', ...others } = fields;
  const word = levelOf(line) ?? '';
  const rest = Object.entries(others).map(
    ([name, value]) => `${style.paint.dim(`${name}=`)}${valueText(value, style)}`,
  );
  const parts = [
    style.paint.dim(plain(String(time ?? ''), style.symbols)),
    inColour(word, word.toUpperCase().padEnd(LEVEL_WIDTH), style),
    plain(String(msg), style.symbols),
    ...rest,
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function valueText(value: unknown, { symbols }: Style): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const isWord = text !== '' && !/[\s"=]/.test(text);
  return plain(isWord || typeof value !== 'string' ? text : JSON.stringify(text), symbols);
}

function inColour(level: string, text: string, { paint }: Style): string {
  if (level === 'error') return paint.red(text);
  if (level === 'warn') return paint.yellow(text);
  return level === 'debug' ? paint.dim(text) : text;
}
