import { parseSync } from 'oxc-parser';
import { bare, type Node, part, partsOf } from '../mutation/syntax.ts';

/** Columns of tables by the names that a loop gives them. */
type Columns = ReadonlyMap<string, readonly number[]>;

/**
 * The exit codes of one command that the tests in a source file bring about: those of its calls of assertExit and assertEnd, by
 * themselves or as a column of a table that a loop goes through.
 */
export function assertedExitCodes(file: string, source: string, command: string): ReadonlySet<number> {
  const program = parseSync(file, source).program as unknown as Node;
  const constants = new Map<string, Node>();
  const found = new Set<number>();

  function visit(node: Node, columns: Columns): void {
    const inside = node.type === 'ForOfStatement' ? new Map([...columns, ...loopColumns(node, constants)]) : columns;
    const init = node.type === 'VariableDeclarator' ? part(node, 'init') : undefined;
    if (init) constants.set(nameIn(node), bare(init));
    for (const code of assertedBy(node, command, columns)) found.add(code);
    for (const [, child] of partsOf(node)) visit(child, inside);
  }

  visit(program, new Map());
  return found;
}

/** Of a call that asserts the exit code of this command; of any other node nothing. */
function assertedBy(node: Node, command: string, columns: Columns): readonly number[] {
  const callee = part(node, 'callee');
  if (node.type !== 'CallExpression' || !['assertExit', 'assertEnd'].includes(String(callee?.['name']))) return [];
  const [, named, code] = argumentsOf(node);
  return named?.['value'] === command && code ? numbers(code, columns) : [];
}

function argumentsOf(call: Node): readonly Node[] {
  return partsOf(call).flatMap(([property, child]) => (property === 'arguments' ? [child] : []));
}

/** What a declaration or a property is called; empty where that is no plain name. */
function nameIn(node: Node): string {
  return String((part(node, 'id') ?? part(node, 'key'))?.['name'] ?? '');
}

function elements(node: Node): readonly Node[] | undefined {
  if (node.type !== 'ArrayExpression') return undefined;
  return partsOf(node).map(([, child]) => bare(child));
}

function fields(node: Node): readonly Node[] {
  return partsOf(node).flatMap(([property, child]) => (property === 'properties' ? [child] : []));
}

function numbers(node: Node, columns: Columns): readonly number[] {
  if (node.type === 'Identifier') return columns.get(String(node['name'])) ?? [];
  return typeof node['value'] === 'number' ? [node['value']] : [];
}

/** `for (const [, code] of TABLE)`, and the same of `Object.entries(…)`: the numbers behind each name. */
function loopColumns(loop: Node, constants: ReadonlyMap<string, Node>): Map<string, readonly number[]> {
  const columns = new Map<string, readonly number[]>();
  const pattern = partsOf(part(loop, 'left') ?? loop).flatMap(([, child]) => part(child, 'id') ?? [])[0];
  if (pattern?.type !== 'ArrayPattern') return columns;
  const rows = rowsOf(bare(part(loop, 'right') ?? loop), constants);
  // The holes of a pattern are no nodes, and count.
  const names = pattern['elements'] as readonly (Node | null)[];
  for (const [at, name] of names.entries()) {
    if (name?.type !== 'Identifier') continue;
    const cells = rows.flatMap((row) => row[at] ?? []);
    columns.set(
      String(name['name']),
      cells.flatMap((cell) => numbers(cell, new Map())),
    );
  }
  return columns;
}

function rowsOf(table: Node, constants: ReadonlyMap<string, Node>): readonly (readonly Node[])[] {
  if (table.type === 'Identifier') {
    const constant = constants.get(String(table['name']));
    return constant && constant.type !== 'Identifier' ? rowsOf(constant, constants) : [];
  }
  if (table.type === 'CallExpression') {
    const [argument] = argumentsOf(table);
    return argument ? rowsOf(argument, constants) : [];
  }
  if (table.type === 'ObjectExpression') {
    return fields(table).map((field) => [part(field, 'key') ?? field, part(field, 'value') ?? field]);
  }
  return (elements(table) ?? []).map((row) => elements(bare(row)) ?? []);
}
