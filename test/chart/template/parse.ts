import { messageOf } from '#common/errors.ts';
import { cut, type Part } from './cut.ts';
import { type Pipeline, readPipeline } from './expression.ts';

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output'; readonly pipeline: Pipeline }
  | { readonly kind: 'declaration'; readonly name: string; readonly pipeline: Pipeline }
  | { readonly kind: 'if'; readonly pipeline: Pipeline; readonly body: Nodes; readonly otherwise: Nodes }
  | { readonly kind: 'with'; readonly pipeline: Pipeline; readonly body: Nodes }
  | {
      readonly kind: 'range';
      /** Variables of a key and a value, of a value alone, or none. */
      readonly names: readonly string[];
      readonly pipeline: Pipeline;
      readonly body: Nodes;
    };

export type Nodes = readonly Node[];

/** What one file says: what it prints, and what it defines for others. */
export interface Template {
  readonly body: Nodes;
  readonly definitions: ReadonlyMap<string, Nodes>;
}

type Action = Extract<Part, { kind: 'action' }>;

const DEFINITION = /^define "([\w.-]+)"$/;
const DECLARATION = /^(\$\w+) := (.+)$/s;
const RANGE = /^range (?:(\$\w+)(?:, (\$\w+))? := )?(.+)$/s;
const CONDITION = /^(if|with) (.+)$/s;

/** Parses as much of Go's text/template as this project's chart uses, and throws for everything else, with file and line. */
export function parseTemplate(text: string, file: string): Template {
  return new Parser(cut(text), file).parse();
}

class Parser {
  readonly #parts: readonly Part[];
  readonly #file: string;
  readonly #definitions = new Map<string, Nodes>();
  #at = 0;

  constructor(parts: readonly Part[], file: string) {
    this.#parts = parts;
    this.#file = file;
  }

  parse(): Template {
    const body = this.#body();
    const left = this.#parts[this.#at];
    if (left?.kind === 'action') throw this.#error(`{{ ${left.source} }} belongs to no block`, left);
    return { body, definitions: this.#definitions };
  }

  /** Everything up to an `end` or `else`, which is left. */
  #body(): Nodes {
    const nodes: Node[] = [];
    for (let part = this.#parts[this.#at]; part && !isBoundary(part); part = this.#parts[this.#at]) {
      this.#at += 1;
      const node = part.kind === 'text' ? part : this.#action(part);
      if (node) nodes.push(node);
    }
    return nodes;
  }

  #action(action: Action): Node | undefined {
    const [, definition] = DEFINITION.exec(action.source) ?? [];
    if (definition !== undefined) {
      this.#definitions.set(definition, this.#closed(action));
      return undefined;
    }
    const [, name, value = ''] = DECLARATION.exec(action.source) ?? [];
    if (name !== undefined) return { kind: 'declaration', name, pipeline: this.#pipeline(value, action) };
    return this.#block(action) ?? { kind: 'output', pipeline: this.#pipeline(action.source, action) };
  }

  #block(action: Action): Node | undefined {
    const [, word, condition = ''] = CONDITION.exec(action.source) ?? [];
    if (word === 'with') {
      return { kind: 'with', pipeline: this.#pipeline(condition, action), body: this.#closed(action) };
    }
    if (word === 'if') {
      const pipeline = this.#pipeline(condition, action);
      const body = this.#body();
      const hasElse = this.#take('else');
      const otherwise = hasElse ? this.#body() : [];
      this.#end(action);
      return { kind: 'if', pipeline, body, otherwise };
    }
    const [range, key, value, source = ''] = RANGE.exec(action.source) ?? [];
    if (range === undefined) return undefined;
    const names = [key, value].filter((name) => name !== undefined);
    return { kind: 'range', names, pipeline: this.#pipeline(source, action), body: this.#closed(action) };
  }

  #closed(action: Action): Nodes {
    const body = this.#body();
    this.#end(action);
    return body;
  }

  #end(opened: Action): void {
    if (!this.#take('end')) throw this.#error(`{{ ${opened.source} }} is not closed by {{ end }}`, opened);
  }

  #take(source: string): boolean {
    const part = this.#parts[this.#at];
    const isThere = part?.kind === 'action' && part.source === source;
    if (isThere) this.#at += 1;
    return isThere;
  }

  #pipeline(source: string, action: Action): Pipeline {
    try {
      return readPipeline(source);
    } catch (error) {
      throw this.#error(messageOf(error), action, error);
    }
  }

  #error(message: string, { line }: Action, cause?: unknown): Error {
    return new Error(`${this.#file}:${line}: ${message}`, { cause });
  }
}

function isBoundary(part: Part): boolean {
  return part.kind === 'action' && ['end', 'else'].includes(part.source);
}
