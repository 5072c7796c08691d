import type {
  DirectorApplication,
  DirectorItem,
  DirectorPage,
  ListingProblem,
} from '#common/compass/director-types.ts';
import type { HeadBefore, PageBefore, PagesBefore } from './pages-before.ts';

/** What is remembered of pages, and whether an Application is still as it was when its page was remembered. */
export interface PageMemory {
  readonly pages: PagesBefore;
  isAsBefore(head: HeadBefore): boolean;
}

/** An Application of a page, of which it may be known what it is. */
export interface ReadItem extends DirectorItem {
  /** See listedDigest; only where the page came as before. */
  readonly listedBefore?: string;
  /** Told the digest of what it was made whole to. */
  note?(listed: string): void;
}

export interface ReadPage extends Omit<DirectorPage, 'items'> {
  readonly items: readonly ReadItem[];
}

/** How a page is asked for: with `known` its answer may be one that need not be read. */
export type FetchPage = (known?: (digest: string) => DirectorPage | undefined) => Promise<DirectorPage>;

/** Reads a page, or finds that it came as before; `request` says what it was asked by. */
export async function readRemembered(request: string, fetchPage: FetchPage, memory: PageMemory): Promise<ReadPage> {
  let asBefore: ReadPage | undefined;
  const page = await fetchPage((digest) => {
    const before = memory.pages.find(request, digest);
    const isSettled = before?.heads.every((head) => memory.isAsBefore(head)) === true;
    asBefore = before && isSettled ? { ...before, items: itemsBefore(before, fetchPage) } : undefined;
    return asBefore;
  });
  return asBefore ?? noted(request, page, memory.pages);
}

/** Where one of them turns out to be needed after all, the page is asked for again, once. */
function itemsBefore({ heads }: PageBefore, fetchPage: FetchPage): ReadItem[] {
  let again: Promise<DirectorPage> | undefined;
  const whole = async ({ id, name }: HeadBefore): Promise<DirectorApplication | ListingProblem> => {
    again ??= fetchPage();
    const item = (await again).items.find((other) => other.id === id);
    const message = 'the list changed while it was read: its page does not show it any more';
    return item?.whole() ?? { id, name, reason: 'InvalidApplication', message };
  };
  return heads.map((head) => ({
    id: head.id,
    name: head.name,
    showsAccess: head.showsAccess,
    listedBefore: head.listed,
    whole: () => whole(head),
    isOfOnePage: () => false,
  }));
}

/** Remembers the page once all of it is known. */
function noted(request: string, page: DirectorPage, pages: PagesBefore): ReadPage {
  const { digest, totalCount, next, bytes, items } = page;
  if (digest === undefined) return page;
  const heads: HeadBefore[] = [];
  const note = ({ id, name, showsAccess, isOfOnePage }: DirectorItem, listed: string) => {
    if (id === undefined || name === undefined || !isOfOnePage()) return;
    heads.push({ id, name, showsAccess, listed });
    if (heads.length === items.length) pages.note(request, { digest, heads, totalCount, next, bytes });
  };
  return { ...page, items: items.map((item) => ({ ...item, note: (listed: string) => note(item, listed) })) };
}
