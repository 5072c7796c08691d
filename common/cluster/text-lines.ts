const NEWLINE = 0x0a;

/**
 * Cuts a stream of bytes into lines of text, each of `longest` bytes at most: what is longer loses its end, and says so.
 * A last line without its newline counts. Holds one line at a time, and reads on when the next one is asked for.
 */
export async function* textLines(chunks: AsyncIterable<Buffer>, longest: number): AsyncGenerator<string> {
  const line = new Line(longest);
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      line.add(chunk.subarray(start, end));
      yield line.take();
      start = end + 1;
    }
    line.add(chunk.subarray(start));
  }
  if (line.isBegun) yield line.take();
}

class Line {
  readonly #longest: number;
  #parts: Buffer[] = [];
  #length = 0;
  #isCut = false;

  constructor(longest: number) {
    this.#longest = longest;
  }

  get isBegun(): boolean {
    return this.#length > 0;
  }

  add(part: Buffer): void {
    const kept = part.subarray(0, this.#longest - this.#length);
    this.#isCut ||= kept.length < part.length;
    this.#length += kept.length;
    if (kept.length > 0) this.#parts.push(kept);
  }

  take(): string {
    const text = Buffer.concat(this.#parts).toString('utf8').replace(/\r$/, '');
    const line = this.#isCut ? `${text}… (cut)` : text;
    this.#parts = [];
    this.#length = 0;
    this.#isCut = false;
    return line;
  }
}
