import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DirectorApplication, DirectorPage, ListingProblem } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { type Listing, listApplications } from '#common/sync/listing.ts';
import { createPageReader } from '#common/sync/page-reader.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';

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
    return Promise.resolve({ applications: ids.map(applicationOf), problems, totalCount: total, next });
  };
  const pages = listApplications({ fetchPage, fetchHead: assert.fail }, clock);
  const seen: (string | undefined)[] = [];
  for (;;) {
    const { done, value } = await pages.next();
    if (done) return { listing: value, seen };
    seen.push(...[...value.applications, ...value.problems].map(({ id }) => id));
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
      assert.deepEqual(await readPage(undefined), {
        applications: [],
        problems: [{ ...head, reason: kind, message: 'no' }],
        totalCount: 3,
        next: 'then',
      });
    }
  }
});
