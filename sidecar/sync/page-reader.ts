import type { DirectorPage, ListingProblem } from '#common/compass/director-types.ts';
import { type CompassError, hasReason } from '#common/errors.ts';

/** The Director's listing, page by page; `after` is the cursor of the page before. Throws CompassError. */
export interface ListingSource {
  fetchPage(first: number, after: string | undefined): Promise<DirectorPage>;
  /** One Application's id and name without its content, for one whose content is too large to be read. */
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

/**
 * Reads pages as large as the answers may be: one that is too large is asked for again in halves, down to one
 * Application. One that is too large by itself is named and skipped, and the pages after it are large again.
 */
export function createPageReader(source: ListingSource) {
  let first = LARGEST_PAGE;
  let pagesOfThisSize = 0;
  const resize = (size: number) => {
    first = size;
    pagesOfThisSize = 0;
  };

  const skip = async (after: string | undefined, tooLarge: CompassError): Promise<DirectorPage> => {
    resize(LARGEST_PAGE);
    return skipped(await source.fetchHead(after), tooLarge.message);
  };

  return async function readPage(after: string | undefined): Promise<DirectorPage> {
    try {
      const page = await source.fetchPage(first, after);
      pagesOfThisSize += 1;
      if (pagesOfThisSize >= PAGES_BEFORE_GROWTH) resize(Math.min(LARGEST_PAGE, first * 2));
      return page;
    } catch (error) {
      if (!hasReason(error, 'AnswerTooLarge')) throw error;
      if (first === 1) return skip(after, error);
      resize(Math.floor(first / 2));
      return readPage(after);
    }
  };
}

function skipped(head: ListedHead, message: string): DirectorPage {
  const problem: ListingProblem = {
    ...(head.id === undefined ? {} : { id: head.id }),
    ...(head.name === undefined ? {} : { name: head.name }),
    reason: 'AnswerTooLarge',
    message,
  };
  return { applications: [], problems: [problem], totalCount: head.totalCount, next: head.next };
}
