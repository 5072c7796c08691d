import { formatTime } from '#common/clock.ts';

type Encoding = 'hex' | 'base64url';

const UUID_BYTES = 16;
const TIME_BYTES = 5;
/** Between texts. One that has it reads back as another, which whoever packs finds out. */
const SEPARATOR = '\n';

/** Puts parts behind each other into a string of which each character is a byte. */
export class Writer {
  readonly #parts: string[] = [];

  /** Flat: a string that was put together by `+` would keep its parts. */
  get packed(): string {
    return this.#parts.join('');
  }

  byte(value: number): this {
    return this.rest(String.fromCharCode(value));
  }

  /** A text of `encoding` as what it stands for, in so many bytes, whatever it is. */
  bytes(text: string, encoding: Encoding, length: number): this {
    const bytes = Buffer.alloc(length);
    bytes.write(text, encoding);
    return this.rest(bytes.toString('latin1'));
  }

  uuid(text: string): this {
    return this.bytes(text.replaceAll('-', ''), 'hex', UUID_BYTES);
  }

  /** RFC 3339 in whole seconds. */
  time(text: string): this {
    const seconds = Math.trunc(Date.parse(text) / 1000);
    const hex = seconds >= 0 ? seconds.toString(16).padStart(2 * TIME_BYTES, '0') : '';
    return this.bytes(hex, 'hex', TIME_BYTES);
  }

  text(text: string): this {
    return this.rest(text).rest(SEPARATOR);
  }

  /** The last part, as it is. */
  rest(text: string): this {
    this.#parts.push(text);
    return this;
  }
}

/** Reads what a Writer wrote, part by part. */
export class Reader {
  readonly #packed: string;
  #at = 0;

  constructor(packed: string) {
    this.#packed = packed;
  }

  byte(): number {
    return this.#take(1).charCodeAt(0);
  }

  bytes(length: number, encoding: Encoding): string {
    return Buffer.from(this.#take(length), 'latin1').toString(encoding);
  }

  uuid(): string {
    return this.bytes(UUID_BYTES, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  time(): string {
    const seconds = Buffer.from(this.#take(TIME_BYTES), 'latin1').readUIntBE(0, TIME_BYTES);
    return formatTime(seconds * 1000);
  }

  text(): string {
    const end = this.#packed.indexOf(SEPARATOR, this.#at);
    const text = this.#take(end - this.#at);
    this.#at += SEPARATOR.length;
    return text;
  }

  rest(): string {
    return this.#take(this.#packed.length - this.#at);
  }

  #take(length: number): string {
    const part = this.#packed.slice(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }
}
