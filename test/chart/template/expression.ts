/** What an action computes: commands, each of which gets the value of the one before as its last argument. */
export type Pipeline = readonly Command[];

/** An operand alone, or a function and its arguments. */
export type Command =
  | { readonly kind: 'value'; readonly operand: Operand }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Operand[] };

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number }
  /** `.a.b`, `$.a.b`, `$name.a.b`: `from` is `.`, `$` or `$name`. */
  | { readonly kind: 'path'; readonly from: string; readonly keys: readonly string[] }
  | { readonly kind: 'pipeline'; readonly pipeline: Pipeline };

const TOKEN =
  /\s*(?:("(?:[^"\\\n]|\\.)*")|(\d+)(?![\w.])|((?:\$\w*)?(?:\.[a-zA-Z_]\w*)+|\$\w*|\.)|([a-zA-Z]\w*)|([()|]))/y;

type Token = { readonly kind: 'text' | 'number' | 'path' | 'name' | 'sign'; readonly text: string };

const KINDS = ['text', 'number', 'path', 'name', 'sign'] as const;

/** Reads a pipeline of Go's text/template. Throws for whatever the charts of this project do not use. */
export function readPipeline(source: string): Pipeline {
  const tokens = tokensOf(source);
  const { pipeline, next } = pipelineAt(tokens, 0);
  if (next < tokens.length) throw new Error(`"${tokens[next]?.text}" is not understood in {{ ${source} }}`);
  return pipeline;
}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = source.trimEnd().length;
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const match = pattern.exec(source);
    const group = match?.slice(1).findIndex((text) => text !== undefined) ?? -1;
    const [kind, text] = [KINDS[group], match?.[group + 1]];
    if (!kind || text === undefined)
      throw new Error(`"${source.slice(at).trim()}" is not understood in {{ ${source} }}`);
    tokens.push({ kind, text });
  }
  return tokens;
}

function pipelineAt(tokens: readonly Token[], start: number): { readonly pipeline: Pipeline; readonly next: number } {
  const pipeline: Command[] = [];
  let next = start;
  do {
    if (pipeline.length > 0) next += 1;
    const read = commandAt(tokens, next);
    pipeline.push(read.command);
    next = read.next;
  } while (isSign(tokens[next], '|'));
  return { pipeline, next };
}

function commandAt(tokens: readonly Token[], start: number): { readonly command: Command; readonly next: number } {
  const first = tokens[start];
  const operands: Operand[] = [];
  let next = first?.kind === 'name' ? start + 1 : start;
  for (let read = operandAt(tokens, next); read; read = operandAt(tokens, next)) {
    operands.push(read.operand);
    next = read.next;
  }
  if (first?.kind === 'name') return { command: { kind: 'call', name: first.text, operands }, next };
  const [operand, ...others] = operands;
  if (!operand || others.length > 0) throw new Error(`one value is expected before "${tokens[next]?.text ?? '}}'}"`);
  return { command: { kind: 'value', operand }, next };
}

function operandAt(
  tokens: readonly Token[],
  at: number,
): { readonly operand: Operand; readonly next: number } | undefined {
  const token = tokens[at];
  if (token === undefined) return undefined;
  if (isSign(token, '(')) {
    const { pipeline, next } = pipelineAt(tokens, at + 1);
    if (!isSign(tokens[next], ')')) throw new Error('a parenthesis is not closed');
    return { operand: { kind: 'pipeline', pipeline }, next: next + 1 };
  }
  const next = at + 1;
  if (token.kind === 'text') return { operand: { kind: 'literal', value: JSON.parse(token.text) as string }, next };
  if (token.kind === 'number') return { operand: { kind: 'literal', value: Number(token.text) }, next };
  if (token.kind !== 'path') return undefined;
  const [from = '', ...keys] = token.text === '.' ? ['.'] : token.text.split('.');
  return { operand: { kind: 'path', from: from === '' ? '.' : from, keys }, next };
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}
