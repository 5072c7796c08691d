import { alignColumns, textWidth } from '../output/columns.ts';
import { plain, wrap } from '../output/text.ts';
import type { ViewOptions } from './view-options.ts';

/** Rows below a title. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What stands for a row where the table is too wide for the terminal: its name, and the rest in words. */
  readonly inWords: (row: readonly string[]) => readonly [name: string, rest: string];
}

/** The section as a table; where a terminal is too narrow for it, each row as its name and, below it, the rest in words. */
export function formatSection({ title, head, rows, inWords }: Section, options: ViewOptions): string {
  if (rows.length === 0) return `${title}   <none>\n`;
  const { paint, symbols, width } = options;
  const body = rows.map((row) => row.map((cell) => plain(cell, symbols)));
  const grid = indented(alignColumns([head.map(paint.bold), ...body]));
  if (width === undefined || grid.split('\n').every((line) => textWidth(line) <= width)) return `${title}\n${grid}`;
  const blocks = rows.map((row) => {
    const [name, rest] = inWords(row);
    const lines = wrap(plain(rest, symbols), width - 4);
    return `  ${paint.bold(plain(name, symbols))}\n${lines.map((line) => `    ${line}\n`).join('')}`;
  });
  return `${title}\n${blocks.join('')}`;
}

export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
