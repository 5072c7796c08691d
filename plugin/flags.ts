/** One flag of a command, as data: yargs, the help and, later, the completion are made of it. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** `text` takes a value (the last one counts), `texts` one each time it is given, `switch` none but `=true` and `=false`. */
  readonly kind: 'text' | 'texts' | 'switch';
  /** What the value is called in the help. */
  readonly value?: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** What a `text` without its value means: `--dry-run` alone. */
  readonly bare?: string;
  /** Accepted, and not in the help of each command: kubectl's own flags. */
  readonly hidden?: boolean;
}

/** What was given on the command line, by the names of the flags. An empty text is as good as none, as in kubectl. */
export class ParsedFlags {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }

  text(name: string): string | undefined {
    const last = this.texts(name).at(-1);
    return last === '' ? undefined : last;
  }

  texts(name: string): readonly string[] {
    return [this.values[name]].flat().filter((value) => typeof value === 'string');
  }

  /** Whether a switch is on; undefined where it was not given. */
  switched(name: string): boolean | undefined {
    const last = [this.values[name]].flat().at(-1);
    return typeof last === 'boolean' ? last : undefined;
  }

  isOn(name: string): boolean {
    return this.switched(name) ?? false;
  }
}
