import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorApplication, DirectorPage } from '#common/compass/director-types.ts';
import { type ListedPage, type Listing, listApplications } from '#common/sync/listing.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { PagesBefore } from '#common/sync/pages-before.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { id } from './samples.ts';
import { directorApplication, pagesOf } from './still.ts';

interface Read {
  readonly listing: Listing;
  readonly pages: readonly ListedPage[];
}

/** Reads these pages of Applications by number, those with a digest as ones that came before. */
async function read(...pages: readonly Partial<DirectorPage>[]): Promise<Read> {
  const memory = { pages: new PagesBefore(), takeAsBefore: () => true };
  const { source } = pagesOf(...pages);
  const once = async (): Promise<Read> => {
    const listed = listApplications(source, new ManualClock(0), memory);
    const handedOn: ListedPage[] = [];
    for (;;) {
      const { done, value } = await listed.next();
      if (done) return { listing: value, pages: handedOn };
      handedOn.push(value);
      for (const { note } of value.items) note?.('shown');
    }
  };
  await once();
  return once();
}

const items = (...numbers: readonly number[]) =>
  numbers.map((number) => wholeItem(directorApplication(number, `app-${number}`)));

test('what is settled without being read counts as listed, and is not handed on', async () => {
  const { listing, pages } = await read(
    { items: items(1, 2), digest: 'one' },
    { items: items(3) },
    { items: items(4), digest: 'three' },
  );
  assert.deepEqual([listing.complete, [...listing.heads]], [true, [1, 2, 3, 4].map((at) => [id(at), `app-${at}`])]);
  assert.deepEqual(
    pages.map((page) => page.items.map(({ name }) => name)),
    [[], ['app-3'], []],
  );
  assert.deepEqual(
    pages.map(({ bytes, isLast }) => [bytes, isLast]),
    [
      [0, false],
      [7, false],
      [0, true],
    ],
  );
});

test('one that is listed twice makes the listing torn, whichever of its pages came as before', async () => {
  for (const digests of [['one'], ['one', 'two'], []]) {
    const [one, two] = digests;
    const known = (digest: string | undefined) => (digest === undefined ? {} : { digest });
    const { listing } = await read({ items: items(1, 2), ...known(one) }, { items: items(2), ...known(two) });
    assert.deepEqual([listing.complete, listing.isTorn, listing.heads.size], [false, true, 2]);
    assert.match(listing.incompleteBecause ?? '', /^1 listed twice/);
  }
});

test('pages that come as before go round in a circle only where nothing on them is new', async () => {
  const page = (at: number, ...numbers: readonly number[]) => ({ items: items(...numbers), digest: `page ${at}` });
  const far = await read(...Array.from({ length: 8 }, (_, at) => page(at, at + 1)));
  assert.deepEqual([far.listing.error, far.listing.complete, far.listing.heads.size], [undefined, true, 8]);
  const round = await read(...Array.from({ length: 8 }, (_, at) => page(at, 1)));
  assert.deepEqual([round.listing.error?.reason, round.listing.pages], ['InvalidAnswer', 4]);
});

test('pages of which half came as before and half is new are no circle, however many there are', async () => {
  const pages = 8;
  const memory = { pages: new PagesBefore(), takeAsBefore: () => true };
  const readOnce = async (round: string) => {
    const itemsOf = (page: number) =>
      items(2 * page, 2 * page + 1).map((item, at) => ({
        ...item,
        digest: () => (at === 0 ? `${item.name}, the same` : `${item.name} of the ${round} round`),
      }));
    const source: ListingSource = {
      fetchPage: (_, after, known) => {
        const page = Number(after ?? 0);
        const shown = itemsOf(page);
        for (const { digest } of shown) known?.item(digest());
        const next = page + 1 < pages ? String(page + 1) : undefined;
        return Promise.resolve({ items: shown, totalCount: 2 * pages, next, bytes: 7, digest: `${round} ${page}` });
      },
      fetchHead: assert.fail,
    };
    const handedOn: (string | undefined)[] = [];
    const listed = listApplications(source, new ManualClock(0), memory);
    for (;;) {
      const { done, value } = await listed.next();
      if (done) return { listing: value, handedOn };
      for (const { name, note, digest } of value.items) {
        handedOn.push(name);
        note?.(digest?.() ?? '');
      }
    }
  };
  assert.equal((await readOnce('first')).handedOn.length, 2 * pages);
  const { listing, handedOn } = await readOnce('second');
  assert.deepEqual([listing.error, listing.complete, listing.heads.size], [undefined, true, 2 * pages]);
  assert.deepEqual(
    handedOn,
    Array.from({ length: pages }, (_, page) => `app-${2 * page + 1}`),
  );
});

test('a page and an Application that are under way together take their time together', async () => {
  const clock = new ManualClock(0);
  const further = Promise.withResolvers<DirectorPage>();
  const whole = Promise.withResolvers<DirectorApplication>();
  const [item] = items(1);
  assert.ok(item);
  const first = { items: [{ ...item, whole: () => whole.promise }], totalCount: 2, next: 'more', bytes: 7 };
  const listed = listApplications(
    {
      fetchPage: (_, after) => (after === undefined ? Promise.resolve(first) : further.promise),
      fetchHead: assert.fail,
    },
    clock,
  );
  const { value: page } = await listed.next();
  assert.ok(page && 'items' in page);
  const making = page.items[0]?.whole();
  clock.advance(10);
  const ahead = listed.next();
  clock.advance(20);
  whole.resolve(directorApplication(1, 'app-1'));
  await making;
  clock.advance(40);
  further.resolve({ items: items(2), totalCount: 2, next: undefined, bytes: 7 });
  await ahead;
  const { done, value: listing } = await listed.next();
  assert.ok(done && 'heads' in listing);
  assert.deepEqual([listing.latencyMs, listing.complete], [70, true]);
});
