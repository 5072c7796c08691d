import { type Removal, toKey } from '../removal.ts';
import { isFlow, itemName, nodesAlong, type YamlEntry, type YamlNode } from './nodes.ts';
import { lineStart, nextLine, type Splice } from './splice.ts';

/** An entry or an item: what can be cut out of a mapping or a list. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly step: string;
  readonly node: YamlNode;
}

/** The changes of a text that take a removal's parts out of the template at `path` of a document. */
export function cuts(
  text: string,
  root: YamlNode,
  path: readonly string[],
  removal: Removal,
  was: Readonly<Record<string, string>>,
): readonly Splice[] {
  const cutter = new Cutter(text, removal, was);
  const template = nodesAlong(root, path).at(-1) ?? root;
  cutter.cutWithin(template, []);
  return cutter.spans(text);
}

class Cutter {
  readonly #text: string;
  readonly #dropped: ReadonlySet<string>;
  readonly #made: ReadonlySet<string>;
  readonly #was: Readonly<Record<string, string>>;
  readonly #splices: Splice[] = [];

  constructor(text: string, { drops, made }: Removal, was: Readonly<Record<string, string>>) {
    this.#text = text;
    this.#dropped = new Set(drops.map(toKey));
    this.#made = new Set(made.map(toKey));
    this.#was = was;
  }

  /** Whether everything in it goes, so that it goes, too. */
  cutWithin(node: YamlNode, path: readonly string[]): boolean {
    const parts = partsOf(node);
    const goes = parts.map((part) => this.#goes(part, [...path, part.step]));
    if (parts.length > 0 && goes.every((is) => is)) {
      if (this.#made.has(toKey(path))) return true;
      const literal = this.#was[path.join('/')];
      if (literal !== undefined) {
        // In the place of nothing stands something with a space before it.
        const start = node.start - (literal === '' ? 1 : 0);
        this.#splices.push({ start, end: node.end, text: literal, depth: 0 });
        return false;
      }
    }
    const inBrackets = isFlow(node);
    parts.forEach((_, i) => {
      if (goes[i]) this.#splices.push(inBrackets ? flowSpan(parts, i, goes) : lineSpan(this.#text, parts, i));
    });
    return false;
  }

  #goes({ node }: Part, path: readonly string[]): boolean {
    return this.#dropped.has(toKey(path)) || this.cutWithin(node, path);
  }

  /** A last line that had no end before has none again. */
  spans(text: string): readonly Splice[] {
    const isUnended = !text.endsWith('\n');
    const last = this.#splices.toSorted((a, b) => a.start - b.start);
    let end = text.length;
    const atEnd: Splice[] = [];
    for (const one of last.toReversed()) {
      if (one.end !== end || one.text !== '') break;
      atEnd.push(one);
      end = one.start;
    }
    const first = atEnd.at(-1);
    if (!isUnended || !first || first.start === 0 || text[first.start - 1] !== '\n') return last;
    const before = first.start - (text[first.start - 2] === '\r' ? 2 : 1);
    return [...last.filter((one) => one !== first), { ...first, start: before }];
  }
}

function partsOf(node: YamlNode): readonly Part[] {
  if (node.type === 'list') return node.items.map((item) => ({ ...placeOf(item), step: itemName(item), node: item }));
  if (node.type !== 'mapping') return [];
  return node.entries.map((entry: YamlEntry) => ({ ...placeOf(entry), step: entry.key, node: entry.value }));
}

function placeOf({ start, end }: { readonly start: number; readonly end: number }) {
  return { start, end };
}

function lineSpan(text: string, parts: readonly Part[], i: number): Splice {
  const { start, end } = parts[i] as Part;
  return { start: lineStart(text, start), end: nextLine(text, end), text: '', depth: 0 };
}

/** With the comma that came with it: the one before it, or that behind it where nothing that stays is before it. */
function flowSpan(parts: readonly Part[], i: number, goes: readonly boolean[]): Splice {
  const part = parts[i] as Part;
  const before = parts[i - 1];
  const behind = parts[i + 1];
  const staysBefore = goes.slice(0, i).includes(false);
  if (before && staysBefore) return { start: before.end, end: part.end, text: '', depth: 0 };
  return { start: part.start, end: behind ? behind.start : part.end, text: '', depth: 0 };
}
