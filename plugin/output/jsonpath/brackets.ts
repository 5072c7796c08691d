import type { Cursor } from './cursor.ts';
import { OPERATORS, type Operator, type Slice, type Step } from './template.ts';

/** Reads steps out of a text that is part of the template. */
export type ReadSteps = (text: string, whole: string) => readonly Step[];

/** Reads `[…]`, which stands at the cursor. */
export function takeBrackets(cursor: Cursor, readSteps: ReadSteps): Step {
  cursor.take();
  if (cursor.rest.startsWith('?(')) return takeFilter(cursor, readSteps);
  const inside = cursor.takeMatch(/^[^\]]*/);
  if (cursor.take() !== ']') throw cursor.fail('a [ has no ]');
  return inBrackets(inside, cursor, readSteps);
}

function inBrackets(inside: string, cursor: Cursor, readSteps: ReadSteps): Step {
  if (inside === '*') return { kind: 'elements' };
  const slice = readSlice(inside);
  if (slice) return { kind: 'slice', slice };
  const branches = inside.split(',').map((piece) => readPiece(piece, inside, cursor, readSteps));
  return { kind: 'union', branches };
}

/** One of the pieces between commas; blanks around them are allowed, but not around a single one. */
function readPiece(piece: string, inside: string, cursor: Cursor, readSteps: ReadSteps): readonly Step[] {
  const text = piece === inside ? piece : piece.trim();
  // A key is read as the path that it would be without brackets, so its dots need a backslash here, too.
  const key = /^'([^']*)'$/.exec(text)?.[1];
  if (key !== undefined) return readSteps(`.${key}`, cursor.whole);
  if (text === '*') return [{ kind: 'elements' }];
  const slice = readSlice(text);
  if (slice) return [{ kind: 'slice', slice }];
  throw cursor.fail(`[${inside}] is neither an index, a slice, nor keys in single quotes`);
}

/** `2`, `-1`, `0:2`, `::2`; an empty text is the first element. Undefined for anything else. */
function readSlice(text: string): Slice | undefined {
  const found = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(text);
  if (!found || found.slice(1).includes('-')) return undefined;
  const [start, end, step] = found.slice(1).map((part) => (part ? Number(part) : undefined));
  if (!text.includes(':')) return { index: start ?? 0 };
  return {
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(step === undefined ? {} : { step }),
  };
}

/** `?(…)]`, in which a `)` within quotes does not end it. */
function takeFilter(cursor: Cursor, readSteps: ReadSteps): Step {
  cursor.take(2);
  const inside = cursor.takeMatch(/^(?:[^()"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*/s);
  if (cursor.take() !== ')') throw cursor.fail('a filter ?( has no )');
  if (cursor.take() !== ']') throw cursor.fail('after a filter ?(…) comes a ]');
  const [, left = '', operator, right = ''] = /^([^!<>=]*)([!<>=]+)(.*)$/s.exec(inside) ?? [];
  if (operator === undefined) return { kind: 'filter', filter: { left: readSteps(inside, cursor.whole) } };
  if (!isOperator(operator)) throw cursor.fail(`a filter has no operator ${operator}, but ${OPERATORS.join(' ')}`);
  if (left.trim() === '' || right.trim() === '')
    throw cursor.fail(`a filter needs something on both sides of ${operator}`);
  const comparison = { operator, right: readSteps(right, cursor.whole) };
  return { kind: 'filter', filter: { left: readSteps(left, cursor.whole), comparison } };
}

function isOperator(text: string): text is Operator {
  return OPERATORS.some((operator) => operator === text);
}
