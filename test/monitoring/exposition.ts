/** A metric as a process exposes it. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** The labels of its samples, and the values that each had. */
  readonly labels: ReadonlyMap<string, ReadonlySet<string>>;
}

const HELP = /^# HELP (\S+) (.*)$/;
const TYPE = /^# TYPE (\S+) (\S+)$/;
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (?:[-+]?[\d.eE+-]+|NaN|[-+]Inf)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g;

/** What is behind the name of a family in those of its samples. */
const SUFFIXES = ['', '_bucket', '_sum', '_count'];

/** A family while its samples are read. */
type GrowingFamily = Omit<Family, 'labels'> & { readonly labels: Map<string, Set<string>> };

/** Reads Prometheus' text format. Throws for a line that is none, and for a sample of no family. */
export function readExposition(text: string): readonly Family[] {
  const families = new Map<string, GrowingFamily>();
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const read = HELP.test(line) ? addHelp : TYPE.test(line) ? addType : addSample;
    read(line, families);
  }
  return [...families.values()];
}

function addHelp(line: string, families: Map<string, GrowingFamily>): void {
  const [, name = '', help = ''] = HELP.exec(line) ?? [];
  families.set(name, { name, type: 'untyped', help, labels: new Map() });
}

function addType(line: string, families: Map<string, GrowingFamily>): void {
  const [, name = '', type = ''] = TYPE.exec(line) ?? [];
  const family = families.get(name);
  if (!family) throw new Error(`${name} has a type and no help`);
  families.set(name, { ...family, type });
}

function addSample(line: string, families: ReadonlyMap<string, GrowingFamily>): void {
  const [, name, labels = ''] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`no line of an exposition: ${line}`);
  const owners = SUFFIXES.filter((suffix) => name.endsWith(suffix)).map((suffix) =>
    name.slice(0, name.length - suffix.length),
  );
  const family = owners.map((owner) => families.get(owner)).find((found) => found !== undefined);
  if (!family) throw new Error(`${name} belongs to no family`);
  for (const [, label = '', value = ''] of labels.matchAll(LABEL)) {
    family.labels.set(label, (family.labels.get(label) ?? new Set()).add(value));
  }
}

/** The family that a metric of an expression belongs to. */
export function familyOf(metric: string, families: readonly Family[]): Family | undefined {
  return families.find(({ name, type }) => {
    if (type !== 'histogram' && type !== 'summary') return metric === name;
    return SUFFIXES.slice(1).some((suffix) => metric === `${name}${suffix}`);
  });
}
