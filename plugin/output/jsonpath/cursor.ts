import { CompassError } from '#common/errors.ts';

/** A place in a template, moving on as it is read. */
export class Cursor {
  readonly text: string;
  /** What the template is called in messages: the whole of it, also where a part is read. */
  readonly whole: string;
  #at = 0;

  constructor(text: string, whole = text) {
    this.text = text;
    this.whole = whole;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.text.length;
  }

  get rest(): string {
    return this.text.slice(this.#at);
  }

  peek(offset = 0): string {
    return this.text.charAt(this.#at + offset);
  }

  /** The next `count` characters. */
  take(count = 1): string {
    const taken = this.text.slice(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }

  /** What a pattern that begins with ^ matches here; an empty text where it does not. */
  takeMatch(pattern: RegExp): string {
    return this.take(pattern.exec(this.rest)?.[0].length ?? 0);
  }

  fail(why: string): CompassError {
    return templateError(this.whole, why);
  }
}

/** A template that is none, or that does not fit its document. */
export function templateError(template: string, why: string): CompassError {
  return new CompassError('Usage', `the jsonpath ${JSON.stringify(template)} is wrong: ${why}`);
}
