/** A page of what is to be worked on. */
export interface PageOf<T> {
  readonly items: readonly T[];
  /** How large the answer was that it came in, in bytes. */
  readonly bytes: number;
  /** Whether nothing more is to be asked for before all of this page is done. */
  readonly isLast: boolean;
}

export interface PipelineOptions {
  /** Items that are worked on at the same time, across the borders of pages. */
  readonly limit: number;
  /** The next page is read while this one is worked on, but not behind one that is larger than so many bytes. */
  readonly aheadBytes: number;
}

/**
 * Works on the items of one page after the other, in the order of their start, and reads the next page that has any
 * meanwhile: one, and only while the one before it is worked on, so that no more than two are held. `next` gives undefined at
 * the end. Rejects with the first rejection of either, after all that had begun; nothing more is started or read then.
 */
export async function pipelined<T>(
  next: () => Promise<PageOf<T> | undefined>,
  { limit, aheadBytes }: PipelineOptions,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const crew = new Crew(limit);
  try {
    for (let page = await nextOf(next, crew); page !== undefined; ) {
      crew.throwFailure();
      const { items, bytes, isLast } = page;
      page = undefined;
      const ahead = isLast || bytes > aheadBytes ? undefined : nextOf(next, crew);
      // Whether it failed is asked for when this page has been started.
      ahead?.catch(() => undefined);
      // What asks for it goes out now, and not when all that is to be done without waiting has been done.
      if (ahead !== undefined) await new Promise((resolve) => setImmediate(resolve));
      for (const item of items) await crew.start(() => work(item));
      if (!ahead) await crew.finish();
      page = await (ahead ?? nextOf(next, crew));
    }
  } finally {
    await crew.idle();
  }
  await crew.finish();
}

/** The next page on which there is something to do, or nothing more to be asked for. */
async function nextOf<T>(next: () => Promise<PageOf<T> | undefined>, crew: Crew): Promise<PageOf<T> | undefined> {
  let page = await next();
  while (page !== undefined && page.items.length === 0 && !page.isLast && !crew.hasFailed) page = await next();
  return page;
}

/** So many at a time, and none after one that failed. */
class Crew {
  readonly #limit: number;
  readonly #running = new Set<Promise<void>>();
  #failure: { readonly reason: unknown } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Starts it as soon as one is free. Throws what another one failed by. */
  async start(work: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#limit) await Promise.race(this.#running);
    this.throwFailure();
    const running = work()
      .catch((reason: unknown) => {
        this.#failure ??= { reason };
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** When all have ended, however they did. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** When all have ended well. Throws what the first one failed by. */
  async finish(): Promise<void> {
    await this.idle();
    this.throwFailure();
  }

  throwFailure(): void {
    if (this.#failure) throw this.#failure.reason;
  }
}
