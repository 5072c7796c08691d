import { relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { isProse, mutationsOf, REMOVED } from './mutators.ts';
import { type Node, nameOf, part, partsOf } from './syntax.ts';

export interface Mutant {
  /** Its number in this run. */
  readonly id: number;
  /** Its name for good: file, function, text before and after. Lines may move. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Whether it is outside of every function: it takes effect when the module is loaded, and then only. */
  readonly isStatic: boolean;
}

interface Within {
  readonly name: string;
  readonly isFunction: boolean;
}

interface Site {
  readonly node: Node;
  readonly mutations: readonly { readonly id: number; readonly to: string }[];
}

const SHOWN = 100;

/** The source with all its mutants in it, each in force when its number is; and what they are. */
export function instrument(file: string, source: string, firstId: number): { text: string; mutants: Mutant[] } {
  const { program, errors } = parseSync(file, source, { lang: 'ts' });
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const mutants: Mutant[] = [];
  const sites: Site[] = [];
  const names = new Map<string, number>();
  const guarded = new Set<Node>();
  const text = (node: Node) => source.slice(node.start, node.end);

  function add(node: Node, within: Within, to: string): { id: number; to: string } {
    const id = firstId + mutants.length;
    const changed = `${file} ${within.name}: ${short(text(node))} → ${to === REMOVED ? '(removed)' : short(to)}`;
    const count = (names.get(changed) ?? 0) + 1;
    names.set(changed, count);
    const line = source.slice(0, node.start).split('\n').length;
    const name = count === 1 ? changed : `${changed} (${count})`;
    mutants.push({ id, name, file, line, isStatic: !within.isFunction });
    return { id, to };
  }

  function visit(node: Node, above: Node, property: string, within: Within): void {
    if (isNoBehaviour(node, above, property, text)) return;
    const only = guardedBy(node);
    if (only) guarded.add(only);
    const isGuarded = guarded.has(node) || guarded.has(above);
    const changes = mutationsOf({ node, above, property, text }).filter((to) => !(to === REMOVED && isGuarded));
    if (changes.length > 0) sites.push({ node, mutations: changes.map((to) => add(node, within, to)) });
    if (isProse(node)) return;
    for (const [name, child] of partsOf(node)) visit(child, node, name, inside(node, within));
  }

  for (const [property, child] of partsOf(program as unknown as Node)) {
    visit(child, program as unknown as Node, property, { name: '(top)', isFunction: false });
  }
  const runtime = relative(new URL('.', `file:///${file}`).pathname, '/test/mutation/switch.ts');
  const ordered = sites.toSorted((one, other) => one.node.start - other.node.start || other.node.end - one.node.end);
  return { text: `import { isMutant as __m } from '${runtime}'; ${render(source, ordered)}`, mutants };
}

function inside(node: Node, { name, isFunction }: Within): Within {
  const opens = /Function/.test(node.type) || (node.type === 'PropertyDefinition' && node['static'] !== true);
  return { name: nameOf(node) ?? name, isFunction: isFunction || opens };
}

/** Types, imports, keys, and what is only logged. */
function isNoBehaviour(node: Node, above: Node, property: string, text: (node: Node) => string): boolean {
  if (/^TS(?!As|Satisfies|NonNull)/.test(node.type) || node.type.startsWith('Import')) return true;
  if (above.type.startsWith('Export') && property === 'source') return true;
  if (property === 'key' && above['computed'] !== true) return true;
  const callee = node.type === 'CallExpression' ? part(node, 'callee') : undefined;
  return callee !== undefined && /(?:^|[.#])log\??\.\w+$/.test(text(callee));
}

/** The one statement of an `if`: the same without it as with the condition false. */
function guardedBy(node: Node): Node | undefined {
  const body = node.type === 'IfStatement' && !part(node, 'alternate') ? part(node, 'consequent') : undefined;
  const statements = body?.type === 'BlockStatement' ? (body['body'] as Node[]) : [body];
  return statements.length === 1 ? statements[0] : undefined;
}

function render(source: string, sites: readonly Site[]): string {
  let out = '';
  let at = 0;
  // Each comes before those inside it, as the tree was walked.
  for (let i = 0; i < sites.length; ) {
    const site = sites[i] as Site;
    let end = i + 1;
    while (end < sites.length && (sites[end] as Site).node.end <= site.node.end) end += 1;
    const { node, mutations } = site;
    const inside = sites.slice(i + 1, end).map((one) => ({ ...one, node: shift(one.node, -node.start) }));
    const original = render(source.slice(node.start, node.end), inside);
    out += source.slice(at, node.start);
    if (node.type === 'ThrowStatement') out += `{ if (!__m(${mutations[0]?.id})) { ${original} } }`;
    else out += `(${mutations.map(({ id, to }) => `__m(${id}) ? (${to}) : `).join('')}(${original}))`;
    at = node.end;
    i = end;
  }
  return out + source.slice(at);
}

function shift(node: Node, by: number): Node {
  return { ...node, start: node.start + by, end: node.end + by };
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN - 30)} … ${line.slice(-26)}`;
}
