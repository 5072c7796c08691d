import type { KnownItem } from '#common/compass/director-types.ts';

/** A page of a listing, of which no content is kept. */
export interface PageBefore {
  /** Of the answer that it came in; undefined until all of its Applications are known, and where they never are. */
  readonly digest: string | undefined;
  /** The Applications that it showed whole, as far as they are known. */
  readonly heads: readonly HeadBefore[];
  readonly totalCount: number;
  readonly next: string | undefined;
}

/** An Application that a page showed whole. */
export interface HeadBefore extends KnownItem {
  /** See DirectorItem.digest. */
  readonly shown: string;
}

/**
 * Remembers from round to round what each page of the listing showed. One that comes byte for byte as before is not even
 * parsed, where all of its Applications could be used and have no further pages, since those change without it; of another
 * page those are not parsed that it shows as before.
 */
export class PagesBefore {
  #last: ReadonlyMap<string, PageBefore> = new Map();
  #now = new Map<string, PageBefore>();

  /** A round begins; what the one before last showed is forgotten. */
  begin(): void {
    this.#last = this.#now;
    this.#now = new Map();
  }

  /** The page that was read by the same request. */
  last(request: string): PageBefore | undefined {
    return this.#now.get(request) ?? this.#last.get(request);
  }

  note(request: string, page: PageBefore): void {
    this.#now.set(request, page);
  }

  clear(): void {
    this.#last = new Map();
    this.#now = new Map();
  }
}
