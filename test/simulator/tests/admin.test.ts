import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../model.ts';
import { type Simulator, startSimulator } from '../simulator.ts';
import { askDirector, WHO } from './director.ts';
import { configure, pair } from './pair.ts';

/** As curl does it: a body without a content type of JSON. */
async function admin(simulator: Simulator, method: string, path: string, body?: Json): Promise<[number, Json]> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${simulator.adminUrl}${path}`, { method, ...sent });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return [response.status, isJson ? JSON.parse(text) : text];
}

function field(value: Json, name: string): Json {
  return (value as Record<string, Json>)[name] ?? null;
}

test('the root lists every route', async () => {
  await using simulator = await startSimulator();
  const [status, help] = await admin(simulator, 'GET', '/');
  assert.equal(status, 200);
  for (const path of ['/applications/generate', '/faults/:id', '/switches', '/requests', '/authority/rotate']) {
    assert.ok(String(help).includes(path), path);
  }
});

test('Applications are created, renamed, given bundles and deleted', async () => {
  await using simulator = await startSimulator();
  const [, created] = await admin(simulator, 'POST', '/applications', { name: 'orders', bundles: [{ name: 'b' }] });
  const path = `/applications/${field(created, 'id')}`;
  await admin(simulator, 'PATCH', path, { name: 'renamed' });
  await admin(simulator, 'PUT', `${path}/bundles`, { name: 'second' });
  const [application] = simulator.landscape.applications();
  assert.equal(application?.name, 'renamed');
  assert.deepEqual(
    application.bundles.map(({ name }) => name),
    ['b', 'second'],
  );
  assert.equal((await admin(simulator, 'DELETE', path))[0], 200);
  assert.equal((await admin(simulator, 'GET', path))[0], 404);
});

test('5 000 Applications are generated, and listed page by page', async () => {
  await using simulator = await startSimulator();
  await admin(simulator, 'POST', '/applications/generate', { count: 5000, bundles: 2, apis: 3 });
  const query = `query ($id: ID!) { applicationsForRuntime(runtimeID: $id, first: 100) { totalCount
    data { bundles { totalCount data { apiDefinitions { totalCount } } } } } }`;
  const { data } = await askDirector(simulator, await pair(simulator), query, { id: simulator.runtimeId });
  const page = data['applicationsForRuntime'] as unknown as { totalCount: number; data: object[] };
  assert.equal(page.totalCount, 5000);
  const bundle = { apiDefinitions: { totalCount: 3 } };
  assert.deepEqual(page.data[99], { bundles: { totalCount: 2, data: [bundle, bundle] } });
});

test('a Runtime gets tokens, loses them, leaves its formation and is deleted', async () => {
  await using simulator = await startSimulator();
  const [, requested] = await admin(simulator, 'POST', '/runtimes/default/token');
  const [, expired] = await admin(simulator, 'DELETE', '/runtimes/default/token');
  assert.deepEqual(expired, { expired: 1 });
  assert.equal((await configure(simulator, String(field(requested, 'token')))).errors.length, 1);
  await admin(simulator, 'PATCH', '/runtimes/default', { formations: [] });
  assert.deepEqual(simulator.landscape.runtime(simulator.runtimeId)?.formations, []);
  await admin(simulator, 'DELETE', '/runtimes/default');
  assert.equal((await admin(simulator, 'GET', '/runtimes/default'))[0], 404);
});

test('the configuration Secret pairs', async () => {
  await using simulator = await startSimulator();
  const [, secret] = await admin(simulator, 'POST', '/runtimes/default/secret');
  const value = (name: string): string => JSON.parse(new RegExp(`  ${name}: (.*)`).exec(String(secret))?.[1] ?? '""');
  assert.equal(value('CONNECTOR_URL'), simulator.urls.connector);
  assert.deepEqual([value('RUNTIME_ID'), value('TENANT')], [simulator.runtimeId, simulator.tenant]);
  await pair(simulator, value('TOKEN'));
  assert.equal(simulator.certificates.list().length, 1);
});

test('certificates are listed and revoked, one or all of a Runtime', async () => {
  await using simulator = await startSimulator();
  const credentials = [await pair(simulator), await pair(simulator)];
  const [first] = simulator.certificates.list();
  await admin(simulator, 'POST', `/certificates/${first?.fingerprint}/revoke`);
  const codes = async (): Promise<(number | undefined)[]> => {
    const answers = await Promise.all(
      credentials.map((credential) => askDirector(simulator, credential, WHO, { id: simulator.runtimeId })),
    );
    return answers.map(({ errors }) => errors[0]?.extensions?.error_code);
  };
  assert.deepEqual(await codes(), [26, undefined]);
  const [, revoked] = await admin(simulator, 'POST', '/runtimes/default/revoke');
  assert.deepEqual(revoked, { revoked: 2 });
  assert.deepEqual(await codes(), [26, 26]);
});

test('switches are shown, changed and set back', async () => {
  await using simulator = await startSimulator();
  await admin(simulator, 'PATCH', '/switches', { certificateLifetimeSeconds: 60, directorURL: null });
  assert.partialDeepStrictEqual(simulator.switches, { certificateLifetimeSeconds: 60, directorURL: null });
  const [, standard] = await admin(simulator, 'DELETE', '/switches');
  assert.equal(field(standard, 'certificateLifetimeSeconds'), 7_776_000);
});

test('faults are switched on, listed and switched off', async () => {
  await using simulator = await startSimulator();
  const [, added] = await admin(simulator, 'POST', '/faults', { target: 'connector', status: 503 });
  assert.equal((await configure(simulator, 'any')).status, 503);
  const [, listed] = await admin(simulator, 'GET', '/faults');
  assert.deepEqual(listed, [{ target: 'connector', status: 503, id: field(added, 'id'), matched: 1 }]);
  await admin(simulator, 'DELETE', `/faults/${field(added, 'id')}`);
  assert.equal((await configure(simulator, 'any')).status, 200);
});

test('the log of requests is shown and forgotten', async () => {
  await using simulator = await startSimulator();
  await configure(simulator, 'any');
  const [, listed] = await admin(simulator, 'GET', '/requests');
  assert.equal((listed as Json[]).length, 1);
  await admin(simulator, 'DELETE', '/requests');
  assert.deepEqual(await admin(simulator, 'GET', '/requests'), [200, []]);
});

test('the client CA is rotated and the server certificate replaced', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  await admin(simulator, 'POST', '/authority/rotate', { keepOld: false });
  await assert.rejects(askDirector(simulator, credential, WHO), /ECONNRESET|socket hang up|alert/);
  await admin(simulator, 'POST', '/server-certificate', { kind: 'expired' });
  await assert.rejects(configure(simulator, 'any'), { code: 'CERT_HAS_EXPIRED' });
});

const MISTAKES: [string, string, Json, RegExp][] = [
  ['POST', '/faults', { targt: 'connector' }, /a fault has no targt/],
  ['POST', '/faults', { target: 'elsewhere' }, /target must be one of/],
  ['POST', '/faults', { status: 99 }, /status must be/],
  ['PATCH', '/switches', { certificateLifetimeSeconds: '60' }, /must be a number/],
  ['PATCH', '/switches', { revocation: 'never' }, /must be one of refused, notRenewable/],
  ['PATCH', '/switches', { nothing: 1 }, /has no nothing/],
  ['POST', '/applications', { description: 'nameless' }, /needs a name/],
  ['POST', '/applications', { name: 'x', bundles: [{}] }, /needs a name/],
  ['POST', '/applications/generate', { count: 0 }, /count must be/],
  ['POST', '/server-certificate', { kind: 'odd' }, /kind must be one of/],
  ['POST', '/applications', ['x'], /must be a JSON object/],
];

test('a mistake in a request is named, and changes nothing', async () => {
  await using simulator = await startSimulator();
  for (const [method, path, body, message] of MISTAKES) {
    const [status, answer] = await admin(simulator, method, path, body);
    assert.equal(status, 400, path);
    assert.match(String(field(answer, 'error')), message);
  }
  assert.deepEqual([simulator.faults.list(), simulator.landscape.applications()], [[], []]);
  assert.equal((await admin(simulator, 'GET', '/nowhere'))[0], 404);
});
