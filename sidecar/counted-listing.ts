import type { OpenListing } from '#common/sync/director-source.ts';

/** How far a listing is. */
export interface ListingProgress {
  readonly pages: number;
  readonly listed: number;
  /** How many there are, as the last page said. */
  readonly total: number;
}

/** A listing that tells how far it is, after each page; one that is read anew counts anew. */
export function countedListing(open: OpenListing, onPage: (progress: ListingProgress) => void): OpenListing {
  return (target) => {
    const source = open(target);
    let pages = 0;
    let listed = 0;
    return {
      fetchHead: source.fetchHead,
      async fetchPage(first, after, known) {
        const page = await source.fetchPage(first, after, known);
        if (after === undefined) [pages, listed] = [0, 0];
        pages += 1;
        listed += page.listed ?? page.items.length;
        onPage({ pages, listed, total: page.totalCount });
        return page;
      },
    };
  };
}
