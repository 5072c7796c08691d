/** A value of JSON that is a map. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a map or a list holds, a map in the order of its keys as it is printed. */
export function childrenOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key])
    : [];
}

/** A value as kubectl prints it: a text as it is, maps and lists as JSON. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'object' && value !== null ? formatCompact(value) : String(value);
}

/** JSON as Go writes it: keys sorted, and three signs of HTML and two line ends escaped. */
function formatCompact(value: object): string {
  return escapeSigns(encode(value));
}

/** The same as `json.MarshalIndent` writes it, with four blanks. */
export function formatIndented(value: object): string {
  return escapeSigns(encode(value, { step: ' '.repeat(4), indent: '' }));
}

function escapeSigns(json: string): string {
  const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(/[<>&\u2028\u2029]/g, escaped);
}

interface Layout {
  /** What a level is indented by; empty where all is one line. */
  readonly step: string;
  readonly indent: string;
}

const ONE_LINE: Layout = { step: '', indent: '' };

/** Not by JSON.stringify as a whole, since in its objects keys that are numbers come first. */
function encode(value: unknown, layout = ONE_LINE): string {
  const inner = { ...layout, indent: layout.indent + layout.step };
  if (Array.isArray(value))
    return `[${spread(
      value.map((item) => encode(item, inner)),
      layout,
    )}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const gap = layout.step === '' ? '' : ' ';
  const entry = (key: string) => `${JSON.stringify(key)}:${gap}${encode(value[key], inner)}`;
  return `{${spread(Object.keys(value).sort().map(entry), layout)}}`;
}

function spread(items: readonly string[], { step, indent }: Layout): string {
  if (step === '' || items.length === 0) return items.join(',');
  return `\n${items.map((item) => `${indent}${step}${item}`).join(',\n')}\n${indent}`;
}

/** Whole numbers above it are no int64, so Go has them as floats. */
const LARGEST_INTEGER = 2 ** 63;

/** From this exponent on, and below the other, Go's `%v` writes a float with an exponent. */
const LARGE_EXPONENT = 6;
const SMALL_EXPONENT = -4;

/** As Go prints an int64, or a float64 with the fewest digits. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < LARGEST_INTEGER) return BigInt(value).toString();
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= SMALL_EXPONENT && power < LARGE_EXPONENT) return String(value);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
