import { CompassError } from '#common/errors.ts';
import type { ValueType } from './values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const LONGEST_SHOWN = 100;

/** Reads settings one by one and keeps what is wrong with them, so that one start names all of it. */
export class Settings {
  readonly warnings: string[] = [];
  readonly #env: Environment;
  readonly #problems: string[] = [];
  readonly #known = new Set<string>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The setting's text without space around it; undefined where it is unset or empty. */
  text(name: string): string | undefined {
    this.#known.add(name);
    const text = this.#env[name]?.trim();
    return text === '' ? undefined : text;
  }

  /** Whether the variable exists at all, even if it is empty. */
  isPresent(name: string): boolean {
    this.#known.add(name);
    return this.#env[name] !== undefined;
  }

  /** The setting, or `otherwise` where it is unset, empty or wrong; a wrong one is remembered. */
  read<T>(name: string, type: ValueType<T>, otherwise: T): T {
    const text = this.text(name);
    return text === undefined ? otherwise : this.#parse(name, type, text, otherwise);
  }

  /** As read, but an empty one is wrong: it names something, and nothing has no name. */
  readName<T>(name: string, type: ValueType<T>, otherwise: T): T {
    if (!this.isPresent(name)) return otherwise;
    return this.#parse(name, type, this.#env[name]?.trim() ?? '', otherwise);
  }

  #parse<T>(name: string, type: ValueType<T>, text: string, otherwise: T): T {
    const value = type.parse(text);
    if (value !== undefined) return value;
    this.refuse(`${name} is ${shown(text)}, allowed: ${type.allowed}`);
    return otherwise;
  }

  /** Remembers a problem, in the form `NAME is "value", allowed: …`. */
  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  warn(warning: string): void {
    this.warnings.push(warning);
  }

  /** Warns about variables that look like ours and were never asked for. Throws InvalidSetting with every problem. */
  finish(): void {
    for (const name of Object.keys(this.#env).toSorted()) {
      if (name.startsWith('APP_') && !this.#known.has(name)) this.warn(`${name} is not a setting of this version`);
    }
    if (this.#problems.length > 0) throw new CompassError('InvalidSetting', this.#problems.join('; '));
  }
}

/** A value as a message may carry it: quoted, short, without the user and password of a URL. */
function shown(text: string): string {
  const open = text.replace(/\/\/[^/@\s]{1,200}@/g, '//[sensitive]@');
  return JSON.stringify(open.length > LONGEST_SHOWN ? `${open.slice(0, LONGEST_SHOWN)}…` : open);
}
