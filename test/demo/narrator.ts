import type { Paint } from '../../plugin/output/colour.ts';
import type { Symbols } from '../../plugin/output/symbols.ts';
import { wrap } from './wrap.ts';

/** Wide enough for `123.4s  `. */
const MARGIN = '          ';

/** As wide as a mark, before the lines that a text goes on with. */
const HANGING = '  ';

const WIDEST_LINE = 100;

export interface NarratorOptions {
  readonly write: (text: string) => void;
  readonly columns: number | undefined;
  readonly paint: Paint;
  readonly symbols: Symbols;
}

/** Tells what happens, each line with the seconds since the start. */
export class Narrator {
  readonly paint: Paint;
  readonly symbols: Symbols;
  readonly #write: (text: string) => void;
  readonly #textWidth: number;
  readonly #startMs = performance.now();

  constructor({ write, columns = 80, paint, symbols }: NarratorOptions) {
    this.paint = paint;
    this.symbols = symbols;
    this.#write = write;
    this.#textWidth = Math.max(30, Math.min(columns, WIDEST_LINE) - MARGIN.length - HANGING.length);
  }

  /** Since the start. */
  get elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  chapter(title: string): void {
    this.#write(`\n${this.paint.bold(title)}\n`);
  }

  tell(text: string): void {
    this.#timed(text, (line) => line);
  }

  /** Something that was waited for is there. */
  done(text: string): void {
    const { ok } = this.symbols.mark;
    this.#timed(`${ok} ${text}`, (line) => line.replace(ok, this.paint.green(ok)));
  }

  failed(text: string): void {
    const { error } = this.symbols.mark;
    this.#timed(`${error} ${text}`, (line) => line.replace(error, this.paint.red(error)));
  }

  /** Lines that others wrote, or commands to copy: not wrapped. */
  quote(text: string): void {
    this.#write(`${text.trimEnd().replace(/^(?=.)/gm, '    ')}\n`);
  }

  /** A paragraph without time. */
  note(text: string): void {
    this.#write(`${wrap(text, this.#textWidth + MARGIN.length + HANGING.length).join('\n')}\n`);
  }

  blank(): void {
    this.#write('\n');
  }

  #timed(text: string, decorate: (line: string) => string): void {
    const seconds = `${(this.elapsedMs / 1000).toFixed(1)}s`.padStart(MARGIN.length - 2);
    const [first = '', ...rest] = wrap(text, this.#textWidth);
    this.#write(`${this.paint.dim(seconds)}  ${decorate(first)}\n`);
    for (const line of rest) this.#write(`${MARGIN}${HANGING}${line}\n`);
  }
}
