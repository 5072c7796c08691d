import { type ListedItem, type ListedPage, type Listing, listApplications } from './listing.ts';
import type { ListingSource } from './page-reader.ts';
import { pipelined } from './pipeline.ts';
import { Room } from './room.ts';
import type { Listed, Round } from './round.ts';
import { Stopped } from './scene.ts';
import { listedDigest } from './settled-before.ts';
import type { SynchronizerOptions, SyncRequest } from './synchronize.ts';
import { weightOf } from './weight.ts';

/** Applications that are worked on at the same time, unless said. */
const CONCURRENCY = 16;
/** What they may weigh together, or one of them alone. */
const LARGEST_WEIGHT = 4 * 1024 * 1024;
/** No page is read ahead beside one that is larger. */
const AHEAD_BYTES = 1024 * 1024;

/**
 * Reads one listing and brings what it lists into the cluster: the next page is asked for while one is worked on, and each
 * Application is let go when it is done. Throws Stopped, and bugs: then nothing more of it is read or written.
 */
export async function readListing(
  { clock, concurrency = CONCURRENCY }: SynchronizerOptions,
  { signal }: SyncRequest,
  round: Round,
  source: ListingSource,
): Promise<Listing> {
  round.begin();
  const pages = listApplications(source, clock, round.pageMemory);
  let listing: Listing | undefined;
  const requireGoing = () => {
    if (signal?.aborted) throw new Stopped('the synchronization was stopped');
  };
  const next = async (): Promise<ListedPage | undefined> => {
    const { done, value } = await pages.next();
    if (!done) {
      requireGoing();
      round.sight.look(value);
      return value;
    }
    listing = value;
    return undefined;
  };
  const entrance = new Entrance(round, requireGoing);
  await pipelined(next, { limit: concurrency, aheadBytes: AHEAD_BYTES }, (item) => entrance.settle(item));
  if (!listing) throw new Error('the listing ended without a result');
  return listing;
}

/**
 * Where listed Applications come in, one after the other: the next one is made whole only when there is room for this one.
 */
class Entrance {
  readonly #round: Round;
  readonly #requireGoing: () => void;
  readonly #room = new Room(LARGEST_WEIGHT);
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(round: Round, requireGoing: () => void) {
    this.#round = round;
    this.#requireGoing = requireGoing;
  }

  async settle(item: ListedItem): Promise<void> {
    try {
      const entered = this.#last.then(() => this.#enter(item));
      this.#last = entered.catch(() => undefined);
      await this.#carryOut(await entered);
    } catch (error) {
      this.#isClosed = true;
      throw error;
    }
  }

  async #enter(item: ListedItem): Promise<Entered> {
    this.#requireGoing();
    if (this.#isClosed) return NOTHING;
    const shown = item.digest?.();
    if (shown !== undefined && this.#round.takeShown(item, shown)) {
      item.note?.(shown);
      return NOTHING;
    }
    const listed = await item.whole();
    if (!listed) return NOTHING;
    if ('reason' in listed) return { weight: 0, work: () => this.#round.fail(listed, listed) };
    // What goes on in further pages is known by the whole of it only.
    const digest = item.isOfOnePage() ? shown : undefined;
    if (digest !== undefined) item.note?.(digest);
    const taken = this.#round.take(listed, digest ?? listedDigest(listed));
    return taken ? this.#admit(taken) : NOTHING;
  }

  /** Of what is listed, only what becomes of it stays. */
  async #admit(taken: Listed): Promise<Entered> {
    const weight = weightOf(taken.mapped);
    await this.#room.enter(weight);
    return { weight, work: () => this.#round.settle(taken) };
  }

  async #carryOut({ weight, work }: Entered): Promise<void> {
    try {
      if (!this.#isClosed) await work();
    } finally {
      this.#room.leave(weight);
    }
  }
}

/** An Application that has come in. */
interface Entered {
  readonly weight: number;
  readonly work: () => Promise<void>;
}

const NOTHING: Entered = { weight: 0, work: () => Promise.resolve() };
