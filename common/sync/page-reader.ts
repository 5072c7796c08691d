import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorPage, KnownPage, ListingProblem } from '#common/compass/director-types.ts';
import { type CompassError, hasReason } from '#common/errors.ts';
import { type PageMemory, type ReadPage, readRemembered, toReadPage } from './remembered-page.ts';

/** The Director's listing, page by page; `after` is the cursor of the page before. Throws CompassError. */
export interface ListingSource {
  /** What is `known` of it is not read. */
  fetchPage(first: number, after: string | undefined, known?: KnownPage): Promise<DirectorPage>;
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
 * to one Application. One that fails so by itself is named and skipped, and the pages after it are large again. With a
 * `memory` a page that came as before is not read at all.
 */
export function createPageReader(source: ListingSource, memory?: PageMemory) {
  let first = LARGEST_PAGE;
  let pagesOfThisSize = 0;
  let unreadable = 0;
  const resize = (size: number) => {
    first = size;
    pagesOfThisSize = 0;
  };

  const read = async (size: number, after: string | undefined): Promise<ReadPage> =>
    memory
      ? readRemembered(`${size} ${after ?? ''}`, (known) => source.fetchPage(size, after, known), memory)
      : toReadPage(await source.fetchPage(size, after));

  const skip = async (after: string | undefined, error: CompassError): Promise<ReadPage> => {
    unreadable = error.reason === 'InvalidAnswer' ? unreadable + 1 : 0;
    if (unreadable > MOST_UNREADABLE) throw error;
    resize(LARGEST_PAGE);
    return toReadPage(skipped(await source.fetchHead(after), error));
  };

  return async function readPage(after: string | undefined): Promise<ReadPage> {
    try {
      const page = await read(first, after);
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
