import { stripVTControlCharacters } from 'node:util';

/** Between two columns, as in kubectl. */
const GAP = '   ';

/** Letters that take two columns of a terminal (Unicode Standard Annex #11), as near as their scripts tell. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;

/** Made when it is needed: that loads tables, for twenty milliseconds, and most text is ASCII. */
let segmenter: Intl.Segmenter | undefined;

/** The columns of a terminal that a text takes; escape sequences take none. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter();
  let width = 0;
  for (const { segment } of segmenter.segment(stripVTControlCharacters(text))) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/**
 * Rows in columns: three blanks between, nothing cut, no blanks at the ends of lines. Ends with a newline unless there is
 * no row. `widths` are the least widths, and grow: whoever passes them again keeps later rows below earlier ones.
 */
export function alignColumns(rows: readonly (readonly string[])[], widths: number[] = []): string {
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, textWidth(cell));
  }
  return rows.map((row) => `${alignRow(row, widths)}\n`).join('');
}

function alignRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, at) => `${cell}${' '.repeat((widths[at] ?? 0) - textWidth(cell))}`);
  return cells.join(GAP).trimEnd();
}
