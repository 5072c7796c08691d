import type { Command, Operand, Pipeline } from './expression.ts';
import { FUNCTIONS, isMap, isTruthy, printed, type Value } from './functions.ts';
import type { Node, Nodes } from './parse.ts';

type Variables = ReadonlyMap<string, Value>;

/** Prints templates, all of which know each other's definitions. */
export class Evaluation {
  readonly #definitions: ReadonlyMap<string, Nodes>;
  readonly #functions: ReadonlySet<string>;
  /** Functions that were called so far. */
  readonly called = new Set<string>();

  constructor(definitions: ReadonlyMap<string, Nodes>) {
    this.#definitions = definitions;
    this.#functions = new Set(Object.keys(FUNCTIONS));
  }

  /** What the nodes print with `dot` as `.` and as `$`. Throws for a key or a function that is not there. */
  print(nodes: Nodes, dot: Value): string {
    return this.#printAll(nodes, dot, new Map([['$', dot]]));
  }

  #printAll(nodes: Nodes, dot: Value, outer: Variables): string {
    const variables = new Map(outer);
    return nodes
      .map((node) => {
        if (node.kind !== 'declaration') return this.#print(node, dot, variables);
        variables.set(node.name, this.#evaluate(node.pipeline, dot, variables));
        return '';
      })
      .join('');
  }

  #print(node: Exclude<Node, { kind: 'declaration' }>, dot: Value, variables: Variables): string {
    if (node.kind === 'text') return node.text;
    const value = this.#evaluate(node.pipeline, dot, variables);
    switch (node.kind) {
      case 'output':
        return printed(value);
      case 'if':
        return this.#printAll(isTruthy(value) ? node.body : node.otherwise, dot, variables);
      case 'with':
        return isTruthy(value) ? this.#printAll(node.body, value, variables) : '';
      case 'range':
        return entriesOf(value)
          .map(([key, each]) => this.#printAll(node.body, each, withNames(variables, node.names, key, each)))
          .join('');
    }
  }

  #evaluate(pipeline: Pipeline, dot: Value, variables: Variables): Value {
    const [first, ...others] = pipeline;
    if (!first) throw new Error('an action is empty');
    return others.reduce<Value>(
      (value, command) => this.#run(command, dot, variables, [value]),
      this.#run(first, dot, variables, []),
    );
  }

  #run(command: Command, dot: Value, variables: Variables, piped: readonly Value[]): Value {
    if (command.kind === 'value') {
      if (piped.length > 0) throw new Error('only a function takes the value before it');
      return this.#operand(command.operand, dot, variables);
    }
    const { name, operands } = command;
    const values = [...operands.map((operand) => this.#operand(operand, dot, variables)), ...piped];
    if (name === 'include') return this.#include(values);
    const call = this.#functions.has(name) ? FUNCTIONS[name] : undefined;
    if (!call) throw new Error(`the function ${name} is not understood`);
    this.called.add(name);
    return call(...values);
  }

  #include([name, dot]: readonly Value[]): string {
    const nodes = typeof name === 'string' ? this.#definitions.get(name) : undefined;
    if (!nodes) throw new Error(`${JSON.stringify(name)} is not defined`);
    return this.print(nodes, dot);
  }

  #operand(operand: Operand, dot: Value, variables: Variables): Value {
    if (operand.kind === 'literal') return operand.value;
    if (operand.kind === 'pipeline') return this.#evaluate(operand.pipeline, dot, variables);
    const { from, keys } = operand;
    if (from !== '.' && !variables.has(from)) throw new Error(`${from} is not declared`);
    return keys.reduce(valueAt, from === '.' ? dot : variables.get(from));
  }
}

/** Stricter than Helm, for which a key that is not there is empty: it may be misspelt. */
function valueAt(value: Value, key: string): Value {
  if (isMap(value) && Object.hasOwn(value, key)) return value[key];
  throw new Error(`there is no ${key} in ${JSON.stringify(value)}`);
}

/** As Go goes through them: maps in the order of their keys. */
function entriesOf(value: Value): readonly (readonly [Value, Value])[] {
  if (Array.isArray(value)) return value.map((each, i) => [i, each]);
  if (!isMap(value)) throw new Error(`${JSON.stringify(value)} is neither a list nor a map`);
  return Object.keys(value)
    .toSorted()
    .map((key) => [key, value[key]]);
}

function withNames(variables: Variables, names: readonly string[], key: Value, value: Value): Variables {
  const values = names.length === 1 ? [value] : [key, value];
  return new Map([...variables, ...names.map((name, i) => [name, values[i]] as const)]);
}
