import { takeBrackets } from './brackets.ts';
import { Cursor } from './cursor.ts';
import { takeQuoted } from './quoted.ts';
import type { Part, Step } from './template.ts';

/** Reads a template in kubectl's jsonpath dialect (kubernetes.io/docs/reference/kubectl/jsonpath). Throws Usage for what is none. */
export function parseTemplate(template: string): readonly Part[] {
  const cursor = new Cursor(template);
  const { parts, isEnded } = takeParts(cursor);
  if (isEnded) throw cursor.fail('{end} without a {range …} before it');
  return parts;
}

/** Reads a path as `--sort-by` and columns take it, where braces and the first dot may be left out: `metadata.name`. */
export function parsePath(path: string): readonly Step[] {
  const inside = /^\{(.*)\}$/s.exec(path)?.[1] ?? path;
  return readSteps(/^[.[@$]/.test(inside) ? inside : `.${inside}`, path);
}

/** The parts up to the {end} of the range that they stand in, or up to the end of the template. */
function takeParts(cursor: Cursor): { readonly parts: readonly Part[]; readonly isEnded: boolean } {
  const parts: Part[] = [];
  while (!cursor.isAtEnd) {
    const text = cursor.takeMatch(/^[^{]+/);
    if (text !== '') parts.push({ kind: 'text', text });
    if (cursor.isAtEnd) break;
    cursor.take();
    const word = cursor.takeMatch(/^\s*(?:range|end)(?!\w)/).trim();
    const steps = takeSteps(cursor);
    if (cursor.take() !== '}') throw cursor.fail('a { has no }');
    if (word === 'end') return { parts, isEnded: true };
    parts.push(word === 'range' ? { kind: 'range', steps, body: takeParts(cursor).parts } : { kind: 'print', steps });
  }
  return { parts, isEnded: false };
}

function readSteps(text: string, whole: string): readonly Step[] {
  const cursor = new Cursor(text, whole);
  const steps = takeSteps(cursor);
  if (!cursor.isAtEnd) throw cursor.fail(`"${cursor.peek()}" does not belong there`);
  return steps;
}

/** The steps up to a closing brace or the end of the text. */
function takeSteps(cursor: Cursor): readonly Step[] {
  const steps: Step[] = [];
  for (;;) {
    // Both signs stand for the value that is looked at, and that is where a path begins anyway.
    cursor.takeMatch(/^[\s@$]+/);
    if (cursor.isAtEnd || cursor.peek() === '}') return steps;
    steps.push(...takeStep(cursor));
  }
}

function takeStep(cursor: Cursor): readonly Step[] {
  const next = cursor.peek();
  if (next === '.') return takeDotted(cursor);
  if (next === '[') return [takeBrackets(cursor, readSteps)];
  if (next === '"' || next === "'") return [{ kind: 'literal', value: takeQuoted(cursor) }];
  if (/[-+\d]/.test(next)) return [{ kind: 'literal', value: takeNumber(cursor) }];
  const word = cursor.takeMatch(/^\w+/);
  if (word === 'true' || word === 'false') return [{ kind: 'literal', value: word === 'true' }];
  if (word === '') throw cursor.fail(`"${next}" does not belong there`);
  throw cursor.fail(`${word} is no part of a path; is there a dot missing, .${word}?`);
}

/** What begins with a dot: a field, all fields, or everything below. */
function takeDotted(cursor: Cursor): readonly Step[] {
  cursor.take();
  if (cursor.peek() !== '.') return [takeField(cursor)];
  cursor.take();
  return /^[\w\\]/.test(cursor.rest) ? [{ kind: 'recursive' }, takeField(cursor)] : [{ kind: 'recursive' }];
}

function takeField(cursor: Cursor): Step {
  const written = cursor.takeMatch(/^(?:\\.|[^\s.,[\]$@{}\\])*/s);
  return written === '*' ? { kind: 'wildcard' } : { kind: 'field', name: written.replace(/\\(.)/gs, '$1') };
}

function takeNumber(cursor: Cursor): number {
  const written = cursor.takeMatch(/^[-+]?[\d.]*/);
  const value = Number(written);
  if (Number.isNaN(value) || !/\d/.test(written)) throw cursor.fail(`${written} is no number`);
  return value;
}
