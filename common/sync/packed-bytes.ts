/** A UUID as it is usually written. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_BYTES = 16;
/** RFC 3339 in whole seconds, in UTC. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
/** Its digits, two in a byte. */
const TIME_BYTES = 7;
const HEX = /^[0-9a-f]*$/;
/** Between texts. */
const SEPARATOR = '\n';

/** Nearly everything is converted here: a buffer of its own would be garbage right after. */
const scratch = Buffer.alloc(512);

function room(bytes: number): Buffer {
  return bytes <= scratch.length ? scratch : Buffer.alloc(bytes);
}

/** From hexadecimal digits to a string of which each character is a byte; it keeps nothing else alive. */
function toBytes(digits: string): string {
  const length = digits.length / 2;
  const buffer = room(length);
  buffer.write(digits, 'hex');
  return buffer.toString('latin1', 0, length);
}

function toDigits(bytes: string): string {
  const buffer = room(bytes.length);
  buffer.write(bytes, 'latin1');
  return buffer.toString('hex', 0, bytes.length);
}

/** A UUID as sixteen characters; undefined where it is none, or would read back otherwise. */
export function packUuid(text: string): string | undefined {
  return UUID.test(text) ? toBytes(text.replaceAll('-', '')) : undefined;
}

/**
 * Puts parts behind each other: first what becomes bytes, a character each, then texts as they are. All bytes are converted
 * at once: where nothing is optimized, what is done byte by byte takes most of the time.
 */
export class Writer {
  #digits = '';
  readonly #texts: string[] = [];
  #fits = true;

  /** Undefined where a part would not read back the same. Flat: a string that was put together by `+` would keep its parts. */
  get packed(): string | undefined {
    return this.#fits ? [toBytes(this.#digits), ...this.#texts].join('') : undefined;
  }

  byte(value: number): this {
    return this.#put(value <= 0xff, value.toString(16).padStart(2, '0'));
  }

  /** Hexadecimal digits, of so many bytes. */
  hex(digits: string, length: number): this {
    return this.#put(digits.length === 2 * length && HEX.test(digits), digits);
  }

  uuid(text: string): this {
    return this.#put(UUID.test(text), text.replaceAll('-', ''));
  }

  time(text: string): this {
    return this.#put(TIME.test(text), text.replace(/\D/g, ''));
  }

  /** So many characters, whatever they are. */
  chars(text: string, length: number): this {
    this.#fits &&= text.length === length;
    this.#texts.push(text);
    return this;
  }

  text(text: string): this {
    this.#fits &&= !text.includes(SEPARATOR);
    this.#texts.push(text, SEPARATOR);
    return this;
  }

  #put(fits: boolean, digits: string): this {
    this.#fits &&= fits;
    this.#digits += digits;
    return this;
  }
}

/** Reads what a Writer wrote, part by part. */
export class Reader {
  readonly #packed: string;
  #digits: string | undefined;
  #at = 0;

  constructor(packed: string) {
    this.#packed = packed;
  }

  byte(): number {
    this.#at += 1;
    return this.#packed.charCodeAt(this.#at - 1);
  }

  /** So many bytes as hexadecimal digits. */
  hex(length: number): string {
    const start = 2 * this.#at;
    this.#at += length;
    this.#digits ??= toDigits(this.#packed);
    return this.#digits.slice(start, start + 2 * length);
  }

  uuid(): string {
    const hex = this.hex(UUID_BYTES);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  time(): string {
    const hex = this.hex(TIME_BYTES);
    const date = `${hex.slice(0, 4)}-${hex.slice(4, 6)}-${hex.slice(6, 8)}`;
    return `${date}T${hex.slice(8, 10)}:${hex.slice(10, 12)}:${hex.slice(12)}Z`;
  }

  /** So many characters. */
  chars(length: number): string {
    const part = this.#packed.slice(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  text(): string {
    const text = this.chars(this.#packed.indexOf(SEPARATOR, this.#at) - this.#at);
    this.#at += SEPARATOR.length;
    return text;
  }
}
