/** A node of the syntax tree (ESTree, as oxc-parser gives it). Offsets count UTF-16 units. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** A property of a node that holds a node. */
export function part(node: Node, property: string): Node | undefined {
  const value = node[property];
  return isNode(value) ? value : undefined;
}

/** The nodes right below, with the property that holds each. */
export function partsOf(node: Node): readonly (readonly [property: string, part: Node])[] {
  return Object.entries(node).flatMap(([property, value]) =>
    [value]
      .flat()
      .filter(isNode)
      .map((child) => [property, child] as const),
  );
}

/** `node` without the parentheses and assertions around it, which change nothing at run time. */
export function bare(node: Node): Node {
  const inner = /^(?:ParenthesizedExpression|TSAsExpression|TSSatisfiesExpression)$/.test(node.type)
    ? part(node, 'expression')
    : undefined;
  return inner ? bare(inner) : node;
}

/** The name that `node` gives to the code in it. */
export function nameOf(node: Node): string | undefined {
  if (!/^(?:FunctionDeclaration|ClassDeclaration|VariableDeclarator|MethodDefinition|Property)$/.test(node.type))
    return;
  if (node.type === 'VariableDeclarator' && !/Function/.test(part(node, 'init')?.type ?? '')) return undefined;
  if (node.type === 'Property' && node['method'] !== true) return undefined;
  const name = (part(node, 'id') ?? part(node, 'key'))?.['name'];
  return typeof name === 'string' ? name : undefined;
}
