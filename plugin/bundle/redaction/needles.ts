/** What stands in the place of something that was taken out. */
export const WITHHELD = '[withheld]';

/** Shorter values are no secrets, and would tear every text to pieces. */
const SHORTEST = 4;

/** Up to here a value counts where it stands as a word of its own: `test` is not in `latest`. */
const SHORT = 8;

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
      const length = this.#lengthAt(text, at);
      if (length === 0) {
        at += 1;
        continue;
      }
      parts.push(text.slice(from, at), WITHHELD);
      at += length;
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

function formsOf(value: string): Set<string> {
  const bytes = Buffer.from(value);
  const json = escaped(value);
  const html = json.replace(/[<>&]/g, (sign) => `\\u00${hexOf(sign)}`);
  return new Set([
    value,
    ...percentForms(value.toWellFormed()),
    ...[json, escaped(json), html, escaped(html)],
    ...htmlForms(value),
    ...linesOf(value),
    ...(bytes.length >= SHORT
      ? [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)]
      : [bytes.toString('base64'), bytes.toString('base64url')]),
  ]);
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** As programs write it into URLs and forms: each leaves other signs as they are, and a blank may be a plus. */
function percentForms(text: string): string[] {
  const component = encodeURIComponent(text);
  if (/^[\w.~-]*$/.test(text)) return [component];
  const url = new URL('http://host.invalid');
  url.password = text;
  const all = [
    ...[component, encodeURI(text), url.password],
    component.replace(/[!'()*]/g, (sign) => `%${hexOf(sign).toUpperCase()}`),
    new URLSearchParams([['', text]]).toString().slice(1),
  ];
  const plus = all.map((form) => form.replaceAll('%20', '+'));
  return [...all, ...plus].flatMap((form) => [form, form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())]);
}

/** As it stands in a page: an error of a gateway may be one. */
function htmlForms(value: string): string[] {
  if (!/[<>&"']/.test(value)) return [];
  const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quotes = ['"', '&quot;', '&#34;'];
  const apostrophes = ["'", '&#39;', '&#x27;'];
  return quotes.flatMap((quote) =>
    apostrophes.map((apostrophe) => text.replaceAll('"', quote).replaceAll("'", apostrophe)),
  );
}

function hexOf(sign: string): string {
  return sign.charCodeAt(0).toString(16).padStart(2, '0');
}

/** A log has a PEM file line by line. */
function linesOf(value: string): string[] {
  return value.includes('\n')
    ? value.split(/\r?\n/).filter((line) => line.length >= 2 * SHORT && !line.startsWith('---'))
    : [];
}

/** As it is, and as the part of something longer (`user:password`) that hangs on nothing before or after it. */
function base64Forms(bytes: Buffer): string[] {
  const inner = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const from = before === 0 ? 0 : before + 1;
    const whole = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(from, whole);
  });
  const all = [bytes.toString('base64'), ...inner].filter((form) => form.length >= SHORT);
  return all.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}
