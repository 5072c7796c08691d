import type { DirectorItem, DirectorPage, KnownPage } from '#common/compass/director-types.ts';
import type { HeadBefore, PageBefore, PagesBefore } from './pages-before.ts';

/** What is remembered of pages. */
export interface PageMemory {
  readonly pages: PagesBefore;
  /** Settles an Application by that alone that its page shows it as before; false where it is not as it was then. */
  takeAsBefore(head: Pick<HeadBefore, 'id' | 'name' | 'shown'>): boolean;
}

/** An Application of a page. */
export interface ReadItem extends DirectorItem {
  /** Told the digest of what the page shows of it, where that is the whole of it. */
  note?(shown: string): void;
}

/** A page: what is to be read of it, and what is settled already. */
export interface ReadPage extends Omit<DirectorPage, 'items'> {
  readonly items: readonly ReadItem[];
  readonly asBefore?: readonly HeadBefore[];
  /** Whether it shows credentials or request parameters of any of its Applications. */
  readonly showsAccess: boolean;
}

/** How a page is asked for: with `known` it need not be read, or not all of it. */
export type FetchPage = (known?: KnownPage) => Promise<DirectorPage>;

/** Reads a page, and settles what came as before; `request` says what it was asked by. */
export async function readRemembered(request: string, fetchPage: FetchPage, memory: PageMemory): Promise<ReadPage> {
  const known = new Known(memory.pages.last(request), memory);
  const page = await fetchPage(known);
  if (known.whole) memory.pages.note(request, known.whole.before);
  return known.whole?.page ?? noted(request, known.withoutKnown(page), memory.pages);
}

export function toReadPage(page: DirectorPage): ReadPage {
  return { ...page, showsAccess: page.items.some(showsAccess) };
}

/** What the page before tells of one that is asked for now. */
class Known implements KnownPage {
  readonly #before: PageBefore | undefined;
  readonly #memory: PageMemory;
  readonly #heads = new Map<string, HeadBefore>();
  #hasKnown = false;
  /** The page, where all of it came as before. */
  whole: { readonly page: ReadPage; readonly before: PageBefore } | undefined;

  constructor(before: PageBefore | undefined, memory: PageMemory) {
    this.#before = before;
    this.#memory = memory;
    for (const head of before?.heads ?? []) this.#heads.set(head.shown, head);
  }

  page(digest: string): DirectorPage | undefined {
    const before = this.#before;
    if (before?.digest !== digest || !before.heads.every((head) => this.#memory.takeAsBefore(head))) return undefined;
    const { heads, totalCount, next } = before;
    // Nothing of it is held while the page after it is read.
    const page = { items: [], listed: heads.length, bytes: 0, totalCount, next };
    this.whole = { page: { ...page, asBefore: heads, showsAccess: heads.some(showsAccess) }, before };
    return page;
  }

  get hasItems(): boolean {
    return this.#heads.size > 0;
  }

  item(digest: string): HeadBefore | undefined {
    const head = this.#heads.get(digest);
    this.#hasKnown ||= head !== undefined;
    return head;
  }

  /** The page, with those settled that it shows as before. */
  withoutKnown(page: DirectorPage): ReadPage {
    const read = toReadPage(page);
    if (!this.#hasKnown) return read;
    const asBefore: HeadBefore[] = [];
    const items = page.items.filter((item) => {
      const head = this.#heads.get(item.digest?.() ?? '');
      if (!head || !this.#memory.takeAsBefore(head)) return true;
      asBefore.push(head);
      return false;
    });
    return asBefore.length === 0 ? read : { ...read, items, asBefore, listed: page.items.length };
  }
}

function showsAccess(item: Pick<DirectorItem, 'showsAccess'>): boolean {
  return item.showsAccess;
}

/** Remembers the page as more and more of it is known. */
function noted(request: string, page: ReadPage, pages: PagesBefore): ReadPage {
  const { digest, totalCount, next, items, asBefore = [] } = page;
  if (digest === undefined) return page;
  const heads: HeadBefore[] = [...asBefore];
  const count = heads.length + items.length;
  const note = () => {
    const isWhole = heads.length === count;
    pages.note(request, { digest: isWhole ? digest : undefined, heads, totalCount, next });
  };
  note();
  const noteItem = ({ id, name, showsAccess }: DirectorItem, shown: string) => {
    if (id === undefined || name === undefined) return;
    heads.push({ id, name, showsAccess, shown });
    if (heads.length === count) note();
  };
  return { ...page, items: items.map((item) => ({ ...item, note: (shown: string) => noteItem(item, shown) })) };
}
