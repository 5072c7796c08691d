import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Simulator, startSimulator } from '../simulator.ts';
import { call } from './call.ts';
import { CONFIGURATION, clientKeys, configurationOf, configure, pair, sign, signedOf, signingRequest } from './pair.ts';

const REFUSED =
  /^Failed to authenticate request\. Token authentication error: .+\. Certificate authentication error: .+/;

async function isUsed(simulator: Simulator, token: string): Promise<boolean> {
  const { errors } = await configure(simulator, token);
  return errors.length > 0 && REFUSED.test(errors[0]?.message ?? '');
}

test('a token is 64 random bytes in URL-safe base64', async () => {
  await using simulator = await startSimulator();
  const { token } = simulator.requestToken();
  assert.match(token, /^[A-Za-z0-9_-]{86}==$/);
  assert.equal(Buffer.from(token, 'base64url').length, 64);
});

test('a token comes bare, in base64 of JSON, and in a URL', async () => {
  await using simulator = await startSimulator();
  const { token, raw, rawEncoded, expiresAt } = simulator.requestToken();
  const connectorURL = simulator.urls.connector;
  assert.deepEqual(JSON.parse(Buffer.from(rawEncoded, 'base64').toString()), {
    token,
    connectorURL,
    used: false,
    expiresAt,
  });
  assert.equal(new URL(raw).searchParams.get('token'), token);
});

test('a used token and an unknown one are refused alike, with HTTP 200 and no code', async () => {
  await using simulator = await startSimulator();
  const { token } = simulator.requestToken();
  await configure(simulator, token);
  const used = await configure(simulator, token);
  const unknown = await configure(simulator, 'unknown');
  assert.equal(used.status, 200);
  assert.match(used.errors[0]?.message ?? '', REFUSED);
  assert.equal(used.errors[0]?.extensions, undefined);
  assert.equal(used.text, unknown.text);
});

test('a refused token is HTTP 400 with an empty body when the switch says so', async () => {
  await using simulator = await startSimulator({ switches: { connectorRefusal: 'http400' } });
  const { status, text } = await configure(simulator, 'unknown');
  assert.deepEqual([status, text], [400, '']);
  const probe = await call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  assert.deepEqual(probe.data, { __typename: 'Query' });
});

test('a token works in the query of the URL', async () => {
  await using simulator = await startSimulator();
  const { raw } = simulator.requestToken();
  const answer = await call(raw, { ca: simulator.caPem, query: CONFIGURATION });
  assert.deepEqual(answer.errors, []);
});

const CONSUMERS: Record<string, { body: string; status: number }> = {
  'no JSON': { body: 'nonsense', status: 400 },
  'no GraphQL': { body: JSON.stringify({ query: '{ configuration {' }), status: 422 },
  'an unknown field': { body: JSON.stringify({ query: '{ nothing }' }), status: 422 },
  'a missing variable': {
    body: JSON.stringify({
      query: 'mutation ($c: String!) { signCertificateSigningRequest(csr: $c) { caCertificate } }',
    }),
    status: 422,
  },
  'a probe': { body: JSON.stringify({ query: '{ __typename }' }), status: 200 },
};

for (const [what, { body, status }] of Object.entries(CONSUMERS)) {
  test(`a request with ${what} consumes its token`, async () => {
    await using simulator = await startSimulator();
    const { token } = simulator.requestToken();
    const headers = { 'connector-token': token };
    const answer = await call(simulator.urls.connector, { ca: simulator.caPem, headers, body });
    assert.equal(answer.status, status);
    assert.equal(await isUsed(simulator, token), true);
  });
}

test('a request that the rate limit refuses has consumed its token', async () => {
  await using simulator = await startSimulator({ switches: { rateLimitPerMinute: 1 } });
  await call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  const { token } = simulator.requestToken();
  const refused = await configure(simulator, token);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers['x-local-rate-limit'], 'true');
  assert.equal(refused.headers['retry-after'], undefined);
  simulator.refillRateLimit();
  assert.equal(await isUsed(simulator, token), true);
});

test('a rate limit before the token is resolved leaves it unused, by switch', async () => {
  await using simulator = await startSimulator({ switches: { rateLimitPerMinute: 1, rateLimitConsumesToken: false } });
  await call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  const { token } = simulator.requestToken();
  await configure(simulator, token);
  simulator.refillRateLimit();
  assert.equal(await isUsed(simulator, token), false);
});

test('every configuration mints a token that overwrites the outstanding one, by certificate too', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  const first = simulator.requestToken(simulator.runtimeId, credential.clientId);
  await call(simulator.urls.connectorMtls, { ca: simulator.caPem, ...credential, query: CONFIGURATION });
  assert.equal(await isUsed(simulator, first.token), true);
});

test('a second token can be exchanged for a fresh one', async () => {
  await using simulator = await startSimulator();
  const second = configurationOf(await configure(simulator, simulator.requestToken().token));
  const third = configurationOf(await configure(simulator, second.token.token));
  const csr = await signingRequest(third.certificateSigningRequestInfo.subject);
  const lost = await sign(simulator, second.token.token, csr);
  assert.match(lost.errors[0]?.message ?? '', REFUSED);
  assert.ok(signedOf(await sign(simulator, third.token.token, csr)).clientCertificate);
});

test('both tokens of a runtime live 60 minutes', async () => {
  let nowMs = Date.now();
  await using simulator = await startSimulator({ clock: { now: () => nowMs } });
  const [early, late] = [simulator.requestToken(), simulator.requestToken()];
  nowMs += 3_599_000;
  const second = configurationOf(await configure(simulator, early.token)).token.token;
  nowMs += 1000;
  assert.equal(await isUsed(simulator, late.token), true);
  nowMs += 3_598_000;
  assert.equal(await isUsed(simulator, second), false);
});

test("an application's token lives 5 minutes", async () => {
  let nowMs = Date.now();
  await using simulator = await startSimulator({ clock: { now: () => nowMs } });
  const { id, tenant } = simulator.landscape.createApplication({ name: 'shop' });
  const fresh = (): string => simulator.identities.mint(simulator.identities.create('application', id, tenant)).value;
  const [early, late] = [fresh(), fresh()];
  nowMs += 299_000;
  assert.equal(await isUsed(simulator, early), false);
  nowMs += 1000;
  assert.equal(await isUsed(simulator, late), true);
});

test('while the token database is down a good token is refused like a used one, and not consumed', async () => {
  await using simulator = await startSimulator();
  const { token } = simulator.requestToken();
  simulator.switches.tokenDatabaseDown = true;
  assert.equal(await isUsed(simulator, token), true);
  simulator.switches.tokenDatabaseDown = false;
  assert.equal(await isUsed(simulator, token), false);
});

test('a new token is of a new client id, unless it names the system auth', async () => {
  await using simulator = await startSimulator();
  const first = simulator.requestToken();
  const second = simulator.requestToken();
  const again = simulator.requestToken(simulator.runtimeId, first.clientId);
  assert.notEqual(second.clientId, first.clientId);
  assert.equal(again.clientId, first.clientId);
  assert.equal(await isUsed(simulator, first.token), true);
  assert.equal(await isUsed(simulator, second.token), false);
});

test('a signing request that is refused has consumed its token', async () => {
  await using simulator = await startSimulator();
  const { token } = simulator.requestToken();
  const csr = await signingRequest('CN=somebody-else', await clientKeys());
  assert.match((await sign(simulator, token, csr)).errors[0]?.message ?? '', /common name/);
  assert.equal(await isUsed(simulator, token), true);
});
