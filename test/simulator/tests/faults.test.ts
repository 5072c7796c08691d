import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fault } from '../faults/fault.ts';
import { type Simulator, startSimulator } from '../simulator.ts';
import { call, type Reply } from './call.ts';
import { askDirector, WHO } from './director.ts';
import { configurationOf, configure, pair, sign, signingRequest } from './pair.ts';

const CUT = /ECONNRESET|socket hang up|aborted/;

interface Struck {
  answer: Reply | undefined;
  /** Whether the token survived the struck request. */
  tokenLeft: boolean;
}

/** Sends one `configuration` into the fault, then finds out whether its token was consumed. */
async function strikeConfiguration(simulator: Simulator, fault: Fault): Promise<Struck> {
  const { token } = simulator.requestToken();
  simulator.faults.add({ target: 'connector', operation: 'configuration', times: 1, ...fault });
  const answer = await configure(simulator, token).catch(() => undefined);
  return { answer, tokenLeft: (await configure(simulator, token)).errors.length === 0 };
}

for (const status of [400, 401, 429, 500, 502, 503, 504]) {
  for (const [when, tokenLeft] of [
    ['beforeConsumption', true],
    ['afterConsumption', false],
  ] as const) {
    test(`the gateway's ${status} ${when} leaves the token ${tokenLeft ? 'alone' : 'used'}`, async () => {
      await using simulator = await startSimulator();
      const struck = await strikeConfiguration(simulator, { status, when });
      assert.equal(struck.answer?.status, status);
      assert.deepEqual(struck.answer?.errors, []);
      assert.equal(struck.tokenLeft, tokenLeft);
    });
  }
}

test("the gateway's own answers have the real one's bodies and headers", async () => {
  await using simulator = await startSimulator();
  const timedOut = await strikeConfiguration(simulator, { status: 503 });
  assert.equal(timedOut.answer?.text, '{"Message":"operation has timed out"}');
  const limited = await strikeConfiguration(simulator, { status: 429 });
  assert.equal(limited.answer?.headers['x-local-rate-limit'], 'true');
  assert.equal(limited.answer?.headers['retry-after'], undefined);
  const failed = await strikeConfiguration(simulator, { status: 500 });
  assert.deepEqual(Object.keys(JSON.parse(failed.answer?.text ?? '')), ['error']);
});

test('an HTML page comes with the status asked for, 200 by itself', async () => {
  await using simulator = await startSimulator();
  const portal = await strikeConfiguration(simulator, { html: true });
  assert.equal(portal.answer?.status, 200);
  assert.match(portal.answer?.headers['content-type'] ?? '', /^text\/html/);
  const gateway = await strikeConfiguration(simulator, { html: true, status: 502 });
  assert.equal(gateway.answer?.status, 502);
});

test('a connection can be cut before the token is consumed, after that, and after the answer is made', async () => {
  await using simulator = await startSimulator();
  const before = await strikeConfiguration(simulator, { cut: true, when: 'beforeConsumption' });
  assert.deepEqual(before, { answer: undefined, tokenLeft: true });
  const after = await strikeConfiguration(simulator, { cut: true });
  assert.deepEqual(after, { answer: undefined, tokenLeft: false });
  const turn = configurationOf(await configure(simulator, simulator.requestToken().token));
  simulator.faults.add({ operation: 'signCertificateSigningRequest', cut: true, when: 'afterExecution' });
  const csr = await signingRequest(turn.certificateSigningRequestInfo.subject);
  await assert.rejects(sign(simulator, turn.token.token, csr), CUT);
  assert.equal(simulator.certificates.list().length, 1);
});

for (const body of [null, {}, [], { data: null }, { data: { configuration: null } }, 'plain text']) {
  test(`an answer can be overridden by ${JSON.stringify(body)}`, async () => {
    await using simulator = await startSimulator();
    const { answer } = await strikeConfiguration(simulator, { body });
    assert.equal(answer?.status, 200);
    assert.equal(answer?.text, typeof body === 'string' ? body : JSON.stringify(body));
  });
}

test('values of an answer are replaced and dropped by JSON pointer', async () => {
  await using simulator = await startSimulator();
  const { answer } = await strikeConfiguration(simulator, {
    set: { '/data/*/managementPlaneInfo/directorURL': 'http://elsewhere.example.com' },
    remove: ['/data/configuration/token'],
  });
  const configuration = answer?.data['configuration'] as unknown as Record<string, Record<string, string>>;
  assert.equal(configuration['managementPlaneInfo']?.['directorURL'], 'http://elsewhere.example.com');
  assert.equal('token' in configuration, false);
});

test('a GraphQL error with its code comes at HTTP 200', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  simulator.faults.add({ target: 'director', error: { message: 'busy', code: 35 } });
  const { status, errors } = await askDirector(simulator, credential, WHO, { id: simulator.runtimeId });
  assert.equal(status, 200);
  assert.deepEqual(errors, [{ message: 'busy', extensions: { error_code: 35, error: 'ConcurrentUpdate' } }]);
});

test('a fault hits from the nth request on, as often as it says, and only what it names', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  simulator.faults.add({ target: 'director', operation: 'Who', skip: 1, times: 2, status: 503 });
  const statuses: number[] = [];
  for (const query of [WHO, WHO, '{ __typename }', WHO, WHO]) {
    const variables = query === WHO ? { id: simulator.runtimeId } : {};
    statuses.push((await askDirector(simulator, credential, query, variables)).status);
  }
  assert.deepEqual(statuses, [200, 503, 200, 503, 200]);
});

test('an answer can be made too large, and cut in its middle', async () => {
  await using simulator = await startSimulator();
  const large = await strikeConfiguration(simulator, { padBytes: 9 * 1024 * 1024 });
  assert.ok((large.answer?.text.length ?? 0) > 9 * 1024 * 1024);
  const halved = await strikeConfiguration(simulator, { cutAfterBytes: 20 });
  assert.deepEqual(halved, { answer: undefined, tokenLeft: false });
});

test('an answer can be slow', async () => {
  await using simulator = await startSimulator();
  const startMs = performance.now();
  const { answer } = await strikeConfiguration(simulator, { delayMs: 150 });
  assert.deepEqual(answer?.errors, []);
  assert.ok(performance.now() - startMs >= 150);
});

test('closing does not wait for a slow answer', async () => {
  const simulator = await startSimulator();
  const waiting = simulator.requests.next(() => true);
  simulator.faults.add({ delayMs: 60_000 });
  const lost = assert.rejects(configure(simulator, 'any'), CUT);
  while (simulator.requests.list().length === 0) await new Promise((resolve) => setImmediate(resolve));
  await simulator.close();
  await lost;
  assert.equal((await waiting).outcome, 'cut');
});

test('a fault can change the state between two pages', async () => {
  await using simulator = await startSimulator();
  for (const id of ['a', 'b']) simulator.landscape.createApplication({ id, name: id });
  const credential = await pair(simulator);
  const run = (): void => void simulator.landscape.deleteApplication('a');
  simulator.faults.add({ operation: 'applicationsForRuntime', when: 'afterExecution', times: 1, run });
  const query = 'query ($id: ID!) { applicationsForRuntime(runtimeID: $id) { totalCount } }';
  const counts = [];
  for (const _turn of [1, 2]) {
    const { data } = await askDirector(simulator, credential, query, { id: simulator.runtimeId });
    counts.push((data['applicationsForRuntime'] as unknown as { totalCount: number }).totalCount);
  }
  assert.deepEqual(counts, [2, 1]);
});

test('the Date header and the dates of certificates follow a clock that is off', async () => {
  await using simulator = await startSimulator({ switches: { dateSkewSeconds: 600, certificateOffsetSeconds: 600 } });
  const answer = await call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  assert.ok(Date.parse(answer.headers.date ?? '') - Date.now() > 590_000);
  await pair(simulator);
  const [issued] = simulator.certificates.list();
  assert.ok(Date.parse(issued?.notBefore ?? '') - Date.now() > 590_000);
});

test('the listeners can show a certificate that no client accepts', async () => {
  await using simulator = await startSimulator();
  const probe = (): Promise<Reply> => call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  await simulator.showServerCertificate('expired');
  await assert.rejects(probe(), { code: 'CERT_HAS_EXPIRED' });
  await simulator.showServerCertificate('wrongHost');
  await assert.rejects(probe(), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  await simulator.showServerCertificate('selfSigned');
  await assert.rejects(probe(), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  await simulator.showServerCertificate('valid');
  assert.equal((await probe()).status, 200);
});
