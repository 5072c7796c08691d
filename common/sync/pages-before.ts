/** A page of a listing, of which no content is kept. */
export interface PageBefore {
  /** Of the answer that it came in. */
  readonly digest: string;
  readonly heads: readonly HeadBefore[];
  /** Whether it showed credentials or request parameters of any of them. */
  readonly showsAccess: boolean;
  readonly totalCount: number;
  readonly next: string | undefined;
}

/** An Application that the page showed whole. */
export interface HeadBefore {
  readonly id: string;
  readonly name: string;
  /** See DirectorItem.digest. */
  readonly shown: string;
}

/**
 * Remembers from round to round what each page of the listing showed: one that comes byte for byte as before is not even
 * parsed. Only pages of Applications that could all be used and have no further pages, since those change without it.
 */
export class PagesBefore {
  #last: ReadonlyMap<string, PageBefore> = new Map();
  #now = new Map<string, PageBefore>();

  /** A round begins; what the one before last showed is forgotten. */
  begin(): void {
    this.#last = this.#now;
    this.#now = new Map();
  }

  /** The page that was read by the same request, where its answer was the same. */
  find(request: string, digest: string): PageBefore | undefined {
    const page = this.#now.get(request) ?? this.#last.get(request);
    if (page?.digest !== digest) return undefined;
    this.#now.set(request, page);
    return page;
  }

  note(request: string, page: PageBefore): void {
    this.#now.set(request, page);
  }

  clear(): void {
    this.#last = new Map();
    this.#now = new Map();
  }
}
