import Table from 'cli-table3';
import type { Paint } from './colour.ts';

/** No lines at all: kubectl's tables are columns and blanks. */
const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '   ',
};

/**
 * Rows in columns as kubectl prints them: a head in capitals, three blanks between, nothing cut, no blanks at the ends
 * of lines. An empty cell is `<none>`. Widths are counted in terminal columns, so colour and wide letters fit. For tables of
 * a screen's length: lists without bound, for which cli-table3 takes seconds, are laid out by columns.ts.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { bold }: Pick<Paint, 'bold'>,
): string {
  const grid = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  });
  grid.push(head.map((cell) => bold(cell)));
  for (const row of rows) grid.push(row.map((cell) => (cell === '' ? '<none>' : cell)));
  return `${grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}
