import { hash } from 'node:crypto';
import type { Clock } from '#common/clock.ts';
import type { DirectorApplication, ListingProblem } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { createPageReader, type ListingSource } from './page-reader.ts';
import type { PageMemory, ReadItem, ReadPage } from './remembered-page.ts';

/** A page as it is handed on: every Application comes once in a listing, even where the Director's pages shift. */
export interface ListedPage {
  readonly items: readonly ListedItem[];
  /** Whether any of them has credentials or request parameters, also of those that were settled without being read. */
  readonly showsAccess: boolean;
  /** How large the answer was. */
  readonly bytes: number;
  /** No further page is asked for: what follows is what the listing showed. */
  readonly isLast: boolean;
}

export interface ListedItem extends Omit<ReadItem, 'whole'> {
  /**
   * Asked for once, and of one Application after the other, because its further pages are followed now. Undefined where
   * Compass is away, which ends the listing.
   */
  whole(): Promise<DirectorApplication | ListingProblem | undefined>;
}

/** What a listing showed, without its content. */
export interface Listing {
  /** Every page read, counts agree, no duplicates, nothing without an id: only then does absence mean anything. */
  readonly complete: boolean;
  /** Why it is not complete. */
  readonly incompleteBecause?: string | undefined;
  /** Whether it changed while it was read, so that reading it anew may show it whole. */
  readonly isTorn: boolean;
  /** What ended it early. */
  readonly error?: CompassError | undefined;
  /** Name by id of everything listed, also of what cannot be used; undefined where the name is not known. */
  readonly heads: ReadonlyMap<string, string | undefined>;
  /** Of the ids: two listings with the same digest list the same Applications. */
  readonly digest: string;
  readonly pages: number;
  /** When the first page was asked for, on the clock that never steps. */
  readonly beganMs: number;
  /** How long the Director was waited for, all its answers together. */
  readonly latencyMs: number;
}

/** Of a hundred Applications each that would be more than any cluster holds; of one each, still more than a Runtime has. */
const MOST_PAGES = 20_000;

/** After so many pages in a row with nothing new no end is in sight. */
const STALE_PAGES = 3;

/**
 * Reads all pages of one listing, one at a time, each when it is asked for. Returns what it showed; a page or an Application
 * that Compass does not give any more ends it, and is in the result instead of being thrown.
 */
export async function* listApplications(
  source: ListingSource,
  clock: Clock,
  memory?: PageMemory,
): AsyncGenerator<ListedPage, Listing> {
  const tally = createTally();
  const readPage = createPageReader(source, memory);
  const reading = new Reading(clock);
  const beganMs = clock.monotonicMs();
  let pages = 0;
  let stale = 0;
  let after: string | undefined;
  let endless: string | undefined;
  do {
    const from = after;
    const page = await reading.answer(() => readPage(from));
    if (!page || reading.error) break;
    pages += 1;
    after = page.next;
    const { fresh, isStale } = tally.add(page);
    const items = fresh.map((item) => ({ ...item, whole: () => reading.answer(() => item.whole()) }));
    stale = isStale ? stale + 1 : 0;
    endless = whyEndless(pages, stale);
    const isLast = after === undefined || endless !== undefined;
    yield { items, showsAccess: page.showsAccess, bytes: page.bytes, isLast };
  } while (after !== undefined && endless === undefined && reading.error === undefined);
  const error = reading.error ?? (endless === undefined ? undefined : new CompassError('InvalidAnswer', endless));
  return { ...tally.result(error), error, pages, beganMs, latencyMs: reading.latencyMs };
}

/** Why no end is in sight; undefined while one may be. */
function whyEndless(pages: number, stale: number): string | undefined {
  if (stale === STALE_PAGES) return 'the Director lists the same pages in a circle';
  return pages === MOST_PAGES ? `the listing has no end after ${pages} pages` : undefined;
}

/** What is asked of the Director in one listing: it takes time, and its first failure ends it. */
class Reading {
  readonly #clock: Clock;
  #underWay = 0;
  #sinceMs = 0;
  /** How long something was under way: a page that is read ahead and an Application that is made whole take their time together. */
  latencyMs = 0;
  error: CompassError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined where the listing has ended. Throws bugs. */
  async answer<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (this.error) return undefined;
    if (this.#underWay === 0) this.#sinceMs = this.#clock.monotonicMs();
    this.#underWay += 1;
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.error ??= error;
      return undefined;
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.latencyMs += this.#clock.monotonicMs() - this.#sinceMs;
    }
  }
}

interface Tally {
  /** Counts a page, and leaves out what came before; stale where all of it did. */
  add(page: ReadPage): { readonly fresh: readonly ReadItem[]; readonly isStale: boolean };
  result(
    error: CompassError | undefined,
  ): Pick<Listing, 'complete' | 'incompleteBecause' | 'isTorn' | 'heads' | 'digest'>;
}

function createTally(): Tally {
  const heads = new Map<string, string | undefined>();
  const totals = new Set<number>();
  let duplicates = 0;
  let nameless = 0;
  const isNew = (id: string | undefined, name: string | undefined): boolean => {
    if (id === undefined) {
      nameless += 1;
      return true;
    }
    if (heads.has(id)) duplicates += 1;
    else return Boolean(heads.set(id, name));
    return false;
  };
  const torn = (): string | undefined => {
    const [total] = totals;
    if (duplicates > 0) return `${duplicates} listed twice, so the list changed while it was read`;
    if (totals.size > 1) return 'the count changed while it was read';
    const listed = heads.size + nameless;
    return total === listed ? undefined : `${listed} listed of ${total ?? 0} counted`;
  };
  const doubt = () => torn() ?? (nameless > 0 ? `${nameless} listed without an id` : undefined);
  return {
    add({ totalCount, items, asBefore = [] }) {
      totals.add(totalCount);
      let settled = 0;
      for (const { id, name } of asBefore) if (isNew(id, name)) settled += 1;
      const fresh = items.filter(({ id, name }) => isNew(id, name));
      return { fresh, isStale: fresh.length + settled === 0 };
    },
    result(error) {
      const because = error?.message ?? doubt();
      const digest = hash('sha256', [...heads.keys()].sort().join('\n'), 'base64url');
      const isTorn = error === undefined && torn() !== undefined;
      return { complete: because === undefined, incompleteBecause: because, isTorn, heads, digest };
    },
  };
}
