import type { Sink } from '../command.ts';
import { clip } from './clip.ts';

/** Where the width is not known, and where the height is not. */
const COLUMNS = 80;
const ROWS = 24;

const ERASE_BELOW = '\u001b[J';

/** A part of the terminal that is painted again and again, in place. What was painted last stays on the screen. */
export class Repaint {
  readonly #stdout: Sink;
  #painted: readonly string[] = [];

  constructor(stdout: Sink) {
    this.#stdout = stdout;
  }

  /** Paints the rows over the ones before; does nothing where they are the same. Rows that do not fit are cut. */
  paint(rows: readonly string[], ellipsis: string): void {
    const columns = this.#stdout.columns ?? COLUMNS;
    const most = rowsOf(this.#stdout) - 1;
    const shown =
      rows.length <= most ? rows : [...rows.slice(0, most - 1), `${ellipsis} ${rows.length - most + 1} more rows`];
    const next = shown.map((row) => clip(row, columns, ellipsis));
    if (next.length === this.#painted.length && next.every((row, i) => row === this.#painted[i])) return;
    const up = this.#painted.length > 0 ? `\u001b[${this.#painted.length}A\r` : '';
    this.#stdout.write(`${up}${ERASE_BELOW}${next.join('\n')}\n`);
    this.#painted = next;
  }
}

function rowsOf({ stream }: Sink): number {
  const { rows } = stream as { readonly rows?: unknown };
  return typeof rows === 'number' && rows > 1 ? rows : ROWS;
}
