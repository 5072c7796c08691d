import { Misfit } from './misfit.ts';
import type { Slice } from './template.ts';

/**
 * Part of a list by Go's rules, which are stricter than Python's: a bound outside the list is an error. A negative one
 * counts from the end. Throws Misfit.
 */
export function sliceOf(list: readonly unknown[], slice: Slice): readonly unknown[] {
  const { length } = list;
  if (slice.index !== undefined) {
    const index = fromEnd(slice.index, length);
    if (index < 0 || index >= length) throw outOfBounds(index, length);
    return [list[index]];
  }
  const start = fromEnd(slice.start ?? 0, length);
  const end = fromEnd(slice.end ?? length, length);
  const step = slice.step ?? 1;
  checkBounds(start, end, length);
  if (step <= 0) throw new Misfit('the step of a slice must be greater than 0');
  return list.slice(start, end).filter((_, at) => at % step === 0);
}

function fromEnd(bound: number, length: number): number {
  return bound < 0 ? bound + length : bound;
}

function checkBounds(start: number, end: number, length: number): void {
  if (start === end) return;
  if (start < 0 || start >= length) throw outOfBounds(start, length);
  if (end > length) throw outOfBounds(end - 1, length);
  if (start > end) throw new Misfit(`the slice starts at ${start}, which is behind its end ${end}`);
}

function outOfBounds(index: number, length: number): Misfit {
  return new Misfit(`index ${index} is outside a list of ${length}`);
}
