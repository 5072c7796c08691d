import { Misfit } from './misfit.ts';
import type { Operator } from './template.ts';

type Comparable = string | number | boolean;

/** Compares two values of one type. Throws Misfit for what cannot be compared. */
export function compare(left: unknown, operator: Operator, right: unknown): boolean {
  if (!isComparable(left) || !isComparable(right)) throw new Misfit('a filter compares texts, numbers, true and false');
  if (typeof left !== typeof right) throw new Misfit(`a filter compares a ${typeof left} with a ${typeof right}`);
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  if (typeof left === 'boolean') throw new Misfit(`true and false have no order for ${operator}`);
  if (operator.startsWith('<')) return left < right || (operator === '<=' && left === right);
  return left > right || (operator === '>=' && left === right);
}

function isComparable(value: unknown): value is Comparable {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
