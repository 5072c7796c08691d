import { formatYaml, type YamlStyle } from '../../output/yaml.ts';
import type { Addition } from '../additions.ts';
import { everyNode, isFlow, nodesAlong, type YamlList, type YamlMapping, type YamlNode } from './nodes.ts';
import { lineEndOf, lineStart, nextLine, type Splice } from './splice.ts';

/** What comes into one mapping, list or null of a document. */
interface Insertion {
  readonly target: YamlNode;
  readonly depth: number;
  /** The column of the mapping that a null stands in: what takes its place is written below its key. */
  readonly parentColumn: number;
  /** Whether that mapping is in brackets. */
  readonly isInFlow: boolean;
  readonly entries: Record<string, unknown>;
  readonly items: unknown[];
  readonly at: 'start' | 'end';
}

/** The changes of a text that bring additions into the template at `path` of a document. */
export function insertions(
  text: string,
  root: YamlNode,
  path: readonly string[],
  additions: readonly Addition[],
): readonly Splice[] {
  const gathered = new Map<YamlNode, Insertion>();
  const style = { indentsLists: indentsLists(text, root) };
  for (const addition of additions) {
    const whole = [...path, ...addition.path];
    const nodes = nodesAlong(root, whole);
    const target = nodes.at(-1) ?? root;
    const found = gathered.get(target);
    const parent = nodes.at(-2);
    const insertion = found ?? {
      target,
      depth: nodes.length,
      parentColumn: parent ? columnAt(text, parent.start) : 0,
      isInFlow: isFlow(parent),
      entries: {},
      items: [],
      at: 'at' in addition ? addition.at : 'end',
    };
    gathered.set(target, insertion);
    gather(insertion, whole.slice(nodes.length - 1), addition);
  }
  return [...gathered.values()].map((insertion) => toSplice(text, insertion, style));
}

/** Whether lists of a document stand further in than their keys. */
function indentsLists(text: string, root: YamlNode): boolean {
  for (const node of everyNode(root)) {
    const entries = node.type === 'mapping' && !node.isFlow ? node.entries : [];
    const entry = entries.find(({ value }) => value.type === 'list' && !value.isFlow);
    if (entry) return columnAt(text, entry.value.start) > columnAt(text, entry.start);
  }
  return false;
}

/** What is missing on the way becomes part of what is inserted. */
function gather({ entries, items }: Insertion, missing: readonly string[], addition: Addition): void {
  const [first, ...rest] = missing;
  if (first === undefined) {
    if ('entries' in addition) Object.assign(entries, addition.entries);
    else items.push(...addition.items);
    return;
  }
  const inner = 'entries' in addition ? addition.entries : addition.items;
  const value = rest.reduceRight<unknown>((below, key) => ({ [key]: below }), inner);
  const before = entries[first];
  // Two additions may want the same mapping that is missing.
  entries[first] = isPlain(before) && isPlain(value) ? { ...before, ...value } : value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toSplice(text: string, insertion: Insertion, style: YamlStyle): Splice {
  const { target, entries, items, depth, at, parentColumn, isInFlow } = insertion;
  const value = items.length > 0 ? items : entries;
  if (target.type === 'alias') throw new Error('an alias was to be changed');
  if (target.type === 'scalar') {
    const json = JSON.stringify(value);
    if (!target.isBlank) return { start: target.start, end: target.end, text: json, depth };
    if (isInFlow) return { start: target.end, end: target.end, text: ` ${json}`, depth };
    const column = parentColumn + (value === entries || style.indentsLists ? 2 : 0);
    return lines(text, nextLine(text, target.end), formatYaml(value, style), column, depth);
  }
  if (target.isFlow) return intoFlow(target, insertion);
  const place = at === 'start' ? lineStart(text, target.start) : nextLine(text, target.end);
  return lines(text, place, formatYaml(value, style), columnAt(text, target.start), depth);
}

/** In brackets everything is JSON, which YAML takes there. */
function intoFlow(target: YamlMapping | YamlList, { entries, items, at, depth }: Insertion): Splice {
  const parts =
    target.type === 'list'
      ? items.map((item) => JSON.stringify(item))
      : Object.entries(entries).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const present: readonly { readonly start: number; readonly end: number }[] =
    target.type === 'list' ? target.items : target.entries;
  const joined = parts.join(', ');
  const [first, last] = [present[0], present.at(-1)];
  if (!first || !last) return { start: target.start + 1, end: target.start + 1, text: joined, depth };
  if (at === 'start') return { start: first.start, end: first.start, text: `${joined}, `, depth };
  return { start: last.end, end: last.end, text: `, ${joined}`, depth };
}

/** Whole lines at a place; where the text ends without a line end, so does what comes behind it. */
function lines(text: string, place: number, yaml: string, column: number, depth: number): Splice {
  const lineEnd = lineEndOf(text);
  const indented = yaml.trimEnd().split('\n');
  const block = indented.map((line) => (line === '' ? line : ' '.repeat(column) + line)).join(lineEnd);
  const isUnended = place > 0 && text[place - 1] !== '\n';
  return { start: place, end: place, text: isUnended ? lineEnd + block : block + lineEnd, depth };
}

function columnAt(text: string, offset: number): number {
  const start = lineStart(text, offset);
  // A byte order mark is no column.
  return offset - start - (text.charCodeAt(start) === 0xfeff ? 1 : 0);
}
