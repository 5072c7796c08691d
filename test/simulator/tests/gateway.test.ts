import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { TokenBucket } from '../gateway/token-bucket.ts';
import { startSimulator } from '../simulator.ts';
import { call } from './call.ts';
import { askDirector, WHO } from './director.ts';
import { configure, pair } from './pair.ts';

test('what is no JSON is 400, what does not fit the schema is 422, both with errors and no data', async () => {
  await using simulator = await startSimulator();
  const ask = { ca: simulator.caPem };
  const statusOf: [object, number, string | undefined][] = [
    [{ body: 'nonsense' }, 400, undefined],
    [{ body: '[]' }, 400, undefined],
    [{ query: '{' }, 422, 'GRAPHQL_PARSE_FAILED'],
    [{ query: '{ nothing }' }, 422, 'GRAPHQL_VALIDATION_FAILED'],
    [{ query: 'query A { __typename }', operationName: 'B' }, 422, 'GRAPHQL_VALIDATION_FAILED'],
    [{ query: '{ __typename }', headers: { 'content-type': 'text/plain' } }, 400, undefined],
  ];
  for (const [request, status, code] of statusOf) {
    const answer = await call(simulator.urls.connector, { ...ask, ...request });
    assert.deepEqual([answer.status, answer.data, answer.errors.length], [status, null, 1]);
    assert.equal(answer.errors[0]?.extensions?.code, code);
  }
});

test('a path that leads nowhere is 404', async () => {
  await using simulator = await startSimulator();
  const url = new URL('/nowhere', simulator.urls.connector).href;
  assert.equal((await call(url, { ca: simulator.caPem, query: '{ __typename }' })).status, 404);
});

test('the log tells who asked what with which request id, and holds no secret', async () => {
  await using simulator = await startSimulator();
  const { token, clientId } = simulator.requestToken();
  await configure(simulator, token);
  await configure(simulator, token);
  const [accepted, refused] = simulator.requests.list();
  assert.partialDeepStrictEqual(accepted, {
    number: 1,
    target: 'connector',
    operation: 'Configuration',
    rootFields: ['configuration'],
    tokenHash: createHash('sha256').update(token).digest('hex').slice(0, 16),
    tokenConsumed: true,
    identity: clientId,
    status: 200,
    outcome: 'ok',
  });
  assert.partialDeepStrictEqual(refused, { tokenConsumed: false, identity: null, outcome: 'errors' });
  assert.equal(JSON.stringify(simulator.requests.list()).includes(token), false);
});

test('the log has tenant, request id and fingerprint of a call by certificate', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  const headers = { 'x-request-id': `${simulator.runtimeId}_1`, tenant: simulator.tenant };
  const ended = simulator.requests.next(({ target }) => target === 'director');
  await askDirector(simulator, credential, WHO, { id: simulator.runtimeId }, headers);
  assert.partialDeepStrictEqual(await ended, {
    operation: 'Who',
    rootFields: ['runtime'],
    identity: credential.clientId,
    certificateFingerprint: simulator.certificates.list()[0]?.fingerprint,
    tenant: simulator.tenant,
    requestId: `${simulator.runtimeId}_1`,
    tokenHash: null,
    outcome: 'ok',
  });
});

test('the rate limit is one bucket for all doors and all callers', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  simulator.switches.rateLimitPerMinute = 2;
  simulator.refillRateLimit();
  const connector = (): Promise<{ status: number }> =>
    call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  assert.equal((await connector()).status, 200);
  assert.equal((await askDirector(simulator, credential, '{ __typename }')).status, 200);
  assert.equal((await connector()).status, 429);
  assert.equal((await askDirector(simulator, credential, '{ __typename }')).status, 429);
});

test('the bucket starts full at 500 and gains its limit evenly over a minute', () => {
  let nowMs = 0;
  const bucket = new TokenBucket(
    () => 500,
    () => nowMs,
  );
  const taken = (): number => {
    let count = 0;
    while (bucket.take()) count += 1;
    return count;
  };
  assert.equal(taken(), 500);
  nowMs += 6000;
  assert.equal(taken(), 50);
  nowMs += 600_000;
  assert.equal(taken(), 500);
});
