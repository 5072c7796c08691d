import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorItem } from '#common/compass/director-types.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { directorListing, type OpenListing } from '#common/sync/director-source.ts';
import { type HeadBefore, PagesBefore } from '#common/sync/pages-before.ts';
import { type FetchPage, type ReadPage, readRemembered, toReadPage } from '#common/sync/remembered-page.ts';
import { application, id } from './samples.ts';
import { startSyncWorld } from './world.ts';

/** Applications on two pages, synchronized once; `read` tells of which pages the answers were read since it was asked last, and `parsed` of which Applications. */
async function start(t: TestContext, count = 130) {
  const world = await startSyncWorld(t);
  const { landscape, caPem } = world.simulator;
  for (let number = 1; number <= count; number += 1) landscape.createApplication(application(number, `app-${number}`));
  const pages: string[] = [];
  const wholes: (string | undefined)[] = [];
  const open = directorListing({ extraRoots: [caPem] });
  const director: OpenListing = (target) => {
    const source = open(target);
    return {
      ...source,
      async fetchPage(first, after, known) {
        const page = after === undefined ? 'first' : 'further';
        let isKnown = false;
        const answer = await source.fetchPage(first, after, {
          hasItems: known?.hasItems ?? false,
          item: (digest) => known?.item(digest),
          page(digest) {
            const found = known?.page(digest);
            isKnown = found !== undefined;
            return found;
          },
        });
        if (!isKnown) pages.push(page);
        const noted = (item: DirectorItem) => {
          const whole = () => {
            wholes.push(item.name);
            return item.whole();
          };
          return { ...item, whole };
        };
        return { ...answer, items: answer.items.map(noted) };
      },
    };
  };
  const sync = world.another(undefined, undefined, { director });
  const read = () => pages.splice(0);
  const parsed = () => wholes.splice(0).toSorted();
  await sync();
  assert.equal(read().length, Math.ceil(count / 100));
  assert.equal(parsed().length, count);
  return { world, landscape, sync, read, parsed };
}

test('a page that comes as before is not read, and all of it counts as listed, present and in sync', async (t) => {
  const { world, sync, read } = await start(t);
  const before = await world.versions();
  for (let round = 0; round < 3; round += 1) {
    const { fetch, present, unchanged, inSync, secrets, failed, writes } = await sync();
    assert.deepEqual(read(), []);
    assert.deepEqual([fetch.complete, fetch.listed, fetch.pages], [true, 130, 2]);
    assert.deepEqual([present, unchanged, inSync, failed, writes], [130, 130, 130, [], 0]);
    assert.equal(secrets, Object.keys(before).length - 130);
  }
  assert.deepEqual(await world.versions(), before);
});

test('a page of which one Application has changed is read, and no other', async (t) => {
  const { world, landscape, sync, read } = await start(t);
  landscape.updateApplication(id(1), { description: 'changed' });
  assert.deepEqual([(await sync()).updated, read().length], [['app-1'], 1]);
  assert.equal((await world.application('app-1'))?.spec?.description, 'changed');
  await sync();
  assert.deepEqual(read(), []);
});

test('a page that comes as before is read where something else was made of one of its Applications', async (t) => {
  const { world, sync, read } = await start(t);
  await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'app-7' }, { spec: { description: 'mine' } });
  assert.deepEqual([(await sync()).updated, read().length], [['app-7'], 1]);
  assert.notEqual((await world.application('app-7'))?.spec?.description, 'mine');
  await world.cluster.cluster.delete({ kind: APPLICATION, name: 'app-9' });
  assert.deepEqual([(await sync()).created, read().length], [['app-9'], 1]);
  await sync();
  assert.deepEqual(read(), []);
});

test('of a page that has changed those are settled unread that it shows as before', async (t) => {
  const { world, landscape, sync, read, parsed } = await start(t);
  landscape.updateApplication(id(1), { description: 'changed' });
  await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'app-7' }, { spec: { description: 'mine' } });
  const { updated, inSync, failed } = await sync();
  assert.deepEqual([updated.toSorted(), inSync, failed], [['app-1', 'app-7'], 130, []]);
  assert.deepEqual([read(), parsed()], [['first'], ['app-1', 'app-7']]);
  assert.equal((await world.application('app-1'))?.spec?.description, 'changed');
  assert.notEqual((await world.application('app-7'))?.spec?.description, 'mine');
  landscape.updateApplication(id(2), { name: 'Not A Name' });
  for (let round = 0; round < 2; round += 1) {
    await sync();
    assert.deepEqual([read(), parsed()], [['first'], ['Not A Name']], 'one with a problem, and no other');
  }
});

test('an Application that goes on in further pages is read in each round: those pages change by themselves', async (t) => {
  const { world, landscape, sync, read } = await start(t, 1);
  const bundles = Array.from({ length: 101 }, (_, index) => ({ name: `bundle-${index}` }));
  landscape.createApplication({ id: id(2), name: 'large', bundles });
  await sync();
  assert.deepEqual(read(), ['first']);
  await sync();
  assert.deepEqual(read(), ['first']);
  const last = landscape.application(id(2))?.bundles.at(-1);
  landscape.putBundle(id(2), { ...last, name: last?.name ?? '', description: 'changed' });
  assert.deepEqual([(await sync()).updated, read()], [['large'], ['first']]);
  const services = (await world.application('large'))?.spec?.services ?? [];
  assert.ok(services.some(({ description }) => description === 'changed'));
});

test('an Application that is not listed any more goes, and one with a problem keeps its page from being skipped', async (t) => {
  const { world, landscape, sync, read } = await start(t);
  landscape.deleteApplication(id(130));
  await sync();
  world.clock.advance(60_000);
  assert.ok(read().length > 0);
  assert.deepEqual((await sync()).deleted, ['app-130']);
  read();
  landscape.updateApplication(id(3), { name: 'Not A Name' });
  for (let round = 0; round < 2; round += 1) {
    const { failed } = await sync();
    assert.deepEqual([failed.length, read().length], [1, 1]);
  }
});

interface Answer {
  readonly items: readonly DirectorItem[];
  readonly digest?: string;
}

const itemOf = (number: number, name: string): DirectorItem =>
  wholeItem({ id: id(number), name, clientIds: [], bundles: [] });
const TWO = [itemOf(0, 'one'), itemOf(1, 'two')];

/** Reads a page of this answer as often as asked; `taken` are the heads that were offered, all of which are as before unless said. */
function reader({ items, digest }: Answer) {
  const pages = new PagesBefore();
  const taken: string[] = [];
  const state = { isTaken: true, read: 0 };
  const memory = {
    pages,
    takeAsBefore: ({ name }: Pick<HeadBefore, 'name'>) => {
      taken.push(name);
      return state.isTaken;
    },
  };
  const fetchPage: FetchPage = (known) => {
    const found = digest === undefined ? undefined : known?.page(digest);
    if (found) return Promise.resolve(found);
    state.read += 1;
    return Promise.resolve({
      items,
      totalCount: 2,
      next: 'cursor',
      bytes: 7,
      ...(digest === undefined ? {} : { digest }),
    });
  };
  return { state, taken, pages, read: () => readRemembered('100 ', fetchPage, memory) };
}

function noteAll({ items }: ReadPage): void {
  for (const { name, note } of items) note?.(`digest of ${name}`);
}

test('a page that came as before is what it was, without its items, and is not read', async () => {
  const { state, taken, read } = reader({ items: TWO, digest: 'as it was' });
  noteAll(await read());
  assert.deepEqual(taken, []);
  const { items, asBefore, ...page } = await read();
  assert.deepEqual(page, { listed: 2, bytes: 0, showsAccess: false, totalCount: 2, next: 'cursor' });
  assert.deepEqual(items, []);
  assert.deepEqual(asBefore, [
    { id: id(0), name: 'one', showsAccess: false, shown: 'digest of one' },
    { id: id(1), name: 'two', showsAccess: false, shown: 'digest of two' },
  ]);
  assert.deepEqual([taken, state.read], [['one', 'two'], 1]);
  state.isTaken = false;
  const again = await read();
  assert.deepEqual([again.items.length, again.asBefore, state.read], [2, undefined, 2], 'one is not as it was');
});

test('a page is remembered once all of its Applications are known, and not before', async () => {
  const { state, read } = reader({ items: TWO, digest: 'as it was' });
  const [one, two] = (await read()).items;
  one?.note?.('digest of one');
  assert.equal((await read()).asBefore, undefined);
  two?.note?.('digest of two');
  assert.deepEqual([(await read()).asBefore?.length, state.read], [2, 2]);
});

const UNUSABLE = { reason: 'InvalidApplication', message: 'unusable' } as const;

for (const [what, item] of Object.entries({
  'an id': wholeItem({ ...UNUSABLE, name: 'two' }),
  'a name': wholeItem({ ...UNUSABLE, id: id(1) }),
})) {
  test(`a page of which one lacks ${what} is read each time`, async () => {
    const { state, read } = reader({ items: [itemOf(0, 'one'), item], digest: 'as it was' });
    for (let time = 0; time < 2; time += 1) noteAll(await read());
    assert.equal(state.read, 2);
  });
}

test('a page of which no digest is known is handed on as it is', async () => {
  const { read } = reader({ items: TWO });
  const page = { items: TWO, totalCount: 2, next: 'cursor', bytes: 7, showsAccess: false };
  assert.deepEqual(await read(), page);
});

test('a page shows credentials where any of its Applications has some, also when it comes as before', async () => {
  for (const at of [0, 1]) {
    const items = TWO.map((item, index) => ({ ...item, showsAccess: index === at }));
    assert.equal(toReadPage({ items, totalCount: 2, next: undefined, bytes: 7 }).showsAccess, true);
    const { read } = reader({ items, digest: 'as it was' });
    const page = await read();
    noteAll(page);
    const { asBefore, showsAccess } = await read();
    assert.deepEqual([page.showsAccess, asBefore?.length, showsAccess], [true, 2, true]);
  }
  assert.equal(toReadPage({ items: TWO, totalCount: 2, next: undefined, bytes: 7 }).showsAccess, false);
});

test('what a page showed is forgotten when a round has gone by without it, or all is', () => {
  const page = { digest: 'd', heads: [], totalCount: 0, next: undefined };
  const pages = new PagesBefore();
  pages.note('100 ', page);
  pages.begin();
  assert.equal(pages.last('100 '), page);
  assert.equal(pages.last('50 '), undefined);
  pages.note('100 ', page);
  pages.begin();
  assert.equal(pages.last('100 '), page, 'noted in each round it is kept');
  pages.begin();
  assert.equal(pages.last('100 '), undefined);
  for (const isLater of [false, true]) {
    pages.note('100 ', page);
    if (isLater) pages.begin();
    pages.clear();
    assert.equal(pages.last('100 '), undefined);
  }
});
