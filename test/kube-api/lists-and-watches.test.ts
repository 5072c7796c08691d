import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, patchType, watchEvents } from './client.ts';
import { asArray, at, type JsonObject } from './json.ts';
import { type KubeApi, startKubeApi } from './kube-api.ts';

const secrets = '/api/v1/namespaces/default/secrets';

async function create(api: KubeApi, name: string, labels: JsonObject = {}): Promise<void> {
  assert.equal((await call(api, 'POST', secrets, { body: { metadata: { name, labels } } })).code, 201);
}

function names(body: JsonObject): unknown[] {
  return asArray(body['items']).map((item) => at(item, 'metadata', 'name'));
}

async function take(events: AsyncGenerator<JsonObject>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) {
    seen.push(`${event['type']} ${at(event, 'object', 'metadata', 'name') ?? at(event, 'object', 'code') ?? ''}`);
    if (seen.length === count) break;
  }
  return seen;
}

test('pages show one state, whatever is written between them, and expire with the history', async () => {
  await using api = await startKubeApi();
  for (const name of ['a', 'b', 'c']) await create(api, name);
  const first = await call(api, 'GET', `${secrets}?limit=2`);
  assert.deepEqual([names(first.body), at(first.body, 'metadata', 'remainingItemCount')], [['a', 'b'], 1]);
  await create(api, 'd');
  await call(api, 'DELETE', `${secrets}/c`);
  const more = `${secrets}?limit=2&continue=${at(first.body, 'metadata', 'continue')}`;
  assert.deepEqual(names((await call(api, 'GET', more)).body), ['c']);
  api.compact();
  assert.equal((await call(api, 'GET', more)).code, 410);
});

test('selectors choose by label and by field', async () => {
  await using api = await startKubeApi();
  await create(api, 'a', { tier: 'x', owner: 'me' });
  await create(api, 'b', { tier: 'y' });
  const cases: [string, string[]][] = [
    ['labelSelector=tier%3Dx', ['a']],
    ['labelSelector=tier!%3Dx', ['b']],
    ['labelSelector=tier%20in%20(x,y),!owner', ['b']],
    ['labelSelector=tier%20notin%20(y)', ['a']],
    ['labelSelector=owner', ['a']],
    ['fieldSelector=metadata.name%3Db', ['b']],
    ['fieldSelector=type!%3DOpaque', []],
  ];
  for (const [query, wanted] of cases)
    assert.deepEqual(names((await call(api, 'GET', `${secrets}?${query}`)).body), wanted, query);
});

test('a watch tells what is there and what changes, also what leaves the selection', async () => {
  await using api = await startKubeApi();
  await create(api, 'a', { on: 'yes' });
  const events = watchEvents(api, `${secrets}?watch=true&labelSelector=on`);
  const first = await events.next();
  assert.equal(at(first.value, 'type'), 'ADDED');
  await create(api, 'unseen');
  await call(api, 'PATCH', `${secrets}/a`, { body: { data: { k: 'dg==' } }, type: patchType.merge });
  await call(api, 'PATCH', `${secrets}/a`, { body: { metadata: { labels: null } }, type: patchType.merge });
  assert.deepEqual(await take(events, 2), ['MODIFIED a', 'DELETED a']);
});

test('a watch goes on from a version, gets bookmarks, and ends with 410 where the history is gone', async () => {
  await using api = await startKubeApi({ bookmarkMs: 5 });
  const start = at((await call(api, 'GET', secrets)).body, 'metadata', 'resourceVersion');
  await create(api, 'a');
  await call(api, 'DELETE', `${secrets}/a`);
  const path = `${secrets}?watch=1&allowWatchBookmarks=true&resourceVersion=${start}`;
  assert.deepEqual(await take(watchEvents(api, path), 3), ['ADDED a', 'DELETED a', 'BOOKMARK ']);
  api.compact();
  assert.deepEqual(await take(watchEvents(api, path), 2), ['ERROR 410']);
});

test('sendInitialEvents is refused as servers of that age do', async () => {
  await using api = await startKubeApi();
  const path = `${secrets}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`;
  assert.equal((await call(api, 'GET', path)).code, 422);
});
