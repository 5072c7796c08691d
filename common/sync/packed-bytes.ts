import { formatTime } from '#common/clock.ts';

const UUID_BYTES = 16;
const TIME_BYTES = 5;
/** Between texts. One that has it reads back as another, which whoever packs finds out. */
const SEPARATOR = '\n';

const DIGITS = Buffer.from('0123456789abcdef');
const DASH = 0x2d;
/** Of a UUID. */
const FIRST_GROUP_BYTES = 4;
const OTHER_GROUPS_BYTES = [2, 2, 2, 6];
/** Texts are put together here, since one that was put together by `+` would keep its parts. */
const scratch = Buffer.alloc(64);

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

  /** Hexadecimal digits as what they stand for, in so many bytes, whatever they are. */
  hex(text: string, length: number): this {
    const bytes = Buffer.alloc(length);
    bytes.write(text, 'hex');
    return this.rest(bytes.toString('latin1'));
  }

  uuid(text: string): this {
    return this.hex(text.replaceAll('-', ''), UUID_BYTES);
  }

  /** RFC 3339 in whole seconds. */
  time(text: string): this {
    const seconds = Math.trunc(Date.parse(text) / 1000);
    const hex = seconds >= 0 ? seconds.toString(16).padStart(2 * TIME_BYTES, '0') : '';
    return this.hex(hex, TIME_BYTES);
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
    this.#at += 1;
    return this.#packed.charCodeAt(this.#at - 1);
  }

  /** So many bytes as hexadecimal digits. */
  hex(length: number): string {
    return scratch.toString('latin1', 0, this.#digits(0, length));
  }

  uuid(): string {
    let end = this.#digits(0, FIRST_GROUP_BYTES);
    for (const length of OTHER_GROUPS_BYTES) {
      scratch[end] = DASH;
      end = this.#digits(end + 1, length);
    }
    return scratch.toString('latin1', 0, end);
  }

  time(): string {
    let seconds = 0;
    for (let left = TIME_BYTES; left > 0; left -= 1) seconds = seconds * 256 + this.byte();
    return formatTime(seconds * 1000);
  }

  /** A text of so many characters. */
  chars(length: number): string {
    return this.#take(length);
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

  /** Puts the digits of so many bytes from `start` on; gives where they end. */
  #digits(start: number, length: number): number {
    let end = start;
    for (let left = length; left > 0; left -= 1) {
      const byte = this.byte();
      scratch[end] = DIGITS[byte >> 4] ?? 0;
      scratch[end + 1] = DIGITS[byte & 0xf] ?? 0;
      end += 2;
    }
    return end;
  }

  #take(length: number): string {
    const part = this.#packed.slice(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }
}
