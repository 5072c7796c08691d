import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorPage } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { type Listing, listApplications } from '#common/sync/listing.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { wholePage } from '../compass/whole-page.ts';

interface Item {
  readonly id: string;
  /** Of its part of an answer. */
  readonly size: number;
  /** Whether an answer with it cannot be read. */
  readonly isBroken?: boolean;
}

const LARGEST = 100;

/** A Director in memory: pages by offset, in order of ids, and refuses an answer above LARGEST. */
class Shelf implements ListingSource {
  items: Item[];
  readonly asked: number[] = [];
  beforePage: (page: number) => void = () => {};

  constructor(items: readonly Item[]) {
    this.items = [...items].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  fetchPage(first: number, after: string | undefined): Promise<DirectorPage> {
    this.asked.push(first);
    this.beforePage(this.asked.length);
    const offset = Number(after ?? 0);
    const items = this.items.slice(offset, offset + first);
    if (items.reduce((sum, { size }) => sum + size, 0) > LARGEST) {
      return Promise.reject(new CompassError('AnswerTooLarge', 'too large'));
    }
    if (items.some(({ isBroken }) => isBroken)) return Promise.reject(new CompassError('InvalidAnswer', 'no JSON'));
    const listed = items.map(({ id }) => wholeItem({ id, name: id, clientIds: [], bundles: [] }));
    return Promise.resolve({ items: listed, bytes: 0, ...this.#rest(offset + first) });
  }

  fetchHead(after: string | undefined) {
    const offset = Number(after ?? 0);
    const id = this.items[offset]?.id;
    return Promise.resolve({ id, name: id, ...this.#rest(offset + 1) });
  }

  #rest(offset: number) {
    const next = offset < this.items.length ? String(offset) : undefined;
    return { totalCount: this.items.length, next };
  }
}

async function read(source: ListingSource): Promise<{ listing: Listing; listed: string[]; skipped: string[] }> {
  const listed: string[] = [];
  const skipped: string[] = [];
  const pages = listApplications(source, new ManualClock(0));
  for (;;) {
    const { done, value } = await pages.next();
    if (done) return { listing: value, listed, skipped };
    const page = await wholePage(value);
    listed.push(...page.applications.map(({ id }) => id));
    skipped.push(...page.problems.map(({ id }) => id ?? ''));
  }
}

const items = (count: number, size = 0): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: `i${String(index).padStart(4, '0')}`, size }));

test('every Application is listed once, and the listing is complete', async () => {
  for (const count of [0, 1, 99, 100, 101, 1000]) {
    const { listing, listed } = await read(new Shelf(items(count)));
    assert.deepEqual([listing.complete, listed.length, listing.heads.size], [true, count, count]);
    assert.equal(listing.pages, Math.max(1, Math.ceil(count / 100)));
  }
});

test('listings of the same Applications have the same digest, others another', async () => {
  const { listing: one } = await read(new Shelf(items(300)));
  const { listing: same } = await read(new Shelf(items(300).reverse()));
  const { listing: other } = await read(new Shelf(items(299)));
  assert.equal(one.digest, same.digest);
  assert.notEqual(one.digest, other.digest);
});

test('a page that is too large is asked for in halves, and after four that were not in twice the size', async () => {
  const shelf = new Shelf([...items(30, 10), ...items(60).slice(30)]);
  const { listing, listed } = await read(shelf);
  assert.deepEqual([listing.complete, listed.length], [true, 60]);
  assert.deepEqual(shelf.asked, [100, 50, 25, 12, 6, 6, 6, 6, 12, 12, 12]);
});

test('pages that are too large are halved, and grow again', async () => {
  const shelf = new Shelf([...items(40, 10), ...items(2000).slice(40)]);
  const { listing, listed } = await read(shelf);
  assert.deepEqual([listing.complete, listed.length], [true, 2000]);
  assert.equal(Math.min(...shelf.asked), 6);
  assert.equal(shelf.asked.at(-1), 100);
});

test('whatever the sizes, everything is listed or skipped by name, and only what is too large by itself is skipped', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 130 }), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(sizes, async (all) => {
      const shelf = new Shelf(all.map((size, index) => ({ id: `i${String(index).padStart(4, '0')}`, size })));
      const { listing, listed, skipped } = await read(shelf);
      assert.equal(listing.complete, true);
      assert.deepEqual(
        skipped,
        shelf.items.filter(({ size }) => size > LARGEST).map(({ id }) => id),
      );
      assert.deepEqual(
        listed,
        shelf.items.filter(({ size }) => size <= LARGEST).map(({ id }) => id),
      );
    }),
    { numRuns: 60 },
  );
});

test('an Application whose answer cannot be read is skipped by name, and those behind it are listed', async () => {
  const all = items(250).map((item, index) => ({ ...item, isBroken: index === 7 || index === 150 }));
  const { listing, listed, skipped } = await read(new Shelf(all));
  assert.deepEqual([listing.complete, listed.length, skipped], [true, 248, ['i0007', 'i0150']]);
});

test('behind an Application that is skipped the pages are large again', async () => {
  const shelf = new Shelf(items(8).map((item, index) => ({ ...item, isBroken: index === 0 })));
  assert.deepEqual((await read(shelf)).skipped, ['i0000']);
  assert.deepEqual(shelf.asked, [100, 50, 25, 12, 6, 3, 1, 100]);
});

const skippedOf = async (all: readonly Item[]) => {
  const { listing, skipped } = await read(new Shelf(all));
  return [listing.complete, skipped.length];
};

test('five Applications in a row may be unreadable, and many that have readable ones between them', async () => {
  const broken = (isBroken: (index: number) => boolean) =>
    items(30).map((item, index) => ({ ...item, isBroken: isBroken(index) }));
  assert.deepEqual(await skippedOf(broken((index) => index < 5)), [true, 5]);
  assert.deepEqual(await skippedOf(broken((index) => index < 6)), [false, 5]);
  assert.deepEqual(await skippedOf(broken((index) => index % 3 === 0)), [true, 10]);
});

test('any number in a row may be too large', async () => {
  assert.deepEqual(await skippedOf(items(8, LARGEST + 1)), [true, 8]);
});

test('a Director whose answers can never be read is not asked for each Application', async () => {
  const shelf = new Shelf(items(250).map((item) => ({ ...item, isBroken: true })));
  const { listing } = await read(shelf);
  assert.deepEqual([listing.error?.reason, listing.complete], ['InvalidAnswer', false]);
  assert.ok(shelf.asked.length < 50, `${shelf.asked.length} pages were asked for`);
});

test('D4: an Application that comes or goes while the list is read makes it torn, and never listed twice', async () => {
  const changes: readonly ((shelf: Shelf) => void)[] = [
    (shelf) => shelf.items.unshift({ id: 'h', size: 0 }),
    (shelf) => shelf.items.shift(),
  ];
  for (const change of changes) {
    const shelf = new Shelf(items(250));
    shelf.beforePage = (page) => page === 2 && change(shelf);
    const { listing, listed } = await read(shelf);
    assert.deepEqual([listing.complete, listing.isTorn], [false, true]);
    assert.equal(new Set(listed).size, listed.length);
  }
});

test('D3: a page that fails ends the listing with what was seen so far', async () => {
  const shelf = new Shelf(items(250));
  const failing: ListingSource = {
    fetchPage: (first, after) =>
      after === '200' ? Promise.reject(new CompassError('CompassTimeout', 'too slow')) : shelf.fetchPage(first, after),
    fetchHead: (after) => shelf.fetchHead(after),
  };
  const { listing, listed } = await read(failing);
  assert.deepEqual([listing.complete, listing.isTorn, listed.length], [false, false, 200]);
  assert.deepEqual([listing.error?.reason, listing.incompleteBecause], ['CompassTimeout', 'too slow']);
});
