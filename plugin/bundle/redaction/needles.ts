import { formsOf, SHORT } from './forms.ts';

/** What stands in the place of something that was taken out. */
export const WITHHELD = '[withheld]';

/** Shorter values are no secrets, and would tear every text to pieces. */
const SHORTEST = 4;

/** What is looked up first: the first characters of whatever is looked for. */
const HEAD = 4;

/** A power of two. */
const BITS = 1 << 20;

/**
 * Values that must not be found in any text, in whatever form they may be in it: as they are, in base64 (also as a part of
 * something longer), base64url, hexadecimal, percent-encoded, or escaped as in JSON, once and twice, or HTML. There may be a
 * hundred thousand: a text is gone through once, whatever their number.
 */
export class Needles {
  /** The lengths of what begins so, the longest first. */
  readonly #lengths = new Map<string, number[]>();
  readonly #heads = new Uint8Array(BITS);
  readonly #known = new Set<string>();
  readonly #values = new Set<string>();

  /** How many values are looked for. */
  get size(): number {
    return this.#values.size;
  }

  add(value: string): void {
    // One that is a form of another has forms of its own all the same.
    if (value.length < SHORTEST || this.#values.has(value)) return;
    this.#values.add(value);
    for (const form of formsOf(value)) this.#addForm(form);
  }

  /** The text without any of them, and how many there were. */
  mask(text: string): { readonly text: string; readonly found: number } {
    const parts: string[] = [];
    let [from, found] = [0, 0];
    for (let at = 0; at + HEAD <= text.length; ) {
      const end = this.#endAt(text, at);
      if (end === at) {
        at += 1;
        continue;
      }
      parts.push(text.slice(from, at), WITHHELD);
      at = end;
      from = at;
      found += 1;
    }
    return found === 0 ? { text, found } : { text: parts.join('') + text.slice(from), found };
  }

  #addForm(form: string): void {
    if (form.length < SHORTEST || this.#known.has(form)) return;
    this.#known.add(form);
    this.#heads[slotOf(form, 0)] = 1;
    const head = form.slice(0, HEAD);
    const lengths = this.#lengths.get(head);
    if (!lengths) this.#lengths.set(head, [form.length]);
    else if (!lengths.includes(form.length)) lengths.push(form.length);
    lengths?.sort((one, other) => other - one);
  }

  /** Where what begins here ends, with whatever begins before its end; here where none begins. */
  #endAt(text: string, from: number): number {
    let end = from + this.#lengthAt(text, from);
    for (let at = from + 1; at < end && at + HEAD <= text.length; at += 1) {
      end = Math.max(end, at + this.#lengthAt(text, at));
    }
    return end;
  }

  /** The length of the longest that begins here; 0 where none does. */
  #lengthAt(text: string, at: number): number {
    if (this.#heads[slotOf(text, at)] === 0) return 0;
    const lengths = this.#lengths.get(text.slice(at, at + HEAD)) ?? [];
    return lengths.find((length) => this.#isThere(text, at, length)) ?? 0;
  }

  #isThere(text: string, at: number, length: number): boolean {
    const form = text.slice(at, at + length);
    return this.#known.has(form) && (length >= SHORT || isWord(text, at, form));
  }
}

function slotOf(text: string, at: number): number {
  let hash = 0;
  for (let i = 0; i < HEAD; i += 1) hash = (Math.imul(hash, 0x1_f3_5b) + text.charCodeAt(at + i)) | 0;
  return (hash ^ (hash >>> 15)) & (BITS - 1);
}

function isWord(text: string, at: number, form: string): boolean {
  const around = [text.charAt(at - 1), text.charAt(at + form.length)];
  return around.every((neighbour) => !/[\p{L}\p{N}_]/u.test(neighbour));
}
