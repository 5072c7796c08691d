import type { Sink, Style } from '../command.ts';
import { clip } from '../watch/clip.ts';
import type { Level } from './symbols.ts';
import { plain, wrap } from './text.ts';

/** What long work shows on stderr: steps that are done stay; what is under way is repainted in place where that can be. */
export interface Progress {
  /** A step that is done, or has failed: `✔ sign   valid 24h`. */
  step(level: Level, name: string, text: string): void;
  /** What is under way now; where nothing is repainted a line of its own whenever it changes. */
  busy(name: string, text: string): void;
  /** Takes away what is under way: before anything else is printed. */
  clear(): void;
}

/** The column that the text of a step starts in, after its mark. */
const NAME_WIDTH = 14;

const ERASE_LINE = '\r\u001b[K';

export interface ProgressOptions {
  readonly isQuiet: boolean;
  /** Whether a line can be taken away again: not in a pipe, nor on a dumb terminal. */
  readonly isInPlace: boolean;
}

export function createProgress(
  stderr: Sink,
  { paint, symbols }: Style,
  { isQuiet, isInPlace }: ProgressOptions,
): Progress {
  if (isQuiet) return { step: () => undefined, busy: () => undefined, clear: () => undefined };
  let shown = '';
  const colours: Readonly<Record<Level, (text: string) => string>> = {
    ok: paint.green,
    warning: paint.yellow,
    error: paint.red,
    busy: paint.yellow,
    none: paint.dim,
  };
  const line = (level: Level, name: string, text: string) =>
    `${colours[level](symbols.mark[level])} ${plain(name, symbols).padEnd(NAME_WIDTH)} ${plain(text, symbols)}`.trimEnd();
  const clear = () => {
    if (shown !== '' && isInPlace) stderr.write(ERASE_LINE);
    shown = '';
  };
  return {
    clear,
    step(level, name, text) {
      clear();
      const mark = symbols.mark[level];
      const indent = mark.length + NAME_WIDTH + 2;
      const [first = '', ...more] = wrap(plain(text, symbols), widthOf(stderr) - indent);
      const rows = [line(level, name, first), ...more.map((row) => `${' '.repeat(indent)}${row}`)];
      stderr.write(`${rows.join('\n')}\n`);
    },
    busy(name, text) {
      const next = line('busy', name, text);
      if (next === shown) return;
      clear();
      shown = next;
      // A line that wraps cannot be taken away again.
      stderr.write(isInPlace ? clip(next, widthOf(stderr) - 1, symbols.ellipsis) : `${next}\n`);
    },
  };
}

/** Where it is no terminal, a line is as long as it is. */
function widthOf({ columns }: Sink): number {
  return columns ?? Number.POSITIVE_INFINITY;
}
