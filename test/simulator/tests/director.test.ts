import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSimulator } from '../simulator.ts';
import { call } from './call.ts';
import { askAsAdmin, askDirector, WHO } from './director.ts';
import { configure, pair } from './pair.ts';

const LIST = `query List($id: ID!, $first: Int, $after: PageCursor) {
  applicationsForRuntime(runtimeID: $id, first: $first, after: $after) {
    data { id name } pageInfo { startCursor endCursor hasNextPage } totalCount } }`;
const LABEL =
  'mutation ($id: ID!, $key: String!, $value: Any!) { setRuntimeLabel(runtimeID: $id, key: $key, value: $value) { key value } }';
const TOKEN = `mutation ($id: ID!, $auth: ID) { requestOneTimeTokenForRuntime(id: $id, systemAuthID: $auth) {
  token connectorURL used expiresAt raw rawEncoded } }`;

test('the tenant header is optional for a certificate, and a wrong one is error 24 or 25', async () => {
  await using simulator = await startSimulator();
  simulator.landscape.tenants.add('other-tenant');
  const credential = await pair(simulator);
  const codeFor = async (tenant: string): Promise<number | undefined> => {
    const answer = await askDirector(simulator, credential, WHO, { id: simulator.runtimeId }, { tenant });
    assert.equal(answer.status, 200);
    return answer.errors[0]?.extensions?.error_code;
  };
  assert.equal(await codeFor(simulator.tenant), undefined);
  assert.equal(await codeFor('unknown-tenant'), 25);
  assert.equal(await codeFor('other-tenant'), 24);
});

test('a runtime or application that does not exist is null, listing for one is error 22', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  const query = '{ runtime(id: "no") { id } application(id: "no") { id } }';
  const absent = await askDirector(simulator, credential, query);
  assert.deepEqual([absent.data, absent.errors], [{ runtime: null, application: null }, []]);
  const listed = await askDirector(simulator, credential, LIST, { id: 'no' });
  assert.deepEqual([listed.status, listed.data], [200, null]);
  assert.deepEqual(listed.errors[0]?.extensions, { error_code: 22, error: 'InvalidData' });
});

test('nothing of another tenant is seen', async () => {
  await using simulator = await startSimulator();
  const foreign = simulator.landscape.createRuntime({ tenant: 'other-tenant' });
  simulator.landscape.createApplication({ name: 'foreign', tenant: 'other-tenant' });
  const credential = await pair(simulator);
  assert.deepEqual((await askDirector(simulator, credential, WHO, { id: foreign.id })).data, { runtime: null });
  const listed = await askDirector(simulator, credential, LIST, { id: simulator.runtimeId });
  assert.deepEqual(listed.data['applicationsForRuntime'], {
    data: [],
    pageInfo: { startCursor: '', endCursor: '', hasNextPage: false },
    totalCount: 0,
  });
});

test('a runtime that is in no formation gets a valid empty page', async () => {
  await using simulator = await startSimulator();
  simulator.landscape.createApplication({ name: 'orders' });
  simulator.landscape.createRuntime({ id: 'lonely', formations: [] });
  const listed = await askDirector(simulator, await pair(simulator), LIST, { id: 'lonely' });
  assert.deepEqual(listed.errors, []);
  assert.partialDeepStrictEqual(listed.data, { applicationsForRuntime: { data: [], totalCount: 0 } });
});

test('a label takes a value of any JSON type and is read back with the others', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  const id = simulator.runtimeId;
  const value = { text: '"quoted"\n', list: [1, true, null] };
  const set = await askDirector(simulator, credential, LABEL, { id, key: 'runtime_consoleUrl', value });
  assert.deepEqual(set.data, { setRuntimeLabel: { key: 'runtime_consoleUrl', value } });
  const read = await askDirector(simulator, credential, 'query ($id: ID!) { runtime(id: $id) { labels } }', { id });
  assert.deepEqual(read.data, { runtime: { labels: { runtime_consoleUrl: value } } });
  const absent = await askDirector(simulator, credential, LABEL, { id: 'no', key: 'k', value });
  assert.equal(absent.errors[0]?.extensions?.error_code, 20);
});

const FIELDS = `query ($id: ID!) { applicationsForRuntime(runtimeID: $id) { data { auths { id }
  bundles { data { defaultInstanceAuth { credential { __typename } } } } } } }`;

test('a field whose scope the caller lacks is null, not an error', async () => {
  await using simulator = await startSimulator();
  const credential = { type: 'Basic', username: 'u', password: 'p' } as const;
  const bundles = [{ name: 'b', defaultInstanceAuth: { credential } }];
  simulator.landscape.createApplication({ name: 'orders', auths: [{ id: 'a' }], bundles });
  const runtime = await pair(simulator);
  const see = async (scopes: string[]): Promise<unknown> => {
    simulator.switches.runtimeScopes = ['application:read', ...scopes];
    const { data, errors } = await askDirector(simulator, runtime, FIELDS, { id: simulator.runtimeId });
    assert.deepEqual(errors, []);
    return (data['applicationsForRuntime'] as unknown as { data: unknown[] }).data[0];
  };
  assert.deepEqual(await see([]), { auths: null, bundles: { data: [{ defaultInstanceAuth: null }] } });
  assert.deepEqual(await see(['application.auths:read', 'bundle.instance_auths:read']), {
    auths: [{ id: 'a' }],
    bundles: { data: [{ defaultInstanceAuth: { credential: { __typename: 'BasicCredentialData' } } }] },
  });
});

test("a runtime's certificate has the scopes of the real Compass and no others", async () => {
  await using simulator = await startSimulator();
  assert.deepEqual(simulator.switches.runtimeScopes.toSorted(), [
    'application:read',
    'bundle.instance_auths:read',
    'runtime.auths:read',
    'runtime:read',
    'runtime:write',
  ]);
});

test('an operation without its scope is error 23', async () => {
  await using simulator = await startSimulator({ switches: { runtimeScopes: [] } });
  const answer = await askDirector(simulator, await pair(simulator), LIST, { id: simulator.runtimeId });
  assert.deepEqual(answer.errors[0]?.extensions, { error_code: 23, error: 'InsufficientScopes' });
});

test("an administrator requests a runtime's token with a bearer token and the tenant header", async () => {
  await using simulator = await startSimulator();
  const { data } = await askAsAdmin(simulator, TOKEN, { id: simulator.runtimeId });
  const { token, connectorURL, used } = data['requestOneTimeTokenForRuntime'] as unknown as Record<string, string>;
  assert.deepEqual([connectorURL, used], [simulator.urls.connector, false]);
  assert.deepEqual((await configure(simulator, token ?? '')).errors, []);
});

test("a request for a token refuses a runtime's certificate, a wrong bearer token, and a missing or unknown tenant", async () => {
  await using simulator = await startSimulator();
  const variables = { id: simulator.runtimeId };
  const byRuntime = await askDirector(simulator, await pair(simulator), TOKEN, variables);
  assert.equal(byRuntime.errors[0]?.extensions?.error_code, 23);
  const headers = { authorization: 'Bearer wrong', tenant: simulator.tenant };
  const wrong = await call(simulator.urls.directorAdmin, { ca: simulator.caPem, query: TOKEN, variables, headers });
  assert.equal(wrong.errors[0]?.extensions?.error_code, 26);
  const without = await askAsAdmin(simulator, TOKEN, variables, {});
  assert.equal(without.errors[0]?.extensions?.error_code, 24);
  const unknown = await askAsAdmin(simulator, TOKEN, variables, { tenant: 'unknown' });
  assert.equal(unknown.errors[0]?.extensions?.error_code, 25);
  const absent = await askAsAdmin(simulator, TOKEN, { id: 'no' });
  assert.equal(absent.errors[0]?.extensions?.error_code, 20);
});

test('a token for the existing system auth keeps the client id', async () => {
  await using simulator = await startSimulator();
  const { clientId } = await pair(simulator);
  const { data } = await askAsAdmin(simulator, TOKEN, { id: simulator.runtimeId, auth: clientId });
  const { token } = data['requestOneTimeTokenForRuntime'] as unknown as { token: string };
  assert.equal((await pair(simulator, token)).clientId, clientId);
});

test("an application's token pairs the application", async () => {
  await using simulator = await startSimulator();
  const { id } = simulator.landscape.createApplication({ name: 'orders' });
  const query = 'mutation ($id: ID!) { requestOneTimeTokenForApplication(id: $id) { token } }';
  const { data } = await askAsAdmin(simulator, query, { id });
  const { token } = data['requestOneTimeTokenForApplication'] as unknown as { token: string };
  const { cert } = await pair(simulator, token);
  assert.match(cert, /BEGIN CERTIFICATE/);
});
