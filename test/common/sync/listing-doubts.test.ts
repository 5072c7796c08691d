import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorApplication, DirectorPage, ListingProblem } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { type Listing, listApplications } from '#common/sync/listing.ts';
import { createPageReader } from '#common/sync/page-reader.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { wholePage } from '../compass/whole-page.ts';

const LATENCY_MS = 40;

const applicationOf = (id: string): DirectorApplication => ({ id, name: id, clientIds: [], bundles: [] });
const problemOf = (id?: string): ListingProblem => ({
  ...(id === undefined ? {} : { id }),
  reason: 'InvalidApplication',
  message: 'unusable',
});

interface Answer {
  readonly ids?: readonly string[];
  readonly problems?: readonly ListingProblem[];
  readonly total: number;
}

type Doubts = Pick<Listing, 'complete' | 'isTorn' | 'incompleteBecause'>;

/** What a listing comes to whose pages are these, or made one by one until undefined. */
async function listingOf(answers: readonly Answer[] | ((page: number) => Answer | undefined)) {
  const clock = new ManualClock(0);
  const answerOf = typeof answers === 'function' ? answers : (page: number) => answers[page];
  const fetchPage = (_first: number, after: string | undefined): Promise<DirectorPage> => {
    clock.advance(LATENCY_MS);
    const page = Number(after ?? 0);
    const answer = answerOf(page);
    if (!answer) return Promise.reject(new CompassError('CompassTimeout', 'too slow'));
    const { ids = [], problems = [], total } = answer;
    const next = answerOf(page + 1) ? String(page + 1) : undefined;
    const items = [...ids.map(applicationOf), ...problems].map(wholeItem);
    return Promise.resolve({ items, totalCount: total, next, bytes: 0 });
  };
  const pages = listApplications({ fetchPage, fetchHead: assert.fail }, clock);
  const seen: (string | undefined)[] = [];
  for (;;) {
    const { done, value } = await pages.next();
    if (done) return { listing: value, seen };
    seen.push(...value.items.map(({ id }) => id));
    // Whoever works on a page takes time that is not the Director's.
    clock.advance(1_000);
  }
}

async function doubtsAbout(answers: readonly Answer[]): Promise<Doubts> {
  const { complete, isTorn, incompleteBecause } = (await listingOf(answers)).listing;
  return { complete, isTorn, incompleteBecause };
}

test('a listing is complete when every page counts as many as there are, usable or not', async () => {
  const answers = [
    { ids: ['a', 'b'], total: 4 },
    { ids: ['c'], problems: [problemOf('d')], total: 4 },
  ];
  assert.deepEqual(await doubtsAbout(answers), { complete: true, isTorn: false, incompleteBecause: undefined });
  assert.deepEqual(await doubtsAbout([{ total: 0 }]), { complete: true, isTorn: false, incompleteBecause: undefined });
});

test('one that is listed twice is handed on once, and makes the listing torn even where the count agrees', async () => {
  const answers = [
    { ids: ['a', 'b'], total: 3 },
    { ids: ['b', 'c'], total: 3 },
  ];
  const { complete, isTorn, incompleteBecause } = await doubtsAbout(answers);
  assert.deepEqual([complete, isTorn], [false, true]);
  assert.match(incompleteBecause ?? '', /^1 listed twice/);
  assert.deepEqual((await listingOf(answers)).seen, ['a', 'b', 'c']);
});

test('a count that changes between two pages makes the listing torn, even where the first was right', async () => {
  const answers = [
    { ids: ['a', 'b'], total: 3 },
    { ids: ['c'], total: 2 },
  ];
  const incompleteBecause = 'the count changed while it was read';
  assert.deepEqual(await doubtsAbout(answers), { complete: false, isTorn: true, incompleteBecause });
});

test('a count of more or fewer than are listed makes the listing torn', async () => {
  for (const total of [1, 3]) {
    const incompleteBecause = `2 listed of ${total} counted`;
    assert.deepEqual(await doubtsAbout([{ ids: ['a', 'b'], total }]), {
      complete: false,
      isTorn: true,
      incompleteBecause,
    });
  }
});

test('those without an id are handed on each, and keep the listing from being complete, not from being whole', async () => {
  const answers = [{ ids: ['a'], problems: [problemOf(), problemOf()], total: 3 }];
  assert.deepEqual(await doubtsAbout(answers), {
    complete: false,
    isTorn: false,
    incompleteBecause: '2 listed without an id',
  });
  assert.deepEqual((await listingOf(answers)).seen, ['a', undefined, undefined]);
});

test('the latency is how long the Director took, and not who works on the pages', async () => {
  const { listing } = await listingOf([
    { ids: ['a'], total: 2 },
    { ids: ['b'], total: 2 },
  ]);
  assert.deepEqual([listing.latencyMs, listing.pages], [2 * LATENCY_MS, 2]);
});

test('the digest tells ids apart wherever one ends', async () => {
  const digestOf = async (...ids: string[]) => (await listingOf([{ ids, total: ids.length }])).listing.digest;
  const digests = [await digestOf('ab', 'c'), await digestOf('a', 'bc'), await digestOf('abc')];
  assert.equal(new Set(digests).size, 3);
  for (const digest of digests) assert.match(digest, /^[\w-]{43}$/);
});

test('a Director that shows nothing new in three pages in a row is left', async () => {
  const { listing } = await listingOf(() => ({ ids: ['a'], total: 1 }));
  assert.deepEqual([listing.error?.reason, listing.pages, listing.complete], ['InvalidAnswer', 4, false]);
  assert.match(listing.error?.message ?? '', /in a circle/);
});

test('pages with nothing new between others are read on', async () => {
  const empty = { total: 4 };
  const both = (id: string) => ({ ids: [id], problems: [problemOf(`${id}-odd`)], total: 4 });
  const { listing } = await listingOf([empty, empty, both('a'), empty, empty, both('b')]);
  assert.deepEqual([listing.error, listing.pages, listing.complete], [undefined, 6, true]);
  const odd = { ids: ['a', 'b'], problems: [problemOf('c'), problemOf('d')], total: 8 };
  const more = (page: number) => ({ ids: [`a${page}`], problems: [problemOf(`b${page}`)], total: 10 });
  assert.equal((await listingOf([odd, ...[1, 2, 3].map(more)])).listing.error, undefined);
});

test('a listing without an end is left after 20,000 pages', async () => {
  const { listing } = await listingOf((page) => (page > 20_010 ? undefined : { ids: [`a${page}`], total: 1 }));
  assert.deepEqual([listing.error?.reason, listing.pages], ['InvalidAnswer', 20_000]);
});

test('a bug in what reads the pages is thrown', async () => {
  const fetchPage = () => Promise.reject(new TypeError('a bug'));
  const pages = listApplications({ fetchPage, fetchHead: assert.fail }, new ManualClock(0));
  await assert.rejects(pages.next(), /a bug/);
});

test('of an Application that is skipped there is as much as the Director tells', async () => {
  const reasons = ['AnswerTooLarge', 'InvalidAnswer'] as const;
  for (const reason of reasons) {
    for (const head of [{}, { id: 'a' }, { id: 'a', name: 'orders' }]) {
      const readPage = createPageReader({
        fetchPage: () => Promise.reject(new CompassError(reason, 'no')),
        fetchHead: () => Promise.resolve({ ...head, totalCount: 3, next: 'then' }),
      });
      const kind = reason === 'AnswerTooLarge' ? reason : 'InvalidApplication';
      assert.deepEqual(await wholePage(await readPage(undefined)), {
        applications: [],
        problems: [{ ...head, reason: kind, message: 'no' }],
        totalCount: 3,
        next: 'then',
        bytes: 0,
        showsAccess: false,
      });
    }
  }
});

/** A page of these, of which each is made whole by `whole`. */
function pageOf(ids: readonly string[], next: string | undefined, whole: (id: string) => Promise<DirectorApplication>) {
  const items = ids.map((id) => ({
    id,
    name: id,
    showsAccess: false,
    whole: () => whole(id),
    isOfOnePage: () => false,
  }));
  return { items, totalCount: 4, next, bytes: 7 };
}

test('an Application that Compass does not give whole ends the listing, as a page that fails does', async () => {
  const error = new CompassError('CompassUnavailable', 'away');
  const asked: string[] = [];
  const whole = (id: string) => {
    asked.push(id);
    return id === 'b' ? Promise.reject(error) : Promise.resolve(applicationOf(id));
  };
  const pages = listApplications(
    { fetchPage: () => Promise.resolve(pageOf(['a', 'b', 'c'], 'more', whole)), fetchHead: assert.fail },
    new ManualClock(0),
  );
  const { value: page } = await pages.next();
  assert.ok(page && 'items' in page);
  const [a, b, c] = page.items;
  assert.equal((await a?.whole())?.id, 'a');
  assert.deepEqual([await b?.whole(), await c?.whole()], [undefined, undefined]);
  assert.deepEqual(asked, ['a', 'b']);
  const { done, value: listing } = await pages.next();
  assert.ok(done && 'heads' in listing);
  assert.deepEqual([listing.error, listing.complete, listing.isTorn, listing.pages], [error, false, false, 1]);
});

test('of a page that comes after the listing has ended nothing is handed on', async () => {
  const error = new CompassError('CompassUnavailable', 'away');
  const further = Promise.withResolvers<DirectorPage>();
  const pages = listApplications(
    {
      fetchPage: (_, after) =>
        after === undefined ? Promise.resolve(pageOf(['a'], 'more', () => Promise.reject(error))) : further.promise,
      fetchHead: assert.fail,
    },
    new ManualClock(0),
  );
  const { value: page } = await pages.next();
  assert.ok(page && 'items' in page);
  const ahead = pages.next();
  assert.equal(await page.items[0]?.whole(), undefined);
  further.resolve(pageOf(['b'], undefined, assert.fail));
  const { done, value: listing } = await ahead;
  assert.ok(done && 'heads' in listing);
  assert.deepEqual([listing.error, [...listing.heads.keys()]], [error, ['a']]);
});

test("the time that an Application takes until it is whole is the Director's, and a page tells whether it is the last", async () => {
  const clock = new ManualClock(0);
  const whole = (id: string) => {
    clock.advance(LATENCY_MS);
    return Promise.resolve(applicationOf(id));
  };
  const fetchPage = (_: number, after: string | undefined) =>
    Promise.resolve(after === undefined ? pageOf(['a', 'b'], 'more', whole) : pageOf(['c', 'd'], undefined, whole));
  const pages = listApplications({ fetchPage, fetchHead: assert.fail }, clock);
  const seen: [number, boolean][] = [];
  for (;;) {
    const { done, value } = await pages.next();
    if (done) {
      assert.deepEqual(
        [value.latencyMs, value.complete, seen],
        [
          4 * LATENCY_MS,
          true,
          [
            [7, false],
            [7, true],
          ],
        ],
      );
      return;
    }
    seen.push([value.bytes, value.isLast]);
    for (const item of value.items) await item.whole();
  }
});

test('a bug in what makes an Application whole is thrown', async () => {
  const whole = () => Promise.reject(new TypeError('a bug'));
  const fetchPage = () => Promise.resolve(pageOf(['a'], undefined, whole));
  const { value } = await listApplications({ fetchPage, fetchHead: assert.fail }, new ManualClock(0)).next();
  assert.ok(value && 'items' in value);
  await assert.rejects(async () => value.items[0]?.whole(), /a bug/);
});

test('a listing that has something new on each page, for ever, is given up', async () => {
  let asked = 0;
  const pages = listApplications(
    {
      fetchPage: () => {
        asked += 1;
        assert.ok(asked <= 20_000);
        return Promise.resolve(pageOf([`id-${asked}`], 'more', (one) => Promise.resolve(applicationOf(one))));
      },
      fetchHead: assert.fail,
    },
    new ManualClock(0),
  );
  let step = await pages.next();
  while (!step.done) step = await pages.next();
  assert.equal(step.value.pages, 20_000);
  assert.equal(step.value.complete, false);
  assert.match(step.value.error?.message ?? '', /has no end after 20000 pages/);
});
