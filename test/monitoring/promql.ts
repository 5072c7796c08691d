import { parser } from '@prometheus-io/lezer-promql';

/** A label and what it is compared with, as it is written: `reason`, `=~`, `A|B`. */
export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** What an expression asks for. */
export interface Query {
  readonly selectors: readonly Selector[];
  /** Labels of `by`, `on`, `group_left` and the like. */
  readonly groupings: readonly string[];
}

type Tree = ReturnType<typeof parser.parse>;
type Node = Tree['topNode'];

/** Reads an expression by Prometheus' own grammar for editors. Throws where it is no PromQL, with the place. */
export function readQuery(expression: string): Query {
  const tree = parser.parse(expression);
  tree.iterate({
    enter({ type, from, to }) {
      if (type.isError) throw new Error(`no PromQL at ${from}, "${expression.slice(from, to + 20)}": ${expression}`);
    },
  });
  const text = ({ from, to }: Node) => expression.slice(from, to);
  const nodes = allNodes(tree.topNode);
  return {
    selectors: nodes.filter(({ name }) => name === 'VectorSelector').map((node) => selectorOf(node, text)),
    groupings: nodes
      .filter(({ name }) => name === 'GroupingLabels')
      .flatMap((node) => node.getChildren('LabelName').map(text)),
  };
}

function selectorOf(node: Node, text: (node: Node) => string): Selector {
  const identifier = node.getChild('Identifier');
  if (!identifier) throw new Error(`${text(node)} names no metric`);
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  return { metric: text(identifier), matchers: matchers.map((matcher) => matcherOf(matcher, text)) };
}

function matcherOf(node: Node, text: (node: Node) => string): Matcher {
  const part = (name: string) => {
    const child = node.getChild(name);
    if (!child) throw new Error(`${text(node)} has no ${name}`);
    return text(child);
  };
  return { label: part('LabelName'), operator: part('MatchOp'), value: part('StringLiteral').slice(1, -1) };
}

function allNodes(node: Node): Node[] {
  const nodes = [node];
  for (let child = node.firstChild; child; child = child.nextSibling) nodes.push(...allNodes(child));
  return nodes;
}
