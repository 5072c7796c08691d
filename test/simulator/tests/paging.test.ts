import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../model.ts';
import { type Simulator, startSimulator } from '../simulator.ts';
import { askDirector } from './director.ts';
import { type Credential, pair } from './pair.ts';

interface ListedPage {
  data: { id: string; name: string; [nested: string]: unknown }[];
  pageInfo: { startCursor: string; endCursor: string; hasNextPage: boolean };
  totalCount: number;
}

const PAGE = 'pageInfo { startCursor endCursor hasNextPage } totalCount';
const LIST = `query List($id: ID!, $first: Int = 200, $after: PageCursor) {
  applicationsForRuntime(runtimeID: $id, first: $first, after: $after) { data { id name } ${PAGE} } }`;
const UNPAGED = `query List($id: ID!) { applicationsForRuntime(runtimeID: $id) { data { id name } ${PAGE} } }`;

async function page(
  simulator: Simulator,
  credential: Credential,
  variables: Record<string, Json>,
  query = LIST,
): Promise<ListedPage> {
  const { data } = await askDirector(simulator, credential, query, { id: simulator.runtimeId, ...variables });
  return data['applicationsForRuntime'] as unknown as ListedPage;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `app-${String(index).padStart(3, '0')}`);
}

/** Applications whose ids are their names, so that the order by id is known. */
async function withApplications(count: number): Promise<{ simulator: Simulator; credential: Credential }> {
  const simulator = await startSimulator();
  for (const name of names(count).reverse()) simulator.landscape.createApplication({ id: name, name });
  return { simulator, credential: await pair(simulator) };
}

test('pages are ordered by id and end without a cursor', async (t) => {
  const { simulator, credential } = await withApplications(5);
  t.after(() => simulator.close());
  const first = await page(simulator, credential, { first: 3 });
  assert.deepEqual(
    first.data.map(({ id }) => id),
    names(3),
  );
  assert.equal(first.pageInfo.hasNextPage, true);
  const last = await page(simulator, credential, { first: 3, after: first.pageInfo.endCursor });
  assert.deepEqual(
    last.data.map(({ id }) => id),
    names(5).slice(3),
  );
  assert.deepEqual(last.pageInfo, { startCursor: first.pageInfo.endCursor, endCursor: '', hasNextPage: false });
});

test('a client that does not page sees only the first 200', async (t) => {
  const { simulator, credential } = await withApplications(201);
  t.after(() => simulator.close());
  const all = await page(simulator, credential, {}, UNPAGED);
  assert.deepEqual([all.data.length, all.totalCount, all.pageInfo.hasNextPage], [200, 201, true]);
});

for (const first of [0, -1, 201, null]) {
  test(`a page size of ${first} is error 22`, async (t) => {
    const { simulator, credential } = await withApplications(1);
    t.after(() => simulator.close());
    const answer = await askDirector(simulator, credential, LIST, { id: simulator.runtimeId, first });
    assert.equal(answer.errors[0]?.extensions?.error_code, 22);
  });
}

test('a cursor that is none of ours is error 22', async (t) => {
  const { simulator, credential } = await withApplications(1);
  t.after(() => simulator.close());
  const answer = await askDirector(simulator, credential, LIST, { id: simulator.runtimeId, after: 'bm9uc2Vuc2U=' });
  assert.equal(answer.errors[0]?.extensions?.error_code, 22);
});

test('an Application that goes while a client pages makes another one be missed, one that comes makes one come twice', async (t) => {
  const { simulator, credential } = await withApplications(4);
  t.after(() => simulator.close());
  const first = await page(simulator, credential, { first: 2 });
  const after = first.pageInfo.endCursor;
  simulator.landscape.deleteApplication('app-000');
  const missed = await page(simulator, credential, { first: 2, after });
  assert.deepEqual([missed.data.map(({ id }) => id), missed.totalCount], [['app-003'], 3]);
  for (const id of ['app-000', 'app-0000']) simulator.landscape.createApplication({ id, name: id });
  const twice = await page(simulator, credential, { first: 2, after });
  assert.deepEqual([twice.data.map(({ id }) => id), twice.totalCount], [['app-001', 'app-002'], 5]);
});

const bundle = (id: string) => ({
  id,
  name: id,
  apiDefinitions: ['api-1', 'api-2', 'api-3'].map((api) => ({ id: `${id}-${api}`, name: api, group: 'g' })),
  eventDefinitions: ['event-1', 'event-2', 'event-3'].map((event) => ({ id: `${id}-${event}`, name: event })),
});

async function withBundles(): Promise<{ simulator: Simulator; credential: Credential }> {
  const simulator = await startSimulator();
  for (const id of ['a', 'b']) {
    const bundles = ['3', '2', '1'].map((number) => bundle(`${id}${number}`));
    simulator.landscape.createApplication({ id, name: id, bundles });
  }
  return { simulator, credential: await pair(simulator) };
}

test('nested pages take their arguments from the first Application of the request', async (t) => {
  const { simulator, credential } = await withBundles();
  t.after(() => simulator.close());
  const query = `{
    first: application(id: "a") { bundles(first: 2) { data { id } ${PAGE} } }
    second: application(id: "b") { bundles(first: 200) { data { id } ${PAGE} } } }`;
  const { data } = await askDirector(simulator, credential, query);
  const [first, second] = ['first', 'second'].map(
    (alias) => (data[alias] as unknown as { bundles: ListedPage }).bundles,
  );
  assert.deepEqual(first?.data, [{ id: 'a1' }, { id: 'a2' }]);
  assert.deepEqual(second?.data, [{ id: 'b1' }, { id: 'b2' }]);
  assert.deepEqual([second?.totalCount, second?.pageInfo.hasNextPage], [3, true]);
});

for (const list of ['apiDefinitions', 'eventDefinitions']) {
  test(`${list} take their arguments from the first bundle of the request`, async (t) => {
    const { simulator, credential } = await withBundles();
    t.after(() => simulator.close());
    const query = `{ application(id: "a") {
      one: bundle(id: "a1") { ${list}(first: 1) { data { id } ${PAGE} } }
      two: bundle(id: "a2") { ${list}(first: 3) { data { id } ${PAGE} } } } }`;
    const { data } = await askDirector(simulator, credential, query);
    const application = data['application'] as unknown as Record<string, Record<string, ListedPage>>;
    assert.equal(application['two']?.[list]?.data.length, 1);
    assert.equal(application['two']?.[list]?.totalCount, 3);
  });
}

test('one Application a request pages on through its own bundles', async (t) => {
  const { simulator, credential } = await withBundles();
  t.after(() => simulator.close());
  const query = `query ($first: Int, $after: PageCursor) {
    application(id: "b") { bundles(first: $first, after: $after) { data { id } ${PAGE} } } }`;
  const turn = async (after: string | null): Promise<ListedPage> => {
    const { data } = await askDirector(simulator, credential, query, { first: 2, after });
    return (data['application'] as unknown as { bundles: ListedPage }).bundles;
  };
  const first = await turn(null);
  const last = await turn(first.pageInfo.endCursor);
  assert.deepEqual([...first.data, ...last.data], [{ id: 'b1' }, { id: 'b2' }, { id: 'b3' }]);
});

test('a nested page size out of bounds is an error beside the rest of the answer', async (t) => {
  const { simulator, credential } = await withBundles();
  t.after(() => simulator.close());
  const query = '{ application(id: "a") { name bundles(first: 201) { totalCount } } }';
  const { status, data, errors } = await askDirector(simulator, credential, query);
  assert.deepEqual([status, data], [200, { application: { name: 'a', bundles: null } }]);
  assert.equal(errors[0]?.extensions?.error_code, 22);
});

test('a remembered page is the same until something changes', async (t) => {
  const { simulator, credential } = await withApplications(2);
  t.after(() => simulator.close());
  simulator.switches.rememberListings = true;
  const listed = async (first: number) => (await page(simulator, credential, { first })).data.map(({ name }) => name);
  assert.deepEqual(await listed(2), names(2));
  Object.assign(simulator.landscape.application('app-000') ?? {}, { name: 'unnoticed' });
  assert.deepEqual(await listed(2), names(2));
  assert.deepEqual(await listed(1), ['unnoticed']);
  simulator.landscape.updateApplication('app-001', { name: 'noticed' });
  assert.deepEqual(await listed(2), ['unnoticed', 'noticed']);
});
