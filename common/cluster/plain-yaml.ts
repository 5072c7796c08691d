/** A line that says something: how far it is indented, and what it says without that. */
interface Line {
  indent: number;
  text: string;
}

/** Thrown where a text uses more of YAML than is read here. */
class Beyond extends Error {}

const KEY = /^([\w./-]+):(?: +(\S.*))?$/;

/** A plain scalar that can be nothing but a string: no number, date, null or boolean of any YAML version, and no indicator. */
const STRING = /^(?![\d.+-]+$)(?!(?:[yn]|yes|no|on|off|true|false|null|[+.]*(?:inf|nan))$)[\w./+=][\w./+=:@ -]*$/i;
const NUMERIC = /^[-+.]?\d[\d_.,:xobe+a-f-]*$/i;

/**
 * The value of a YAML text that is written as tools write kubeconfigs: block mappings and sequences of one-line strings,
 * or JSON. Undefined for every other text, which a whole YAML parser must read; loading one and having it read a
 * kubeconfig takes a third of the time of a short command.
 */
export function readPlainYaml(text: string): unknown {
  try {
    return text.startsWith('{') ? JSON.parse(text) : readLines(linesOf(text).reverse());
  } catch {
    return undefined;
  }
}

function linesOf(text: string): Line[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== '' && !/^\s*#/.test(line));
  return lines.map((line) => {
    const indented = line.trimStart();
    return { indent: line.length - indented.length, text: indented.trimEnd() };
  });
}

/** The lines are in reverse, here and below: taking the first off a long array moves all others. */
function readLines(lines: Line[]): unknown {
  const value = readBlock(lines, 0);
  if (lines.length > 0) throw new Beyond();
  return value;
}

/** Takes a block off the lines. */
function readBlock(lines: Line[], indent: number): unknown {
  const next = lines.at(-1);
  return next && isItem(next) ? readSequence(lines, indent) : readMapping(lines, indent);
}

function isItem({ text }: Line): boolean {
  return text.startsWith('- ');
}

function readSequence(lines: Line[], indent: number): unknown[] {
  const items: unknown[] = [];
  for (let line = lines.at(-1); line?.indent === indent && isItem(line); line = lines.at(-1)) {
    const text = line.text.slice(1).trimStart();
    if (KEY.test(text)) {
      // The item's mapping begins on the line of its dash.
      const first = { indent: indent + line.text.length - text.length, text };
      lines[lines.length - 1] = first;
      items.push(readMapping(lines, first.indent));
    } else {
      lines.pop();
      items.push(readScalar(text));
    }
  }
  return items;
}

function readMapping(lines: Line[], indent: number): Record<string, unknown> {
  const entries = new Map<string, unknown>();
  for (let line = lines.at(-1); line?.indent === indent && !isItem(line); line = lines.at(-1)) {
    const [, key = '', value] = KEY.exec(line.text) ?? [];
    if (!STRING.test(key) || NUMERIC.test(key) || entries.has(key)) throw new Beyond();
    lines.pop();
    entries.set(key, value === undefined ? readNested(lines, indent) : readScalar(value));
  }
  return Object.fromEntries(entries);
}

/** What stands below a key; a sequence may stand as far left as the key itself. */
function readNested(lines: Line[], indent: number): unknown {
  const next = lines.at(-1);
  if (next && next.indent > indent) return readBlock(lines, next.indent);
  return next?.indent === indent && isItem(next) ? readSequence(lines, indent) : null;
}

/** A certificate or key in base64: long, and nothing else. */
const LONG = /^[A-Za-z][\w+/]{60,}={0,2}$/;

function readScalar(text: string): unknown {
  if (LONG.test(text)) return text;
  if (text === '{}') return {};
  if (text === '[]') return [];
  const quoted = /^"([^"\\]*)"$/.exec(text) ?? /^'([^']*)'$/.exec(text);
  if (quoted) return quoted[1] ?? '';
  if (!STRING.test(text) || NUMERIC.test(text) || /: |:$/.test(text)) return readBoolean(text);
  return text;
}

function readBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Beyond();
  return text === 'true';
}
