import { CompassError } from '#common/errors.ts';
import { jsonPathReader } from './jsonpath.ts';

/**
 * Sorts by the value that a path leads to in each item's document, as kubectl does for objects of any kind: texts by
 * their characters, items without a value first, equal ones in the order that they came in. Throws Usage for a path that leads
 * nowhere in any of them, and for maps and lists, which have no order.
 */
export function sortBy<T>(items: readonly T[], path: string, documentOf: (item: T) => unknown): readonly T[] {
  const read = jsonPathReader(path);
  const keyed = items.map((item) => ({ item, key: read(documentOf(item))[0] ?? undefined }));
  if (items.length > 0 && keyed.every(({ key }) => key === undefined)) {
    throw new CompassError('Usage', `--sort-by ${path} leads nowhere in any of them`);
  }
  const unsortable = keyed.find(({ key }) => typeof key === 'object');
  if (unsortable) throw new CompassError('Usage', `--sort-by ${path} leads to a map or a list, which has no order`);
  return keyed.toSorted((a, b) => compareKeys(a.key, b.key)).map(({ item }) => item);
}

function compareKeys(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : Number(left > right);
}
