import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PageOf, pipelined } from '#common/sync/pipeline.ts';
import { turns } from './turns.ts';

const OPTIONS = { limit: 2, aheadBytes: 100 };

/** Pages of numbers, and a record of what was asked for and worked on, in order. */
class Bench {
  readonly events: string[] = [];
  readonly #pages: Iterator<PageOf<number>>;
  readonly #gates = new Map<number, () => void>();
  running = 0;
  most = 0;

  constructor(pages: readonly PageOf<number>[]) {
    this.#pages = pages.values();
  }

  readonly next = (): Promise<PageOf<number> | undefined> => {
    this.events.push('read');
    const { value, done } = this.#pages.next();
    return Promise.resolve(done ? undefined : value);
  };

  /** Ends when `release` says so. */
  readonly work = (item: number): Promise<void> => {
    this.events.push(`begin ${item}`);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    return new Promise<void>((resolve) => {
      this.#gates.set(item, resolve);
    }).then(() => {
      this.running -= 1;
      this.events.push(`end ${item}`);
    });
  };

  async release(item: number): Promise<void> {
    this.#gates.get(item)?.();
    await turns();
  }
}

function page(items: readonly number[], { bytes = 1, isLast = false } = {}): PageOf<number> {
  return { items, bytes, isLast };
}

test('the next page is read while this one is worked on, and its items begin as soon as there is room', async () => {
  const bench = new Bench([page([1, 2, 3]), page([4], { isLast: true })]);
  const done = pipelined(bench.next, OPTIONS, bench.work);
  await turns();
  assert.deepEqual(bench.events, ['read', 'read', 'begin 1', 'begin 2']);
  await bench.release(2);
  await bench.release(1);
  assert.deepEqual(bench.events.slice(4), ['end 2', 'begin 3', 'end 1', 'begin 4']);
  await bench.release(3);
  await bench.release(4);
  await done;
  assert.equal(bench.events.at(-1), 'read');
});

test('pages with nothing to do are read on while one is worked on, until one has something to do', async () => {
  const bench = new Bench([page([1, 2, 3]), page([]), page([]), page([4]), page([5], { isLast: true })]);
  const done = pipelined(bench.next, OPTIONS, bench.work);
  await turns();
  assert.deepEqual(bench.events, ['read', 'read', 'read', 'read', 'begin 1', 'begin 2']);
  for (const item of [1, 2, 3]) await bench.release(item);
  assert.deepEqual(bench.events.slice(6), ['end 1', 'begin 3', 'read', 'end 2', 'begin 4', 'end 3', 'begin 5']);
  for (const item of [4, 5]) await bench.release(item);
  await done;
});

test('when something has failed, pages with nothing to do are read on no more', async () => {
  let read = 0;
  const next = async () => {
    read += 1;
    await turns();
    return page(read === 1 ? [1] : []);
  };
  await assert.rejects(
    pipelined(next, OPTIONS, () => Promise.reject(new Error('no'))),
    /no/,
  );
  const before = read;
  for (let turn = 0; turn < 5; turn += 1) await turns();
  assert.ok(read <= before + 1, `${read - before} were read after it`);
});

test('behind a page that is large, or the last, nothing is read before all of it is done', async () => {
  for (const first of [page([1], { bytes: 101 }), page([1], { isLast: true })]) {
    const bench = new Bench([first, page([2])]);
    const done = pipelined(bench.next, OPTIONS, bench.work);
    await turns();
    assert.deepEqual(bench.events, ['read', 'begin 1']);
    await bench.release(1);
    assert.deepEqual(bench.events.slice(2, 4), ['end 1', 'read']);
    await bench.release(2);
    await done;
  }
});

test('beside a page as large as may be, the next one is read', async () => {
  const bench = new Bench([page([1], { bytes: 100 }), page([2], { isLast: true })]);
  const done = pipelined(bench.next, OPTIONS, bench.work);
  await turns();
  assert.deepEqual(bench.events, ['read', 'read', 'begin 1', 'begin 2']);
  for (const item of [1, 2]) await bench.release(item);
  await done;
});

test('what the very last item failed by is told, whether or not its page was known to be the last', async () => {
  for (const isLast of [true, false]) {
    const bench = new Bench([page([1], { isLast })]);
    const fail = () => turns().then(() => Promise.reject(new Error('no')));
    await assert.rejects(pipelined(bench.next, OPTIONS, fail), /no/);
  }
});

test('no more than two pages are held: the third is read when the last item of the first has begun', async () => {
  const bench = new Bench([page([1, 2, 3]), page([4, 5]), page([6])]);
  const done = pipelined(bench.next, OPTIONS, bench.work);
  await turns();
  assert.equal(bench.events.filter((event) => event === 'read').length, 2);
  await bench.release(1);
  assert.equal(bench.events.filter((event) => event === 'read').length, 3);
  for (const item of [2, 3, 4, 5, 6]) await bench.release(item);
  await done;
});

test('after a failure nothing more begins, and it is told when all that had begun is over', async () => {
  const bench = new Bench([page([1, 2, 3]), page([4])]);
  let isOver = false;
  const done = pipelined(bench.next, OPTIONS, async (item) => {
    if (item === 2) throw new Error('the second one');
    await bench.work(item);
  }).finally(() => {
    isOver = true;
  });
  const failed = assert.rejects(done, /the second one/);
  await turns();
  assert.equal(isOver, false);
  await bench.release(1);
  await failed;
  assert.deepEqual(bench.events, ['read', 'read', 'begin 1', 'end 1']);
});

test('a page that cannot be read is told when all that had begun is over', async () => {
  const bench = new Bench([]);
  const pages = [page([1])].values();
  const next = () => {
    const { value, done } = pages.next();
    return done ? Promise.reject(new Error('no further page')) : Promise.resolve(value);
  };
  const done = pipelined(next, OPTIONS, bench.work);
  const failed = assert.rejects(done, /no further page/);
  await turns();
  assert.equal(bench.running, 1);
  await bench.release(1);
  await failed;
  assert.equal(bench.running, 0);
});

test('whatever the pages are, each item is worked on once, in order, and never more than the limit at a time', async () => {
  const pages = fc.array(fc.record({ count: fc.nat(5), bytes: fc.nat(200), isLast: fc.boolean() }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pages, fc.integer({ min: 1, max: 4 }), async (sizes, limit) => {
      let item = 0;
      const given = sizes.map(({ count, ...rest }) => ({
        items: Array.from({ length: count }, () => (item += 1)),
        ...rest,
      }));
      const begun: number[] = [];
      let running = 0;
      const source = given.values();
      const next = () => Promise.resolve(source.next().value as PageOf<number> | undefined);
      await pipelined(next, { limit, aheadBytes: 100 }, async (one) => {
        begun.push(one);
        running += 1;
        assert.ok(running <= limit);
        await turns();
        running -= 1;
      });
      assert.deepEqual(
        begun,
        given.flatMap(({ items }) => items),
      );
    }),
  );
});
