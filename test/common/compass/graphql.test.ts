import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import type { Endpoint, ObservedCall, Transport } from '#common/compass/endpoint.ts';
import { type Call, call } from '#common/compass/graphql.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { type Answerer, always, serverAuthority, startTlsServer, type TlsServer } from './tls-server.ts';

const TOKEN = 'canary-token-0123456789';
const CSR = `canary-csr-${'x'.repeat(200)}`;
const RUNTIME_ID = '0a1b2c3d-0000-4000-8000-000000000000';
const WHAT: Call = { document: 'query thing($csr: String) { thing(csr: $csr) }', operationName: 'thing' };

suite('call', () => {
  let transport: Transport;

  before(async () => {
    transport = { extraRoots: [(await serverAuthority()).root.pem] };
  });

  function endpointOf(server: TlsServer, changes: Partial<Endpoint> = {}): Endpoint {
    return { url: server.url, target: 'connector', runtimeId: RUNTIME_ID, ...changes };
  }

  async function errorOf(answer: Answerer, what: Partial<Call> = {}, changes: Partial<Endpoint> = {}) {
    await using server = await startTlsServer(answer);
    try {
      await call(endpointOf(server, changes), { ...WHAT, ...what }, transport);
    } catch (error) {
      assert.ok(error instanceof CompassError, inspect(error));
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /canary/);
      assert.equal(error.cause, undefined);
      assert.match(error.message, /^thing at localhost:\d+: /);
      return error;
    }
    assert.fail('the call succeeded');
  }

  test('sends one POST with the operation, its variables, and the headers of the protocol', async () => {
    await using server = await startTlsServer(always(200, '{"data":{"thing":1}}'));
    const endpoint = endpointOf(server, { tenant: 'tenant-1' });
    const { data } = await call(
      endpoint,
      { ...WHAT, variables: { csr: '"\n} {' }, token: new Sensitive(TOKEN) },
      transport,
    );
    assert.deepEqual(data, { thing: 1 });
    const [request] = server.received;
    assert.equal(server.received.length, 1);
    assert.deepEqual([request?.method, request?.url], ['POST', '/graphql']);
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      query: WHAT.document,
      operationName: 'thing',
      variables: { csr: '"\n} {' },
    });
    assert.equal(request?.headers['connector-token'], TOKEN);
    assert.equal(request?.headers['tenant'], 'tenant-1');
    assert.match(String(request?.headers['x-request-id']), new RegExp(`^${RUNTIME_ID}_[0-9a-f-]{36}$`));
    assert.equal(request?.headers['authorization'], undefined);
  });

  test('an administrator is a bearer token, and every call has a request id of its own', async () => {
    await using server = await startTlsServer(always(200, '{"data":{"thing":1}}'));
    const endpoint = endpointOf(server, { bearer: new Sensitive(TOKEN) });
    const ids = [await call(endpoint, WHAT, transport), await call(endpoint, WHAT, transport)].map(
      (one) => one.requestId,
    );
    assert.notEqual(ids[0], ids[1]);
    assert.equal(server.received[0]?.headers['authorization'], `Bearer ${TOKEN}`);
    assert.deepEqual(
      server.received.map(({ headers }) => headers['x-request-id']),
      ids,
    );
  });

  test('N5: a newline in tenant or token is refused before anything is sent', async () => {
    for (const bad of ['a\nb', 'a\r\nX: y', 'ü', 'a\u0000']) {
      const tenant = await errorOf(always(200, '{}'), {}, { tenant: bad });
      assert.deepEqual([tenant.reason, tenant.maybeDone], ['ConfigurationInvalid', false]);
      const token = await errorOf(always(200, '{}'), { token: new Sensitive(`canary${bad}`) });
      assert.deepEqual([token.reason, token.maybeDone], ['ConfigurationInvalid', false]);
    }
  });

  const html = { 'content-type': 'text/html; charset=utf-8' };
  const answers: [what: string, answer: Answerer, reason: Reason, text: RegExp][] = [
    [
      'C8: 500 with the gateway’s JSON',
      always(500, '{"error":{"message":"token db"}}'),
      'CompassUnavailable',
      /HTTP 500: token db$/,
    ],
    [
      'C8: 503 of the gateway',
      always(503, '{"Message":"operation has timed out"}'),
      'CompassUnavailable',
      /503: operation has timed out/,
    ],
    ['C8: 502 with HTML', always(502, '<html>canary</html>', html), 'CompassUnavailable', /HTTP 502$/],
    ['C8: 504 with nothing', always(504, ''), 'CompassUnavailable', /HTTP 504$/],
    ['C8: {"error":…} at 200', always(200, '{"error":{"message":"boom"}}'), 'CompassUnavailable', /boom/],
    ['C7: 429', always(429, '', { 'x-local-rate-limit': 'true' }), 'CompassThrottled', /too many requests/],
    ['C9: a login page at 200', always(200, '<html>canary</html>', html), 'NotCompass', /not JSON but text\/html/],
    ['C9: a login page at 403', always(403, '<html>canary</html>', html), 'NotCompass', /HTTP 403/],
    ['C9: HTML that claims to be JSON', always(200, '<html>canary</html>'), 'NotCompass', /not JSON/],
    ['C9: nothing at all', always(200, ''), 'NotCompass', /not JSON/],
    ['a result that is no JSON', always(200, '{"data":{"a":canary'), 'InvalidAnswer', /not JSON/],
    ['C10: null', always(200, 'null'), 'InvalidAnswer', /no JSON object/],
    ['C10: a list', always(200, '[]'), 'InvalidAnswer', /no JSON object/],
    ['C10: {}', always(200, '{}'), 'InvalidAnswer', /neither data nor errors/],
    ['C10: {"data":null}', always(200, '{"data":null}'), 'InvalidAnswer', /neither data nor errors/],
    ['C10: data with no errors', always(200, '{"data":null,"errors":[]}'), 'InvalidAnswer', /no data/],
    ['C10: data as a list', always(200, '{"data":[]}'), 'InvalidAnswer', /data is no object/],
    ['C10: errors as an object', always(200, '{"errors":{}}'), 'InvalidAnswer', /errors is no list/],
    ['404', always(404, '{"message":"no route"}'), 'NotCompass', /HTTP 404: no route/],
    ['400 with a text', always(400, '{"message":"bad"}'), 'CompassFailed', /HTTP 400: bad/],
    ['400 with GraphQL errors', always(400, '{"errors":[{"message":"syntax"}]}'), 'CompassFailed', /syntax/],
  ];
  for (const [what, answer, reason, text] of answers) {
    test(`${what} is ${reason}`, async () => {
      const error = await errorOf(answer, { token: new Sensitive(TOKEN), variables: { csr: CSR } });
      assert.equal(error.reason, reason);
      assert.match(error.message, text);
      assert.equal(error.maybeDone, true);
      assert.match(error.requestId ?? '', new RegExp(`^${RUNTIME_ID}_`));
    });
  }

  test('C20: a redirect is an error that names status and host, and is not followed', async () => {
    await using elsewhere = await startTlsServer(always(200, '{"data":{"thing":1}}'));
    for (const status of [301, 302, 303, 307, 308]) {
      const location = `${elsewhere.url}?token=canary`;
      const error = await errorOf(always(status, '', { location }), { token: new Sensitive(TOKEN) });
      assert.equal(error.reason, 'NotCompass');
      assert.match(
        error.message,
        new RegExp(`HTTP ${status}, a redirect to localhost:${elsewhere.port}, which is never`),
      );
    }
    assert.equal(elsewhere.connections.length, 0);
  });

  test('Retry-After is handed on, in seconds or as a date', async () => {
    assert.equal((await errorOf(always(429, '', { 'retry-after': '7' }))).retryAfterMs, 7000);
    const date = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs = 0 } = await errorOf(always(503, '', { 'retry-after': date }));
    assert.ok(retryAfterMs > 50_000 && retryAfterMs <= 60_000);
    assert.equal((await errorOf(always(429, ''))).retryAfterMs, undefined);
  });

  test('a refusal is about the token where one was sent, and about the identity elsewhere', async () => {
    const graphql = (message: string, code?: number) =>
      always(200, JSON.stringify({ data: null, errors: [{ message, extensions: code ? { error_code: code } : {} }] }));
    const token = { token: new Sensitive(TOKEN) };
    const refusals: [Answerer, Partial<Call>, Partial<Endpoint>, Reason][] = [
      [always(400, ''), token, {}, 'TokenRefused'],
      [always(400, ''), {}, { target: 'connector-mtls' }, 'Rejected'],
      [always(400, ''), {}, { target: 'director' }, 'CompassFailed'],
      [always(401, ''), token, {}, 'TokenRefused'],
      [always(401, '{"message":"no"}'), {}, { target: 'director' }, 'Rejected'],
      [always(401, ''), {}, { bearer: new Sensitive(TOKEN) }, 'Rejected'],
      [graphql('Failed to authenticate request. Token authentication error: x'), token, {}, 'TokenRefused'],
      [graphql('Failed to authenticate request'), {}, { target: 'connector-mtls' }, 'Rejected'],
      [graphql('UnAuthenticated'), {}, { target: 'director' }, 'Rejected'],
      [graphql('failed to authenticate against the database', 10), {}, { target: 'director' }, 'CompassFailed'],
    ];
    for (const [answer, what, endpoint, reason] of refusals) {
      assert.equal((await errorOf(answer, what, endpoint)).reason, reason);
    }
  });

  const codes: [code: number, reason: Reason, onRuntime: Reason][] = [
    [10, 'CompassFailed', 'CompassFailed'],
    [20, 'CompassFailed', 'RuntimeNotFound'],
    [21, 'CompassFailed', 'CompassFailed'],
    [22, 'CompassFailed', 'RuntimeNotFound'],
    [23, 'InsufficientScopes', 'InsufficientScopes'],
    [24, 'TenantMismatch', 'TenantMismatch'],
    [25, 'TenantMismatch', 'TenantMismatch'],
    [26, 'Rejected', 'Rejected'],
    [27, 'CompassFailed', 'CompassFailed'],
    [28, 'CompassFailed', 'CompassFailed'],
    [35, 'CompassFailed', 'CompassFailed'],
    [99, 'CompassFailed', 'CompassFailed'],
  ];
  for (const [code, reason, onRuntime] of codes) {
    test(`D8, D9: error ${code} is ${reason}, on the Runtime itself ${onRuntime}`, async () => {
      const body = { data: null, errors: [{ message: 'what it says', extensions: { error_code: code, error: 'X' } }] };
      const plain = await errorOf(always(200, JSON.stringify(body)), {}, { target: 'director' });
      assert.equal(plain.reason, reason);
      assert.match(plain.message, /what it says/);
      const about = await errorOf(always(200, JSON.stringify(body)), { onRuntime: true }, { target: 'director' });
      assert.equal(about.reason, onRuntime);
    });
  }

  test('of several errors the one that says most is thrown', async () => {
    const errors = [{ message: 'a' }, { message: 'b', extensions: { error_code: 23 } }];
    assert.equal((await errorOf(always(200, JSON.stringify({ errors })))).reason, 'InsufficientScopes');
  });

  test('data beside errors is an error, unless the caller asks for what is there', async () => {
    const body = JSON.stringify({ data: { thing: null, other: 1 }, errors: [{ message: 'x', path: ['thing', 0] }] });
    assert.equal((await errorOf(always(200, body))).reason, 'CompassFailed');
    await using server = await startTlsServer(always(200, body));
    const { data, faults } = await call(endpointOf(server), { ...WHAT, partial: true }, transport);
    assert.deepEqual(data, { thing: null, other: 1 });
    assert.deepEqual(
      faults.map(({ path, error }) => [path, error.reason]),
      [[['thing', 0], 'CompassFailed']],
    );
  });

  test('I8: a server that echoes what was sent gets nothing of it into a message', async () => {
    const echo: Answerer = (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const message = `${request.headers['connector-token']} and ${JSON.parse(request.body).variables.csr}\n\u0007end`;
      response.end(JSON.stringify({ errors: [{ message }] }));
    };
    const error = await errorOf(echo, { token: new Sensitive(TOKEN), variables: { csr: CSR } });
    assert.match(error.message, /\[sensitive\] and \[sensitive\] end$/);
  });

  test('the server’s words are cut and stay on one line', async () => {
    const message = `line\r\n${'long '.repeat(5000)}`;
    const error = await errorOf(always(500, JSON.stringify({ message })));
    assert.ok(error.message.length < 300 && !/[\r\n]/.test(error.message));
  });

  test('GraphQL’s own media type, and JSON without one, are read', async () => {
    const types = [{ 'content-type': 'application/graphql-response+json; charset=utf-8' }, { 'content-type': '' }];
    for (const headers of types) {
      await using server = await startTlsServer(always(200, '{"data":{"thing":1}}', headers));
      assert.deepEqual((await call(endpointOf(server), WHAT, transport)).data, { thing: 1 });
    }
  });

  test('whoever observes is told of every call, with the server’s clock, and no content', async () => {
    const calls: ObservedCall[] = [];
    const body = '{"data":{"thing":1}}';
    const date = new Date(Date.now() + 600_000).toUTCString();
    await using server = await startTlsServer((request, response) => {
      const isFirst = !request.body.includes('canary');
      response.writeHead(isFirst ? 200 : 500, { 'content-type': 'application/json', date });
      response.end(isFirst ? body : '{}');
    });
    const observing = { ...transport, observe: (one: ObservedCall) => void calls.push(one) };
    const { requestId } = await call(endpointOf(server), WHAT, observing);
    await assert.rejects(call(endpointOf(server), { ...WHAT, variables: { csr: CSR } }, observing));
    await server.close();
    await assert.rejects(call(endpointOf(server), WHAT, observing));
    const [good, bad, none] = calls;
    assert.deepEqual(
      [good?.outcome, good?.status, good?.bytes, good?.operation, good?.target, good?.requestId],
      ['ok', 200, body.length, 'thing', 'connector', requestId],
    );
    assert.ok(Math.abs((good?.clockSkewMs ?? 0) - 600_000) < 5000);
    assert.deepEqual(
      [bad?.outcome, bad?.status, none?.outcome, none?.status],
      ['CompassUnavailable', 500, 'CompassUnreachable', 0],
    );
    assert.doesNotMatch(JSON.stringify(calls), /canary/);
  });
});
