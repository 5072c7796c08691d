/** A YAML document as the places of its parts in a text: offsets, the end exclusive. */
export type YamlNode = YamlMapping | YamlList | YamlScalar | YamlAlias;

interface Placed {
  readonly start: number;
  readonly end: number;
  /** The name by which an alias elsewhere may stand for it. */
  readonly anchor: string | undefined;
}

export interface YamlMapping extends Placed {
  readonly type: 'mapping';
  /** `{a: b}`, as in JSON. */
  readonly isFlow: boolean;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly start: number;
  /** Behind the value, or behind the colon where there is none. */
  readonly end: number;
  readonly value: YamlNode;
}

export interface YamlList extends Placed {
  readonly type: 'list';
  readonly isFlow: boolean;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar extends Placed {
  readonly type: 'scalar';
  readonly value: string | number | boolean | null;
  /** A null that is not written: it starts and ends where its key or dash ends. */
  readonly isBlank: boolean;
}

export interface YamlAlias extends Placed {
  readonly type: 'alias';
  readonly name: string;
}

/** Whether it is in brackets, and with it everything in it. */
export function isFlow(node: YamlNode | undefined): boolean {
  return (node?.type === 'mapping' || node?.type === 'list') && node.isFlow;
}

/** The entry of a mapping by its key. */
function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  return node?.type === 'mapping' ? node.entries.find((entry) => entry.key === key) : undefined;
}

/** As `name` of a list's item. */
export function itemName(node: YamlNode): string {
  const name = entryOf(node, 'name')?.value;
  return name?.type === 'scalar' && typeof name.value === 'string' ? name.value : '';
}

/** Everything on the way along keys and names of items, the last one last; shorter than the path where something is missing. */
export function nodesAlong(root: YamlNode, path: readonly string[]): readonly YamlNode[] {
  const nodes = [root];
  for (const step of path) {
    const parent = nodes.at(-1);
    const next =
      parent?.type === 'list' ? parent.items.find((item) => itemName(item) === step) : entryOf(parent, step)?.value;
    if (!next) break;
    nodes.push(next);
  }
  return nodes;
}

/** What a node says, aliases left out as undefined. */
export function toValue(node: YamlNode): unknown {
  if (node.type === 'scalar') return node.value;
  if (node.type === 'list') return node.items.map(toValue);
  if (node.type === 'alias') return undefined;
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, toValue(value)]));
}

/** Every node of a document. */
export function* everyNode(node: YamlNode): Generator<YamlNode> {
  yield node;
  if (node.type === 'list') for (const item of node.items) yield* everyNode(item);
  if (node.type === 'mapping') for (const { value } of node.entries) yield* everyNode(value);
}
