import { formatJson } from '../output/document.ts';
import type { ArchiveWriter } from './archive-writer.ts';
import type { Redactor } from './redaction/redactor.ts';

/** What an archive says of a file that was kept out of it by the last look at it. */
const KEPT_OUT = 'withheld: the last look at this file found the value of a Secret in it\n';

/** Where everything of an archive passes: each file is looked through once more before it is written. */
export class ArchiveSink {
  readonly #writer: ArchiveWriter;
  readonly #redactor: Redactor;
  /** Files that were withheld as a whole, since a value that is known was still in them. */
  readonly keptOut: string[] = [];

  constructor(writer: ArchiveWriter, redactor: Redactor) {
    this.#writer = writer;
    this.#redactor = redactor;
  }

  /** A document, which has been redacted. */
  async json(path: string, document: unknown): Promise<void> {
    await this.text(path, formatJson(document));
  }

  /** A text, which has been redacted. Throws Usage where the disk does not take it. */
  async text(path: string, text: string): Promise<void> {
    if (this.#redactor.isClean(text)) return this.#writer.add(path, text);
    this.keptOut.push(path);
    await this.#writer.add(path, KEPT_OUT);
  }
}
