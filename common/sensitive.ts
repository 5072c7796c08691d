import { inspect } from 'node:util';

const MASK = '[sensitive]';

/**
 * A value that must never be printed: a token, a private key, a password. Every way of turning it into text
 * gives `[sensitive]`; only `reveal()` gives the value, and only the doors (the code that sends or stores it) call it.
 */
export class Sensitive<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
