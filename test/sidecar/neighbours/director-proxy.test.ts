import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { systemClock } from '#common/clock.ts';
import { jsonLog } from '#common/log.ts';
import { DirectorProxy } from '../../../sidecar/neighbours/director-proxy.ts';
import { issue, issueRoot } from '../../common/pki/authority.ts';
import { ask, startProxyWorld, whoAmI } from './proxy-world.ts';

const messageOf = (text: string) => (JSON.parse(text) as { errors: { message: string }[] }).errors[0]?.message;

test('a query reaches the Director with the client certificate, the tenant and a request id, and its answer comes back', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  const credential = await pairUp();
  simulator.requests.clear();
  const { status, text, headers } = await ask({ body: whoAmI(simulator) });
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), { data: { runtime: { id: simulator.runtimeId } } });
  const [request] = simulator.requests.list();
  assert.equal(request?.certificateFingerprint, credential.fingerprint);
  assert.equal(request?.tenant, simulator.tenant);
  assert.match(headers['x-request-id'] as string, new RegExp(`^${simulator.runtimeId}_`));
  assert.equal(request?.requestId, headers['x-request-id']);
});

test('until it is connected it answers 503, says when to ask again and why, and then it goes on by itself', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  const before = await ask({ body: whoAmI(simulator) });
  assert.equal(before.status, 503);
  assert.equal(before.headers['retry-after'], '5');
  assert.match(messageOf(before.text) ?? '', /not connected to Compass: secret a\/b does not exist/);
  await pairUp();
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 200);
});

test('what is no GraphQL POST is refused, and nothing of it reaches Compass', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  simulator.requests.clear();
  const body = whoAmI(simulator);
  const get = await ask({ method: 'GET' });
  assert.deepEqual([get.status, get.headers.allow], [405, 'POST']);
  for (const [expected, what] of [
    [405, { method: 'OPTIONS', headers: { origin: 'https://example.com' } }],
    [415, { body, headers: { 'content-type': 'text/plain' } }],
    [415, { body, headers: { 'content-type': 'application/jsonp' } }],
    [415, { body, headers: { 'content-encoding': 'gzip' } }],
    [400, { body: '' }],
    [400, { body: '[]' }],
    [400, { body: '{"query": 5}' }],
    [400, { body: `[${body}]` }],
    [413, { body: JSON.stringify({ query: 'x'.repeat(256 * 1024) }) }],
    [403, { body, headers: { host: 'compass.example.com' } }],
    [403, { body, headers: { host: '127.0.0.1.example.com:8081' } }],
    [403, { body, headers: { host: 'localhost@example.com' } }],
  ] as const) {
    const { status, text } = await ask(what);
    assert.equal(status, expected, `${JSON.stringify(what).slice(0, 200)}: ${text}`);
  }
  for (const host of ['localhost', 'localhost:9999', '127.0.0.1:1', '[::1]:8081', 'LOCALHOST'])
    assert.equal((await ask({ body, headers: { host } })).status, 200, host);
  assert.equal(simulator.requests.list().length, 5);
});

test('S3, S12: no header of the caller goes along, and no header of the Director that leads or logs in comes back', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  const headers = {
    authorization: 'Bearer canary',
    cookie: 'canary',
    'connector-token': 'canary',
    tenant: 'canary',
    'x-request-id': 'canary',
    'proxy-authorization': 'canary',
    'x-forwarded-for': '10.0.0.1',
    te: 'trailers',
  };
  simulator.faults.add({
    target: 'director',
    status: 200,
    body: { data: null },
    headers: { 'set-cookie': 'a=b', location: 'https://example.com', 'www-authenticate': 'Basic' },
  });
  const answer = await ask({ body: whoAmI(simulator), headers });
  assert.equal(answer.status, 200);
  assert.deepEqual(
    ['set-cookie', 'location', 'www-authenticate'].filter((name) => name in answer.headers),
    [],
  );
  const [request] = simulator.requests.list().slice(-1);
  assert.equal(request?.tokenHash, null, 'the token of the caller stayed here');
  assert.equal(request?.tenant, simulator.tenant);
  assert.notEqual(request?.requestId, 'canary');
});

test('C20: a redirect is not followed, nor handed on', async (t) => {
  const { simulator, ask, lines, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  simulator.faults.add({ target: 'director', status: 302, headers: { location: simulator.urls.connector }, times: 1 });
  const { status, headers, text } = await ask({ body: whoAmI(simulator) });
  assert.equal(status, 502);
  assert.equal(headers.location, undefined);
  assert.match(messageOf(text) ?? '', /redirect/);
  assert.match(lines.join(''), /did not reach the Director/);
});

test('errors and refusals of the Director are the caller’s to see, with how long to wait', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  simulator.faults.add({ target: 'director', status: 429, headers: { 'retry-after': '7' }, times: 1 });
  const throttled = await ask({ body: whoAmI(simulator) });
  assert.deepEqual([throttled.status, throttled.headers['retry-after']], [429, '7']);
  const wrong = await ask({ body: JSON.stringify({ query: '{ nothing }' }) });
  assert.match(wrong.text, /errors/);
});

test('a Director that is silent costs a caller so long and no longer, and one that breaks off is not taken for whole', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t, { timeoutMs: 300 });
  await pairUp();
  simulator.faults.add({ target: 'director', delayMs: 60_000, times: 1 });
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 504);
  simulator.faults.add({ target: 'director', padBytes: 100_000, cutAfterBytes: 5_000, times: 1 });
  await assert.rejects(ask({ body: whoAmI(simulator) }), /aborted|ECONNRESET|socket hang up/);
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 200, 'and the next one is served');
});

test('an answer of any length goes through piece by piece, up to what the sidecar itself takes', async (t) => {
  const { simulator, ask, connect: pairUp } = await startProxyWorld(t);
  await pairUp();
  simulator.faults.add({ target: 'director', padBytes: 4_000_000, times: 1 });
  const { status, text } = await ask({ body: whoAmI(simulator) });
  assert.equal(status, 200);
  assert.ok(text.length > 4_000_000);
  simulator.faults.add({ target: 'director', padBytes: 9_000_000, times: 1 });
  const tooLong = await ask({ body: whoAmI(simulator) }).then(
    (answer) => answer.status,
    () => 'broken off',
  );
  assert.ok(tooLong === 502 || tooLong === 'broken off', String(tooLong));
});

test('S5: what is logged of a query is its name and id, never its contents', async (t) => {
  const { simulator, ask, lines, connect: pairUp } = await startProxyWorld(t, { queryLogging: true });
  await pairUp();
  await ask({ body: whoAmI(simulator), headers: { authorization: 'canary-header' } });
  await ask({ body: JSON.stringify({ query: '{ canary }', operationName: 'canary query' }) });
  const text = lines.join('');
  assert.match(text, /"operation":"Who"/);
  assert.match(text, /"durationMs":\d+[,}]/);
  assert.doesNotMatch(text, /canary|PRIVATE KEY/);
});

test('I10: details that no header takes cost a query its answer, and nobody else theirs', async (t) => {
  const { simulator, state, to, ask, connect: pairUp } = await startProxyWorld(t);
  const credential = await pairUp();
  for (const changes of [{ runtimeId: 'a\nruntime' }, { runtimeId: 'laufzeit-ł' }, { tenant: 'a\ntenant' }]) {
    state.destination = to(credential, changes);
    const { status, headers } = await ask({ body: whoAmI(simulator) });
    assert.equal(status, 'tenant' in changes ? 502 : 200, JSON.stringify(changes));
    assert.match(headers['x-request-id'] as string, /^[\w.-]*_[-0-9a-f]{36}$/);
  }
  state.destination = to(credential);
  assert.equal((await ask({ body: whoAmI(simulator) })).status, 200);
});

test('I10: an answer that is none of HTTP is a failure of the Director', async (t) => {
  const { state, to, newPair } = await startProxyWorld(t);
  const root = await issueRoot('A CA', {});
  const { pem, keyPem } = await issue({ subject: 'CN=director', issuer: root });
  const director = createTlsServer({ cert: pem, key: keyPem }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 000 Nothing\r\ncontent-length: 2\r\n\r\n{}'));
  });
  await once(director.listen(0, '127.0.0.1'), 'listening');
  t.after(() => director.close());
  const { port } = director.address() as AddressInfo;
  state.destination = to(await newPair(), { directorUrl: `https://127.0.0.1:${port}/` });
  const proxy = await DirectorProxy.open({
    port: 0,
    transport: { skipVerify: true },
    clock: systemClock,
    log: jsonLog(() => undefined, 'error', Date.now),
    queryLogging: false,
    destination: () => state.destination,
  });
  t.after(() => proxy.close());
  const { status, text } = await ask(proxy.port, { body: '{"query":"{a}"}' });
  assert.deepEqual([status, messageOf(text)], [502, 'the answer of the Director has no status of HTTP']);
});
