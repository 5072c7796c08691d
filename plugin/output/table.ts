import type { Paint } from './colour.ts';
import { alignColumns } from './columns.ts';

/**
 * Rows in columns as kubectl prints them: a head in capitals, three blanks between, nothing cut, no blanks at the ends
 * of lines. An empty cell is `<none>`. Widths are counted in terminal columns, so colour and wide letters fit.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { bold }: Pick<Paint, 'bold'>,
): string {
  const filled = rows.map((row) => row.map((cell) => (cell === '' ? '<none>' : cell)));
  return alignColumns([head.map((cell) => bold(cell)), ...filled]);
}
