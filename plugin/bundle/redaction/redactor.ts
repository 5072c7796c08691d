import { isRecord, type JsonRecord } from '#common/json.ts';
import { type Needles, WITHHELD } from './needles.ts';
import { withoutSecretLooks } from './patterns.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Fields that hold nothing but a secret, whatever it looks like. */
const SECRET_FIELD =
  /^(?:.*(?:password|passwd|passphrase|pwd|secret|token|private[-_]?key|api[-_]?key)|authorization|cookie|credentials?)$/i;

/** Fields whose every value is withheld: what is sent along with a call, or to a driver, may be anything. */
const SECRET_PART =
  /^(?:headers|queryParameters|requestParameters|additionalHeaders|additionalQueryParams|customHeaders|volumeAttributes)$/;

/** What such fields say without telling anything: keyed fingerprints, and the states of a token. */
const HARMLESS = /^(?:hmac:[0-9a-f]{16,64}|none|unused|trying|used|spent)?$/;

/**
 * Takes secrets out of whatever goes into an archive: those that are known by their values, and those that have the look of
 * one or stand where one would be.
 */
export class Redactor {
  readonly #needles: Needles;
  readonly #pseudonyms: Pseudonyms | undefined;
  #taken = 0;

  /** With `pseudonyms` whatever tells whose cluster it is has another name, too. */
  constructor(needles: Needles, pseudonyms?: Pseudonyms) {
    this.#needles = needles;
    this.#pseudonyms = pseudonyms;
  }

  /** How many texts something was taken out of. */
  get taken(): number {
    return this.#taken;
  }

  /** How many values are known, and looked for. */
  get known(): number {
    return this.#needles.size;
  }

  text(text: string): string {
    const left = this.#withoutSecrets(text);
    return this.#pseudonyms ? this.#pseudonyms.text(left) : left;
  }

  /** JSON without secrets, in its keys neither. The order of fields stays. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [this.#withoutSecrets(key), this.#field(key, part)]),
    );
  }

  /** A line of a log: JSON by its fields, anything else as a text. */
  line(line: string): string {
    if (!line.startsWith('{')) return this.text(line);
    try {
      return JSON.stringify(this.value(JSON.parse(line)));
    } catch {
      return this.text(line);
    }
  }

  /** Whether a text that is about to be written still holds a value that is known. */
  isClean(text: string): boolean {
    return this.#needles.mask(text).found === 0;
  }

  #withoutSecrets(text: string): string {
    const left = withoutSecretLooks(this.#needles.mask(text).text);
    if (left !== text) this.#taken += 1;
    return left;
  }

  #field(key: string, part: unknown): unknown {
    if (SECRET_PART.test(key)) return this.#withhold(part);
    if (Array.isArray(part)) return part.map((item) => this.#field(key, item));
    if (this.#pseudonyms && isRecord(part) && (key === 'labels' || key === 'annotations')) {
      return this.value(this.#marks(key, part, this.#pseudonyms));
    }
    if (typeof part === 'string' && SECRET_FIELD.test(key)) return this.#withhold(part);
    const other = typeof part === 'string' ? this.#pseudonyms?.field(key, part) : undefined;
    return other ?? this.value(part);
  }

  #marks(of: 'labels' | 'annotations', marks: JsonRecord, pseudonyms: Pseudonyms): JsonRecord {
    const shown = Object.entries(marks).map(([key, value]) => [
      pseudonyms.key(key),
      of === 'labels' && typeof value === 'string' ? pseudonyms.label(key, value) : value,
    ]);
    return Object.fromEntries(shown);
  }

  #withhold(part: unknown): unknown {
    if (typeof part === 'string') {
      if (HARMLESS.test(part)) return part;
      this.#taken += 1;
      return WITHHELD;
    }
    if (Array.isArray(part)) return part.map((item) => this.#withhold(item));
    if (!isRecord(part)) return part === null || typeof part === 'boolean' ? part : WITHHELD;
    return Object.fromEntries(
      Object.entries(part).map(([key, value]) => [this.#withoutSecrets(key), this.#withhold(value)]),
    );
  }
}
