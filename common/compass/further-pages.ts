import { hasReason } from '../errors.ts';
import { InvalidItem, type RawPage } from './director-reader.ts';

/** Fetches the page of `first` items after `after`; undefined where what the list belongs to is gone. */
export type FetchPage = (first: number, after: string) => Promise<RawPage | undefined>;

const PAGE_SIZE = 100;

/** An object with so many does not fit into etcd. */
const MOST_ITEMS = 10_000;

/**
 * Joins a nested list whose first page is there. A page that is too large is asked for again in half its size, down to one
 * item. Throws InvalidItem where the list changed meanwhile, so that an item came twice or was missed.
 */
export async function joinPages<Item extends { readonly id: string }>(
  start: RawPage,
  field: string,
  read: (value: unknown) => Item | Promise<Item>,
  fetchPage: FetchPage,
): Promise<Item[]> {
  const items = new Map<string, Item>();
  let first = PAGE_SIZE;
  let page = start;
  for (;;) {
    const before = items.size;
    await readInto(items, page, read);
    if (page.next === undefined) break;
    requireEnd(field, before, items.size);
    const further = await fetchHalving(first, page.next, fetchPage);
    if (further.page?.next !== undefined && further.page.next === page.next) {
      throw new InvalidItem(`the cursor of ${field} does not advance`);
    }
    if (!further.page) throw new InvalidItem(`${field} disappeared while the pages were read`);
    first = further.first;
    page = further.page;
  }
  if (items.size !== page.totalCount) throw new InvalidItem(`${field} changed while the pages were read`);
  return [...items.values()];
}

/** Pages that bring nothing new, or ever more, have no end. */
function requireEnd(field: string, before: number, after: number): void {
  if (after === before) throw new InvalidItem(`a page of ${field} has nothing new`);
  if (after > MOST_ITEMS) throw new InvalidItem(`${field} are more than ${MOST_ITEMS}`);
}

async function readInto<Item extends { readonly id: string }>(
  items: Map<string, Item>,
  page: RawPage,
  read: (value: unknown) => Item | Promise<Item>,
): Promise<void> {
  for (const value of page.items) {
    const item = await read(value);
    items.set(item.id, item);
  }
}

async function fetchHalving(first: number, after: string, fetchPage: FetchPage) {
  let size = first;
  for (;;) {
    try {
      return { first: size, page: await fetchPage(size, after) };
    } catch (error) {
      if (!hasReason(error, 'AnswerTooLarge') || size === 1) throw error;
      size = Math.max(1, Math.floor(size / 2));
    }
  }
}
