import type { Sink } from '../command.ts';
import { clip } from './clip.ts';

/** Where the width is not known, and where the height is not. */
const COLUMNS = 80;
const ROWS = 24;

const ERASE_BELOW = '\u001b[J';
const ERASE_ROW = '\u001b[2K';

/** A part of the terminal that is painted again and again, in place. What was painted last stays on the screen. */
export class Repaint {
  readonly #stdout: Sink;
  #painted: readonly string[] = [];

  constructor(stdout: Sink) {
    this.#stdout = stdout;
  }

  /** How many rows there is room for: one stays free for the cursor. */
  get room(): number {
    return rowsOf(this.#stdout) - 1;
  }

  /** Paints the rows over the ones before; only those that differ, so that nothing flickers. What does not fit is cut. */
  paint(rows: readonly string[], ellipsis: string): void {
    const columns = this.#stdout.columns ?? COLUMNS;
    const { room } = this;
    const shown =
      rows.length <= room ? rows : [...rows.slice(0, room - 1), `${ellipsis} ${rows.length - room + 1} more rows`];
    const next = shown.map((row) => clip(row, columns, ellipsis));
    const before = this.#painted;
    if (next.length === before.length && next.every((row, i) => row === before[i])) return;
    const up = before.length > 0 ? `\u001b[${before.length}A\r` : '';
    const painted = next.map((row, i) => (row === before[i] ? '\n' : `${ERASE_ROW}${row}\n`)).join('');
    this.#stdout.write(`${up}${painted}${next.length < before.length ? ERASE_BELOW : ''}`);
    this.#painted = next;
  }
}

function rowsOf({ stream }: Sink): number {
  const { rows } = stream as { readonly rows?: unknown };
  return typeof rows === 'number' && rows > 1 ? rows : ROWS;
}
