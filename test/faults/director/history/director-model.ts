import type { DirectorPage } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { ManualClock } from '../../../sidecar/manual-clock.ts';
import {
  asKnown,
  damagedItems,
  type Item,
  nextCursor,
  PAGE_FAULTS,
  type PageFault,
  toPage,
  totalWith,
} from './director-page.ts';
import type { Random } from './random.ts';

/** A page as it was given out: an id that is undefined is an item without one. */
interface ServedPage {
  readonly ids: readonly (string | undefined)[];
  readonly total: number;
}

/** One listing as it was given out, from which anybody can say whether it was whole. */
export interface Served {
  readonly pages: ServedPage[];
  /** The names that were given out first, by id. */
  readonly names: Map<string, string>;
  hasEnded: boolean;
  hasFailed: boolean;
}

export interface Faultiness {
  /** How probable a fault of a page is. */
  readonly page: number;
  /** How probable it is that Applications come or go between two pages. */
  readonly move: number;
  /** How probable a listing is that is whole and wrong. */
  readonly lie: number;
}

/** What an Application's one bundle has: a password, credentials that nobody can use, or none. */
export type Credential = string | 'unusable' | undefined;

export interface ListedApp extends Item {
  name: string;
  credential: Credential;
}

/** A Director that pages by offset, in the order in which Applications were made, while they come and go. */
export class DirectorModel {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1));
  readonly #random: Random;
  readonly #pageSize: number;
  readonly #withCredentials: boolean;
  readonly #apps: ListedApp[] = [];
  #made = 0;
  #hidden = new Set<string>();

  constructor(random: Random, count: number, { withCredentials = false } = {}) {
    this.#random = random;
    this.#withCredentials = withCredentials;
    this.#pageSize = random.between(2, 12);
    for (let at = 0; at < count; at += 1) this.create();
  }

  /** What there is, in its order. */
  get apps(): readonly Readonly<ListedApp>[] {
    return this.#apps;
  }

  /** The ids of what there is. */
  get ids(): ReadonlySet<string> {
    return new Set(this.#apps.map(({ id }) => id));
  }

  /** An id is never used again. */
  create(): void {
    this.#made += 1;
    const id = `id-${this.#made}`;
    // One that cannot be applied has a name that no object can have.
    const name = canBeApplied(id) ? this.#nameOf(this.#made) : `App ${this.#made}`;
    // Not always behind those that are there: what comes in between moves the others.
    const at = this.#random.chance(0.5) ? this.#apps.length : this.#random.between(0, this.#apps.length);
    this.#apps.splice(at, 0, { id, name, credential: this.#withCredentials ? 'first' : undefined });
  }

  /** Of some the Secrets have the same names after a renaming, because these are cut. */
  #nameOf(number: number): string {
    const isLong = this.#withCredentials && this.#random.chance(0.3);
    return isLong ? `an-application-of-a-long-name-${number}` : `app-${number}`;
  }

  remove(count: number): void {
    for (let gone = 0; gone < count && this.#apps.length > 0; gone += 1) {
      this.#apps.splice(this.#random.between(0, this.#apps.length - 1), 1);
    }
  }

  rename(): void {
    const app = this.#pickApplicable();
    if (app) app.name = `${app.name}-x`;
  }

  /** Two change their names for each other's. */
  swap(): void {
    const [one, other] = [this.#pickApplicable(), this.#pickApplicable()];
    if (one && other) [one.name, other.name] = [other.name, one.name];
  }

  /** One takes a name that another has, or had. */
  takeName(name: string | undefined): void {
    const app = this.#pickApplicable();
    if (app && name !== undefined) app.name = name;
  }

  changeCredential(): void {
    const app = this.#random.pick(this.#apps);
    if (app) app.credential = this.#random.pick(['first', 'second', 'unusable', undefined]);
  }

  /** Each gets a name of its own, which is none of the others'. */
  settleNames(others: readonly string[]): void {
    const taken = new Set(others);
    for (const app of this.#apps) {
      while (taken.has(app.name)) app.name = `${app.name}-y`;
      taken.add(app.name);
    }
  }

  #pickApplicable(): ListedApp | undefined {
    return this.#random.pick(this.#apps.filter(({ id }) => canBeApplied(id)));
  }

  /** Begins or ends to hide some of the Applications, or all, as if they were not there. */
  lie(): void {
    const isOver = this.#hidden.size > 0;
    const share = this.#random.chance(0.4) ? 1 : this.#random.next();
    const hidden = isOver ? [] : this.#apps.filter(() => this.#random.chance(share)).map(({ id }) => id);
    this.#hidden = new Set(hidden);
  }

  tellTruth(): void {
    this.#hidden = new Set();
  }

  /** One listing, with what goes wrong in it. */
  listing({ page, move, lie }: Faultiness): { readonly source: ListingSource; readonly served: Served } {
    const served: Served = { pages: [], names: new Map(), hasEnded: false, hasFailed: false };
    const give = (first: number, after: string | undefined) => {
      this.clock.advance(this.#random.chance(0.1) ? this.#random.between(0, 20_000) : 50);
      if (after !== undefined && this.#random.chance(move)) this.#moveOn();
      const fault = this.#random.chance(page) ? this.#random.pick(PAGE_FAULTS) : undefined;
      // A listing of nothing from the start is whole, and a lie.
      if (fault === 'emptied' && after === undefined && lie === 0) return this.#fail(served, 'CompassUnavailable');
      return this.#serve(served, Math.min(first, this.#pageSize), Number.parseInt(after ?? '0', 10), fault);
    };
    const source: ListingSource = {
      fetchPage: (first, after, known) => Promise.resolve().then(() => asKnown(give(first, after), known)),
      fetchHead: () => Promise.resolve().then(() => this.#fail(served, 'CompassUnavailable')),
    };
    return { source, served };
  }

  #moveOn(): void {
    const count = this.#random.between(1, 2);
    if (this.#random.chance(0.6)) this.remove(count);
    if (this.#random.chance(0.6)) for (let at = 0; at < count; at += 1) this.create();
  }

  #fail(served: Served, reason: 'CompassUnavailable' | 'InvalidAnswer'): never {
    served.hasFailed ||= reason === 'CompassUnavailable';
    throw new CompassError(reason, 'a fault');
  }

  #serve(served: Served, size: number, offset: number, fault: PageFault | undefined): DirectorPage {
    if (fault === 'error') this.#fail(served, 'CompassUnavailable');
    if (fault === 'unreadable' && size > 1) this.#fail(served, 'InvalidAnswer');
    const listed = this.#apps.filter(({ id }) => !this.#hidden.has(id));
    const start = fault === 'lost' ? offset + size : offset;
    const items = damagedItems(listed.slice(start, start + size), fault);
    const ids = items.map(({ id }, at) => (fault === 'nameless' && at === 0 ? undefined : id));
    const total = totalWith(listed.length, fault);
    served.pages.push({ ids, total });
    for (const { id, name } of items) if (!served.names.has(id)) served.names.set(id, name);
    // Of nothing twice is nothing.
    const wrong = fault === 'doubled' && items.length === 0 ? undefined : fault;
    const next = nextCursor(start + size >= listed.length, offset, start + size, wrong);
    served.hasEnded = next === undefined;
    const problems = fault === 'unusable' || fault === 'nameless' ? 1 : 0;
    return toPage(items, ids, problems, { totalCount: total, next });
  }
}

/** Some have names that no object can have, and are listed all the same. */
export function canBeApplied(id: string): boolean {
  return !id.endsWith('3');
}
