import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorPage, ListingProblem } from '#common/compass/director-types.ts';
import { type CompassError, hasReason } from '#common/errors.ts';

/** The Director's listing, page by page; `after` is the cursor of the page before. Throws CompassError. */
export interface ListingSource {
  fetchPage(first: number, after: string | undefined): Promise<DirectorPage>;
  /** One Application's id and name without its content, for one whose content cannot be read. */
  fetchHead(after: string | undefined): Promise<ListedHead>;
}

export interface ListedHead {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly totalCount: number;
  readonly next: string | undefined;
}

/** The documented maximum. */
const LARGEST_PAGE = 100;
/** After so many pages of one size the next size up is tried again. */
const PAGES_BEFORE_GROWTH = 4;
/** So many Applications in a row whose answers cannot be read: it is not the Applications. */
const MOST_UNREADABLE = 5;

/**
 * Reads pages as large as the answers may be: one that is too large or cannot be read is asked for again in halves, down
 * to one Application. One that fails so by itself is named and skipped, and the pages after it are large again.
 */
export function createPageReader(source: ListingSource) {
  let first = LARGEST_PAGE;
  let pagesOfThisSize = 0;
  let unreadable = 0;
  const resize = (size: number) => {
    first = size;
    pagesOfThisSize = 0;
  };

  const skip = async (after: string | undefined, error: CompassError): Promise<DirectorPage> => {
    unreadable = error.reason === 'InvalidAnswer' ? unreadable + 1 : 0;
    if (unreadable > MOST_UNREADABLE) throw error;
    resize(LARGEST_PAGE);
    return skipped(await source.fetchHead(after), error);
  };

  return async function readPage(after: string | undefined): Promise<DirectorPage> {
    try {
      const page = await source.fetchPage(first, after);
      unreadable = 0;
      pagesOfThisSize += 1;
      if (pagesOfThisSize >= PAGES_BEFORE_GROWTH) resize(Math.min(LARGEST_PAGE, first * 2));
      return page;
    } catch (error) {
      if (!hasReason(error, 'AnswerTooLarge', 'InvalidAnswer')) throw error;
      if (first === 1) return skip(after, error);
      resize(Math.floor(first / 2));
      return readPage(after);
    }
  };
}

function skipped(head: ListedHead, { reason, message }: CompassError): DirectorPage {
  const problem: ListingProblem = {
    ...(head.id === undefined ? {} : { id: head.id }),
    ...(head.name === undefined ? {} : { name: head.name }),
    reason: reason === 'AnswerTooLarge' ? reason : 'InvalidApplication',
    message,
  };
  return { items: [wholeItem(problem)], totalCount: head.totalCount, next: head.next, bytes: 0 };
}
