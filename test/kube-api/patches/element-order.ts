import type { Json } from '../json.ts';

/** Whether two items of a list are the same one. */
export type SameItem = (left: Json, right: Json) => boolean;

/**
 * The items of a merged list in the order of a strategic merge: the patch's items as the patch orders them; the
 * others as the server had them, each before a patched item only where the server had it before that one.
 */
export function inElementOrder(merged: Json[], order: Json[], live: Json[], same: SameItem): Json[] {
  const rank = (item: Json, list: Json[]) => list.findIndex((other) => same(item, other));
  const sorted = (items: Json[], list: Json[]) => items.toSorted((left, right) => rank(left, list) - rank(right, list));
  const patched = sorted(
    merged.filter((item) => rank(item, order) >= 0),
    order,
  );
  const others = sorted(
    merged.filter((item) => rank(item, order) < 0),
    live,
  );
  const result: Json[] = [];
  for (const item of patched) {
    const place = rank(item, live);
    while (others[0] !== undefined && place >= 0 && rank(others[0], live) < place) result.push(...others.splice(0, 1));
    result.push(item);
  }
  return [...result, ...others];
}
