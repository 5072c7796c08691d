import { templateError } from './jsonpath/cursor.ts';
import { evaluate } from './jsonpath/evaluate.ts';
import { Misfit } from './jsonpath/misfit.ts';
import { parsePath, parseTemplate } from './jsonpath/parse.ts';
import type { Part } from './jsonpath/template.ts';
import { formatIndented, formatValue } from './jsonpath/values.ts';

/**
 * A document by kubectl's jsonpath dialect; what is missing prints nothing, as with `kubectl get`. Throws Usage for a
 * template that is none, or that does not fit the document.
 */
export function formatJsonPath(template: string, document: object): string {
  return printing(template, document, (values) => values.map(formatValue).join(' '));
}

/** The same, but each part of the template, a text as well, is an indented JSON list of what it leads to, on lines of its own. */
export function formatJsonPathAsJson(template: string, document: object): string {
  return printing(template, document, (values) => `${formatIndented(values)}\n`);
}

/** Puts the values of one part of a template into words. */
type Print = (values: readonly unknown[]) => string;

function printing(template: string, document: object, print: Print): string {
  const parts = parseTemplate(template);
  // As JSON has it: without fields that are undefined.
  const value: unknown = JSON.parse(JSON.stringify(document));
  return fitting(template, () => render(parts, value, print));
}

/** A path as a function: the values that it leads to in a document. Throws Usage for what is no path. */
export function jsonPathReader(path: string): (document: unknown) => readonly unknown[] {
  const steps = parsePath(path);
  return (document) => fitting(path, () => evaluate(steps, [document]));
}

function render(parts: readonly Part[], value: unknown, print: Print): string {
  return parts.map((part) => renderPart(part, value, print)).join('');
}

function renderPart(part: Part, value: unknown, print: Print): string {
  if (part.kind === 'text') return print([part.text]);
  const values = evaluate(part.steps, [value]);
  if (part.kind === 'print') return print(values);
  return values.map((inner) => render(part.body, inner, print)).join('');
}

function fitting<T>(template: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Misfit) throw templateError(template, error.message);
    throw error;
  }
}
