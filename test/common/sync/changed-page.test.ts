import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorItem, KnownItem } from '#common/compass/director-types.ts';
import { type HeadBefore, PagesBefore } from '#common/sync/pages-before.ts';
import { type FetchPage, type ReadPage, readRemembered } from '#common/sync/remembered-page.ts';
import { id } from './samples.ts';

/** An Application as a page shows it, `shown` is the digest of that; undefined where it is known as a whole. */
interface Shown {
  readonly name: string;
  readonly shown?: string;
  readonly showsAccess?: boolean;
}

const itemOf = ({ name, shown, showsAccess = false }: Shown, number: number): DirectorItem => ({
  ...wholeItem({ id: id(number), name, clientIds: [], bundles: [] }),
  showsAccess,
  ...(shown === undefined ? {} : { digest: () => shown }),
});

/** Reads one page again and again, as it is each time; what of it was known, and which heads were offered. */
function reader() {
  const pages = new PagesBefore();
  const known = new Map<string, KnownItem | undefined>();
  const taken: string[] = [];
  const changed = new Set<string>();
  const takeAsBefore = ({ name }: Pick<HeadBefore, 'name'>) => {
    taken.push(name);
    return !changed.has(name);
  };
  const read = async (digest: string, ...shown: readonly Shown[]): Promise<ReadPage> => {
    known.clear();
    taken.length = 0;
    const fetchPage: FetchPage = (before) => {
      const found = before?.page(digest);
      if (found) return Promise.resolve(found);
      for (const one of shown) if (one.shown !== undefined) known.set(one.shown, before?.item(one.shown));
      return Promise.resolve({ items: shown.map(itemOf), totalCount: 9, next: 'cursor', bytes: 7, digest });
    };
    return readRemembered('100 ', fetchPage, { pages, takeAsBefore });
  };
  return { pages, known, taken, changed, read };
}

const ONE: Shown = { name: 'one', shown: 'one as it was', showsAccess: true };
const TWO: Shown = { name: 'two', shown: 'two as it was' };
const HEAD_OF_ONE = { id: id(0), name: 'one', showsAccess: true, shown: 'one as it was' };

/** Each of these is known whole by what the page shows of it. */
function note({ items }: ReadPage, ...which: readonly Shown[]): void {
  for (const { name, shown = '' } of which) items.find((item) => item.name === name)?.note?.(shown);
}

const namesOf = ({ items, asBefore }: ReadPage) => [items.map(({ name }) => name), asBefore?.map(({ name }) => name)];

test('of a page that has changed what it shows as before is known while it is read, and is not among its items', async () => {
  const { known, read } = reader();
  note(await read('first', ONE, TWO), ONE, TWO);
  const changed = { ...TWO, shown: 'two is changed' };
  const page = await read('second', ONE, changed);
  assert.deepEqual(
    [...known],
    [
      ['one as it was', HEAD_OF_ONE],
      ['two is changed', undefined],
    ],
  );
  const { items, ...rest } = page;
  assert.deepEqual(
    items.map(({ name }) => name),
    ['two'],
  );
  assert.deepEqual(rest, {
    ...{ asBefore: [HEAD_OF_ONE], listed: 2, showsAccess: true },
    ...{ totalCount: 9, next: 'cursor', bytes: 7, digest: 'second' },
  });
  note(page, changed);
  const again = await read('second', ONE, changed);
  assert.deepEqual(namesOf(again), [[], ['one', 'two']], 'the whole page is known again');
});

test('what is not as it was in the cluster is read, although its page shows it as before', async () => {
  const { known, taken, changed, read } = reader();
  note(await read('first', ONE, TWO), ONE, TWO);
  changed.add('one').add('two');
  const page = await read('second', ONE, TWO);
  assert.deepEqual(
    [namesOf(page), taken],
    [
      [['one', 'two'], undefined],
      ['one', 'two'],
    ],
  );
  assert.equal('listed' in page, false);
  assert.equal(known.size, 2);
});

test('an item without a digest is read, beside those that are known', async () => {
  const { read } = reader();
  note(await read('first', ONE, TWO), ONE, TWO);
  assert.deepEqual(namesOf(await read('second', ONE, { name: 'two' })), [['two'], ['one']]);
});

test('of a page with one that is never known the others are', async () => {
  const { read } = reader();
  note(await read('first', ONE, TWO), ONE);
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(namesOf(await read('first', ONE, TWO)), [['two'], ['one']]);
  }
});

test('where a page shows nothing that is known nothing is offered', async () => {
  const { taken, read } = reader();
  note(await read('first', ONE, TWO), ONE, TWO);
  const page = await read('second', { ...ONE, shown: 'other' }, { ...TWO, shown: 'too' });
  assert.deepEqual([namesOf(page), taken], [[['one', 'two'], undefined], []]);
});

test('a page that comes as before in each round is remembered from each to the next', async () => {
  const { pages, read } = reader();
  note(await read('first', ONE, TWO), ONE, TWO);
  for (let round = 0; round < 3; round += 1) {
    pages.begin();
    assert.deepEqual(namesOf(await read('first', ONE, TWO)), [[], ['one', 'two']]);
  }
});
