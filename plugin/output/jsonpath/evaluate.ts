import { compare } from './compare.ts';
import { Misfit } from './misfit.ts';
import { sliceOf } from './slice.ts';
import type { Filter, Step } from './template.ts';
import { childrenOf, isMap } from './values.ts';

/** The values that steps lead to. What is missing leads nowhere, as in `kubectl get`. Throws Misfit. */
export function evaluate(steps: readonly Step[], from: readonly unknown[]): readonly unknown[] {
  return steps.reduce<readonly unknown[]>((values, step) => apply(step, values), from);
}

function apply(step: Step, values: readonly unknown[]): readonly unknown[] {
  switch (step.kind) {
    case 'literal':
      return [step.value];
    case 'union':
      return step.branches.flatMap((branch) => evaluate(branch, values));
    case 'field':
      return values.flatMap((value) => (isMap(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []));
    case 'wildcard':
      return values.flatMap(childrenOf);
    case 'recursive':
      return values.flatMap(everything);
    case 'elements':
      return values.flatMap(listOf);
    case 'slice':
      return values.flatMap((value) => (value === null ? [] : sliceOf(listOf(value), step.slice)));
    case 'filter':
      return values.flatMap((value) => listOf(value).filter((item) => matches(step.filter, item)));
  }
}

/** Whether an element of a list is one that a filter asks for. */
function matches({ left, comparison }: Filter, element: unknown): boolean {
  const lefts = evaluate(left, [element]);
  if (!comparison) return lefts.length > 0;
  const rights = evaluate(comparison.right, [element]);
  if (lefts.length === 0 || rights.length === 0) return false;
  if (lefts.length > 1 || rights.length > 1) throw new Misfit('a filter compares one value with one');
  return compare(lefts[0], comparison.operator, rights[0]);
}

/** The containers and texts that hold something: each before what it holds. */
function everything(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  const children = childrenOf(value);
  return children.length === 0 ? [] : [value, ...children.flatMap(everything)];
}

/** A null is as good as missing. */
function listOf(value: unknown): readonly unknown[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value;
  throw new Misfit(`${isMap(value) ? 'a map' : `a ${typeof value}`} is no list, and has no elements`);
}
