import type { DirectorItem, DirectorPage } from '#common/compass/director-types.ts';
import type { HeadBefore, PagesBefore } from './pages-before.ts';

/** What is remembered of pages. */
export interface PageMemory {
  readonly pages: PagesBefore;
  /** Settles an Application by that alone that its page came as before; false where it is not as it was then. */
  takeAsBefore(head: HeadBefore): boolean;
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

/** How a page is asked for: with `known` its answer may be one that need not be read. */
export type FetchPage = (known?: (digest: string) => DirectorPage | undefined) => Promise<DirectorPage>;

/** Reads a page, or settles it as one that came as before; `request` says what it was asked by. */
export async function readRemembered(request: string, fetchPage: FetchPage, memory: PageMemory): Promise<ReadPage> {
  let asBefore: ReadPage | undefined;
  const page = await fetchPage((digest) => {
    const before = memory.pages.find(request, digest);
    if (!before?.heads.every((head) => memory.takeAsBefore(head))) return undefined;
    const { heads, showsAccess, totalCount, next } = before;
    // Nothing of it is held while the page after it is read.
    asBefore = { items: [], asBefore: heads, listed: heads.length, bytes: 0, showsAccess, totalCount, next };
    return asBefore;
  });
  return asBefore ?? noted(request, toReadPage(page), memory.pages);
}

export function toReadPage(page: DirectorPage): ReadPage {
  return { ...page, showsAccess: page.items.some(({ showsAccess }) => showsAccess) };
}

/** Remembers the page once all of it is known. */
function noted(request: string, page: ReadPage, pages: PagesBefore): ReadPage {
  const { digest, totalCount, next, showsAccess, items } = page;
  if (digest === undefined) return page;
  const heads: HeadBefore[] = [];
  const note = ({ id, name }: DirectorItem, shown: string) => {
    if (id === undefined || name === undefined) return;
    heads.push({ id, name, shown });
    if (heads.length === items.length) pages.note(request, { digest, heads, showsAccess, totalCount, next });
  };
  return { ...page, items: items.map((item) => ({ ...item, note: (shown: string) => note(item, shown) })) };
}
