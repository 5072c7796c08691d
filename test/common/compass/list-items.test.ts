import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from '#common/clock.ts';
import { type CallContext, contextOf } from '#common/compass/call-context.ts';
import { APPLICATIONS } from '#common/compass/documents.ts';
import { readResult } from '#common/compass/graphql-result.ts';
import { ListItem } from '#common/compass/list-items.ts';

const PATH = ['applicationsForRuntime', 'data'] as const;
const { firstField } = APPLICATIONS;

const endpoint = { url: 'https://director.example.com', target: 'director' } as const;
const context: CallContext = contextOf(endpoint, { operationName: 'applicationsForRuntime' }, systemClock);

interface Read {
  /** What came of it, with each item parsed. */
  readonly data: unknown;
  readonly errors: readonly unknown[];
  readonly items: readonly unknown[];
  /** Digests in the order in which they were asked about. */
  readonly asked: readonly string[];
}

function read(text: string, known: Pick<ReadonlySet<string>, 'has'> = new Set()): Read {
  const asked: string[] = [];
  const isKnown = (digest: string) => {
    asked.push(digest);
    return known.has(digest);
  };
  const { data, errors } = readResult(text, context, { path: PATH, firstField, isKnown });
  const page = data?.['applicationsForRuntime'] as { data?: unknown } | undefined;
  const items: readonly unknown[] = Array.isArray(page?.data) ? page.data : [];
  const parsed = items.map((item) => (item instanceof ListItem ? item.value : item));
  const whole = items.length > 0 ? { ...data, applicationsForRuntime: { ...page, data: parsed } } : data;
  return { data: whole, errors, items, asked };
}

const pageInfo = { endCursor: 'next', hasNextPage: true };

function answer(data: readonly unknown[], more: object = {}): object {
  return { data: { applicationsForRuntime: { data, pageInfo, totalCount: 7 } }, ...more };
}

const item = (id: string, more: object = {}) => ({ [firstField]: 'p', id, name: `name of ${id}`, ...more });
const isToldApart = ({ items }: Read) => items.length > 0 && items.every((one) => one instanceof ListItem);

test('the items of a page are told apart, and those that are known are not parsed', () => {
  const text = JSON.stringify(answer([item('1'), item('2', { bundles: [{ id: 'b' }, { id: 'c' }] }), item('3')]));
  const first = read(text);
  assert.ok(isToldApart(first));
  assert.deepEqual(first.data, (JSON.parse(text) as { data: unknown }).data);
  assert.equal(new Set(first.asked).size, 3);
  const digests = first.items.map((one) => (one instanceof ListItem ? one.digest : ''));
  assert.deepEqual(first.asked, digests);
  const damaged = text.replace('name of 2', '\u0000');
  const unread = read(damaged, { has: () => true });
  assert.ok(
    isToldApart(unread) && (unread.items[1] as ListItem).value === undefined,
    'it was found to be no JSON just now',
  );
  assert.throws(() => read(damaged), { reason: 'InvalidAnswer' });
  const changed = read(text.replace('name of 2', 'other'), new Set(digests));
  assert.deepEqual(
    changed.asked.map((digest) => digests.includes(digest)),
    [true, false, true],
  );
  assert.deepEqual(
    changed.items.map((one) => one instanceof ListItem && (one.value as { name: string }).name),
    ['name of 1', 'other', 'name of 3'],
  );
});

const text = (data: readonly unknown[], more?: object) => JSON.stringify(answer(data, more));
const BORDER = `},{"${firstField}":"q"`;
const OTHERWISE: Readonly<Record<string, string>> = {
  'white space between its parts': JSON.stringify(answer([item('1'), item('2')]), null, 1),
  'no items': text([]),
  'an order of its own': text([{ id: '1', [firstField]: 'p' }]),
  'errors after the data': text([item('1'), null], { errors: [{ message: 'no' }] }),
  'errors before the data': JSON.stringify({ errors: [], ...answer([item('1')]) }),
  'the field inside an item, too': text([item('1', { list: [{ a: 1 }, { [firstField]: 'q' }] }), item('2')]),
  'a list after the list': text([item('1')]).replace(/\}\}\}$/, ',"data":[1]}}}'),
  'more items than are asked for': text(Array.from({ length: 1_001 }, (_, at) => item(String(at)))),
};
for (const [what, body] of Object.entries(OTHERWISE)) {
  test(`an answer with ${what} is read whole`, () => {
    const whole = JSON.parse(body) as { data: unknown; errors?: unknown[] };
    const result = read(body);
    assert.ok(!isToldApart(result));
    assert.deepEqual([result.data, result.errors], [whole.data, whole.errors ?? []]);
  });
}

test('a border in a text is none', () => {
  const body = text([item('1', { description: BORDER }), item('2', { description: '],"pageInfo":' })]);
  const result = read(body);
  assert.ok(isToldApart(result));
  assert.equal(result.items.length, 2);
  assert.deepEqual(result.data, (JSON.parse(body) as { data: unknown }).data);
});

test('whatever JSON the items of an answer are, they are the same as when all of it is parsed', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const one = fc.oneof(
    fc.record({ [firstField]: value, id: value, bundles: value }),
    fc.dictionary(fc.constantFrom(firstField, 'id', 'data', 'pageInfo'), value),
    value,
  );
  const pages = fc.record({
    items: fc.array(one, { maxLength: 5 }),
    more: fc.constantFrom({}, { errors: [] }, { extensions: {} }),
  });
  let split = 0;
  fc.assert(
    fc.property(pages, ({ items, more }) => {
      const body = text(items, more);
      const { data, items: found } = read(body);
      split += found.some((one) => one instanceof ListItem) ? 1 : 0;
      assert.deepEqual(data, (JSON.parse(body) as { data: unknown }).data);
    }),
    { numRuns: 2_000 },
  );
  assert.ok(split > 20, `only ${split} were told apart`);
});

test('a damaged answer is refused as it is without telling its items apart', () => {
  const body = text([item('1'), item('2')]);
  for (let end = 0; end < body.length; end += 1) {
    assert.throws(() => read(body.slice(0, end)), { reason: /InvalidAnswer|NotCompass/ });
    const changed = `${body.slice(0, end)}\u0000${body.slice(end + 1)}`;
    assert.throws(() => read(changed), { reason: /InvalidAnswer|NotCompass/ });
  }
});
