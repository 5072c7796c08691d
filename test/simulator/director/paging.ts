import { directorError } from './errors.ts';

export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

export interface Page<T> {
  data: T[];
  pageInfo: { startCursor: string; endCursor: string; hasNextPage: boolean };
  totalCount: number;
}

const LARGEST_PAGE = 200;
const CURSOR = /^offset:(\d{1,9})$/;

/** What clients must take as opaque. */
function encodeCursor(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64');
}

function decodeCursor(cursor: string): number {
  const offset = CURSOR.exec(Buffer.from(cursor, 'base64').toString('latin1'))?.[1];
  if (offset === undefined) throw directorError('InvalidData', 'the cursor is not correct');
  return Number(offset);
}

/**
 * One page of `all`, which is ordered by id, by offset: what comes or goes while a client pages makes others come twice or be missed.
 * @throws InvalidData for `first` outside 1..200 and for a cursor that is none of ours
 */
export function pageOf<T>(all: readonly T[], { first, after }: PageArguments): Page<T> {
  if (typeof first !== 'number' || first < 1 || first > LARGEST_PAGE) {
    throw directorError('InvalidData', `the page size must be between 1 and ${LARGEST_PAGE}`);
  }
  const startCursor = after ?? '';
  const offset = startCursor === '' ? 0 : decodeCursor(startCursor);
  const end = offset + first;
  const hasNextPage = end < all.length;
  return {
    data: all.slice(offset, end),
    pageInfo: { startCursor, endCursor: hasNextPage ? encodeCursor(end) : '', hasNextPage },
    totalCount: all.length,
  };
}
