import { CompassError } from '#common/errors.ts';
import { redact } from '#common/redact.ts';
import { isUnknownSetting, type Setting } from '#common/settings.ts';
import type { ValueType } from './values.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What may be read: settings, and what Kubernetes, Node and everybody else's programs are told by. */
type Variable =
  | Setting
  | 'POD_NAME'
  | 'POD_NAMESPACE'
  | 'HOSTNAME'
  | `NODE_${string}`
  | 'HTTPS_PROXY'
  | 'https_proxy'
  | 'NO_PROXY'
  | 'no_proxy';

const LONGEST_SHOWN = 100;

/** Of a setting, in characters. */
const LONGEST_VALUE = 16 * 1024;

/** Reads settings one by one and keeps what is wrong with them, so that one start names all of it. */
export class Settings {
  readonly warnings: string[] = [];
  readonly #env: Environment;
  readonly #problems: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The setting's text without space around it; undefined where it is unset or empty. */
  text(name: Variable): string | undefined {
    const text = this.#env[name]?.trim();
    return text === '' ? undefined : text;
  }

  /** Whether the variable exists at all, even if it is empty. */
  isPresent(name: Variable): boolean {
    return this.#env[name] !== undefined;
  }

  /** The setting, or `otherwise` where it is unset, empty or wrong; a wrong one is remembered. */
  read<T>(name: Variable, type: ValueType<T>, otherwise: T): T {
    const text = this.text(name);
    return text === undefined ? otherwise : this.#parse(name, type, text, otherwise);
  }

  /** As read, but an empty one is wrong: it names something, and nothing has no name. */
  readName<T>(name: Variable, type: ValueType<T>, otherwise: T): T {
    if (!this.isPresent(name)) return otherwise;
    return this.#parse(name, type, this.#env[name]?.trim() ?? '', otherwise);
  }

  #parse<T>(name: Variable, type: ValueType<T>, text: string, otherwise: T): T {
    const value = text.length > LONGEST_VALUE ? undefined : type.parse(text);
    if (value !== undefined) return value;
    const most = text.length > LONGEST_VALUE ? `, ${LONGEST_VALUE} characters at most` : '';
    this.refuse(`${name} is ${shown(text)}, allowed: ${type.allowed}${most}`);
    return otherwise;
  }

  /** Remembers a problem, in the form `NAME is "value", allowed: …`. */
  refuse(problem: string): void {
    this.#problems.push(problem);
  }

  warn(warning: string): void {
    this.warnings.push(warning);
  }

  /**
   * Warns about variables that look like ours and are not, and about arguments; where `strict`, these are problems.
   * Throws InvalidSetting with every problem.
   */
  finish(args: readonly string[], strict: boolean): void {
    const unknown = Object.keys(this.#env).filter(isUnknownSetting);
    for (const name of unknown.toSorted()) {
      if (strict) this.refuse(`${name} is set, allowed: the settings of this version`);
      else this.warn(`${name} is not a setting of this version`);
    }
    for (const arg of args) {
      // Never its value: it may be a token that somebody gave in the wrong place.
      const name = JSON.stringify(/^--?[a-z][-\w]{0,40}/.exec(arg)?.[0] ?? '…');
      if (strict) this.refuse(`there is an argument ${name}, allowed: none; settings are environment variables`);
      else this.warn(`the argument ${name} has no effect: settings are environment variables`);
    }
    if (this.#problems.length > 0) throw new CompassError('InvalidSetting', this.#problems.join('; '));
  }
}

/** A value as a message may carry it: quoted, short, without user, password and query of a URL, or what looks like a token. */
function shown(text: string): string {
  const open = redact(withoutCredentials(text));
  return JSON.stringify(open.length > LONGEST_SHOWN ? `${open.slice(0, LONGEST_SHOWN)}…` : open);
}

/** By hand, because a pattern would look for the last `@` from each `//` anew. */
function withoutCredentials(text: string): string {
  const begin = text.indexOf('//');
  const end = text.lastIndexOf('@');
  const bare = begin >= 0 && end > begin ? `${text.slice(0, begin)}//[sensitive]${text.slice(end)}` : text;
  const query = bare.indexOf('?');
  return query < 0 ? bare : `${bare.slice(0, query)}?…`;
}
