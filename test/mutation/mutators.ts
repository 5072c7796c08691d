import { bare, type Node, part } from './syntax.ts';

/** A node, the one above it, and the property of that which holds it. */
export interface Place {
  readonly node: Node;
  readonly above: Node;
  readonly property: string;
  readonly text: (node: Node) => string;
}

/** What a place can be changed to, one mutant each. */
type Mutator = (place: Place) => readonly string[];

export const REMOVED = 'undefined /* removed */';

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  ...{ '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'] },
  ...{ '===': ['!=='], '!==': ['==='], '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'] },
  ...{ '&&': ['||'], '||': ['&&'], '??': ['&&'], '+=': ['-='], '-=': ['+='] },
};

const METHODS = new Map(
  Object.entries({
    ...{ some: 'every', every: 'some', min: 'max', max: 'min', startsWith: 'endsWith', endsWith: 'startsWith' },
    ...{ toLowerCase: 'toUpperCase', toUpperCase: 'toLowerCase' },
  }),
);
const TRANSPARENT_METHODS = /^(?:trim|trimEnd|trimStart|sort|toSorted|reverse|toReversed|slice|filter)$/;

/** A text with a space in it is for people, in a log or a message. */
export function isProse(node: Node): boolean {
  if (node.type === 'Literal') return typeof node['value'] === 'string' && node['value'].includes(' ');
  return node.type === 'TemplateLiteral' && (node['quasis'] as Node[]).some((quasi) => rawOf(quasi).includes(' '));
}

function rawOf(quasi: Node): string {
  return (quasi['value'] as { readonly raw: string }).raw;
}

const operator: Mutator = ({ node, text }) => {
  const [left, right] = [part(node, 'left'), part(node, 'right')];
  if (!left || !right) return [];
  const sign = String(node['operator']);
  if (
    sign === '+' &&
    [left, right].some(({ type, value }) => type === 'TemplateLiteral' || typeof value === 'string')
  ) {
    return [];
  }
  // ?? mixes with && and || in parentheses only.
  const operand = (side: Node) => (side.type === 'LogicalExpression' ? `(${text(side)})` : text(side));
  return (OPERATORS[sign] ?? []).map((other) => `${operand(left)} ${other} ${operand(right)}`);
};

const literal: Mutator = ({ node, above }) => {
  if (typeof node['value'] === 'boolean') return [String(!node['value'])];
  const isEmptied = typeof node['value'] === 'string' && node['value'] !== '' && above.type !== 'ExpressionStatement';
  return isEmptied ? ["''"] : [];
};

const call: Mutator = ({ node, above, text }) => {
  const callee = part(node, 'callee');
  const object = callee && part(callee, 'object');
  if (callee?.type !== 'MemberExpression' || !object || isInChain(above)) return [];
  const method = String(part(callee, 'property')?.['name']);
  if (TRANSPARENT_METHODS.test(method)) return [text(object)];
  const other = METHODS.get(method);
  return other
    ? [
        text(object) +
          text(node)
            .slice(object.end - node.start)
            .replace(method, other),
      ]
    : [];
};

/** Inside a chain nothing may be put in parentheses: `(a?.b).c` is another expression than `a?.b.c`. */
function isInChain({ type }: Node): boolean {
  return /^(?:ChainExpression|MemberExpression|CallExpression)$/.test(type);
}

const chain: Mutator = ({ node, text }) => {
  const links: Node[] = [];
  for (let at = part(node, 'expression'); at; at = part(at, 'object') ?? part(at, 'callee')) {
    if (at['optional'] === true) links.push(at);
  }
  return links.map((link) => {
    const from = ((part(link, 'object') ?? part(link, 'callee'))?.end ?? 0) - node.start;
    const rest = text(node).slice(from);
    return text(node).slice(0, from) + rest.replace(/\?\.(?=[[(])/, '').replace(/^(\s*)\?\./, '$1.');
  });
};

const MUTATORS: Readonly<Record<string, Mutator>> = {
  ...{ BinaryExpression: operator, LogicalExpression: operator, AssignmentExpression: operator, Literal: literal },
  ...{ CallExpression: call, ChainExpression: chain },
  TemplateLiteral: ({ above }) => (above.type === 'TaggedTemplateExpression' ? [] : ["''"]),
  ArrayExpression: ({ node }) => ((node['elements'] as Node[]).length > 0 ? ['[]'] : []),
  ObjectExpression: ({ node }) => ((node['properties'] as Node[]).length > 0 ? ['{}'] : []),
  UpdateExpression: ({ node, text }) => [text(node).replace(/\+\+|--/, (sign) => (sign === '++' ? '--' : '++'))],
  UnaryExpression: ({ node, property, text }) => {
    const argument = part(node, 'argument');
    return node['operator'] === '!' && argument && property !== 'test' ? [text(argument)] : [];
  },
};

/** What a statement is there for, a condition, or a value that is returned: by where it stands. */
function byPosition({ node, above, property }: Place): readonly string[] {
  const at = `${above.type}.${property}`;
  if (/^(?:If|Conditional)\w+\.test$/.test(at)) return ['true', 'false'];
  // Without an end it would only hang.
  if (/^(?:While|For)Statement\.test$/.test(at)) return ['false'];
  if (node.type === 'ThrowStatement') return [REMOVED];
  const isBody = at === 'ArrowFunctionExpression.body' && above['expression'] === true;
  if (isBody || at === 'ReturnStatement.argument') return hasOwnEmpty(bare(node)) ? [] : ['undefined'];
  const isSuper = part(bare(node), 'callee')?.type === 'Super';
  return at === 'ExpressionStatement.expression' && !isSuper ? [REMOVED] : [];
}

/** Another mutator gives what is as good as undefined, or it is that already. */
function hasOwnEmpty({ type, name }: Node): boolean {
  return name === 'undefined' || /^(?:Literal|TemplateLiteral|ObjectExpression|ArrayExpression)$/.test(type);
}

/** The texts that can stand for an expression; none where it is no matter of behaviour. */
export function mutationsOf(place: Place): readonly string[] {
  const own = isProse(place.node) ? [] : (MUTATORS[place.node.type]?.(place) ?? []);
  return [...new Set([...byPosition(place), ...own])];
}
