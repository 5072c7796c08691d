import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, watchEvents } from './client.ts';
import { at } from './json.ts';
import { startKubeApi } from './kube-api.ts';

const secrets = '/api/v1/namespaces/default/secrets';
const body = { metadata: { name: 'a' } };

test('a fault hits as often as it is told, and only whom it matches', async () => {
  await using api = await startKubeApi();
  api.faults.add({ verb: 'create', resource: 'secrets', effect: { kind: 'status', code: 429, retryAfterSeconds: 3 } });
  assert.equal((await call(api, 'GET', secrets)).code, 200);
  const refused = await call(api, 'POST', secrets, { body });
  assert.deepEqual([refused.code, refused.headers['retry-after']], [429, '3']);
  assert.equal((await call(api, 'POST', secrets, { body })).code, 201);
});

test('a cut before the write loses it, a cut after the write only the answer', async () => {
  await using api = await startKubeApi();
  for (const [when, stored] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    api.faults.add({ verb: 'create', effect: { kind: 'cut', when } });
    await assert.rejects(call(api, 'POST', secrets, { body }));
    assert.equal(api.stored('secrets').length, stored, when);
  }
});

test('webhooks deny and mutate, and stale reads show the past', async () => {
  await using api = await startKubeApi();
  api.faults.add({ verb: 'create', effect: { kind: 'deny', webhook: 'w.example.com', message: 'no' } });
  const denied = await call(api, 'POST', secrets, { body });
  assert.equal(denied.body['message'], 'admission webhook "w.example.com" denied the request: no');
  api.faults.add({ verb: 'create', effect: { kind: 'mutate', patch: { metadata: { labels: { added: 'yes' } } } } });
  assert.deepEqual(at((await call(api, 'POST', secrets, { body })).body, 'metadata', 'labels'), { added: 'yes' });
  api.faults.add({ verb: 'get', effect: { kind: 'stale', revisions: 1 } });
  assert.equal((await call(api, 'GET', `${secrets}/a`)).code, 404);
  assert.equal((await call(api, 'GET', `${secrets}/a`)).code, 200);
});

test('a watch can be made to end with 410', async () => {
  await using api = await startKubeApi();
  api.faults.add({ verb: 'watch', effect: { kind: 'endWatch', afterEvents: 0, how: 'gone' } });
  const seen: unknown[] = [];
  for await (const event of watchEvents(api, `${secrets}?watch=1`))
    seen.push([event['type'], at(event, 'object', 'code')]);
  assert.deepEqual(seen, [['ERROR', 410]]);
});

test('the listener stops and starts on its port, keeping the state', async () => {
  await using api = await startKubeApi();
  await call(api, 'POST', secrets, { body });
  await api.pause();
  await assert.rejects(call(api, 'GET', secrets));
  await api.resume();
  assert.equal((await call(api, 'GET', `${secrets}/a`)).code, 200);
});

test('the recorder keeps the shape of requests and no values', async () => {
  await using api = await startKubeApi();
  await call(api, 'POST', `${secrets}?fieldManager=m`, { body: { ...body, stringData: { k: 'canary' } } });
  const [recorded] = api.requests().slice(-1);
  assert.deepEqual([recorded?.method, recorded?.query, recorded?.code], ['POST', { fieldManager: 'm' }, 201]);
  assert.ok(!JSON.stringify(api.requests()).includes('canary'));
});
