import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Simulator, startSimulator } from '../simulator.ts';
import { call, type Reply } from './call.ts';
import { askDirector, WHO } from './director.ts';
import { CONFIGURATION, type Credential, pair } from './pair.ts';

function askConnector(simulator: Simulator, { cert, key }: Credential, query: string): Promise<Reply> {
  return call(simulator.urls.connectorMtls, { ca: simulator.caPem, cert, key, query });
}

function who(simulator: Simulator, credential: Credential): Promise<Reply> {
  return askDirector(simulator, credential, WHO, { id: simulator.runtimeId });
}

async function assertUnauthenticated(simulator: Simulator, credential: Credential): Promise<void> {
  const connector = await askConnector(simulator, credential, CONFIGURATION);
  assert.match(connector.errors[0]?.message ?? '', /^Failed to authenticate request/);
  const director = await who(simulator, credential);
  assert.equal(director.status, 200);
  assert.deepEqual(director.errors[0]?.extensions, { error_code: 26, error: 'Unauthorized' });
}

test('a certificate that its owner revokes is unauthenticated at both services, while TLS still works', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  const revoked = await askConnector(simulator, credential, 'mutation { revokeCertificate }');
  assert.deepEqual(revoked.data, { revokeCertificate: true });
  await assertUnauthenticated(simulator, credential);
  const probe = await askConnector(simulator, credential, '{ __typename }');
  assert.deepEqual(probe.data, { __typename: 'Query' });
});

test('a token cannot revoke', async () => {
  await using simulator = await startSimulator();
  const headers = { 'connector-token': simulator.requestToken().token };
  const query = 'mutation { revokeCertificate }';
  const { data, errors } = await call(simulator.urls.connector, { ca: simulator.caPem, headers, query });
  assert.deepEqual([data, errors.length], [null, 1]);
});

test('under the older way a revoked certificate cannot be renewed, but still lists Applications', async () => {
  await using simulator = await startSimulator({ switches: { revocation: 'notRenewable' } });
  const credential = await pair(simulator);
  assert.equal(simulator.revokeCertificates(), 1);
  const connector = await askConnector(simulator, credential, CONFIGURATION);
  assert.match(connector.errors[0]?.message ?? '', /^Failed to authenticate request/);
  assert.deepEqual((await who(simulator, credential)).data, { runtime: { id: simulator.runtimeId } });
});

test('a runtime that is deleted has no identity any more', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  simulator.deleteRuntime();
  await assertUnauthenticated(simulator, credential);
});

test('the Director answers 401 instead when the switch says so', async () => {
  await using simulator = await startSimulator({ switches: { directorRefusal: 'http401' } });
  const credential = await pair(simulator);
  assert.equal((await who(simulator, credential)).status, 200);
  simulator.revokeCertificates();
  assert.equal((await who(simulator, credential)).status, 401);
});

test('an expired certificate fails in the TLS handshake', async () => {
  await using simulator = await startSimulator({ switches: { certificateLifetimeSeconds: 1 } });
  const credential = await pair(simulator);
  const [issued] = simulator.certificates.list();
  // OpenSSL judges dates by the machine's clock: only its passing makes a certificate expire.
  await delay(Date.parse(issued?.notAfter ?? '') - Date.now() + 1000);
  await assert.rejects(who(simulator, credential), /ECONNRESET|socket hang up|alert/);
  await assert.rejects(askConnector(simulator, credential, '{ __typename }'), /ECONNRESET|socket hang up|alert/);
});

test('a certificate of another CA fails in the TLS handshake, and so does none at all', async () => {
  await using simulator = await startSimulator();
  await using other = await startSimulator({ freshKeys: true });
  const credential = await pair(other);
  await assert.rejects(who(simulator, credential), /ECONNRESET|socket hang up|alert/);
  const url = simulator.urls.director;
  await assert.rejects(call(url, { ca: simulator.caPem, query: WHO }), /ECONNRESET|socket hang up|alert/);
});

test('after a rotation of the client CA old certificates are accepted as long as it is kept', async () => {
  await using simulator = await startSimulator();
  const old = await pair(simulator);
  await simulator.rotateClientAuthority({ keepOld: true });
  const next = await pair(simulator);
  for (const credential of [old, next]) assert.deepEqual((await who(simulator, credential)).errors, []);
  await simulator.rotateClientAuthority({ keepOld: false });
  await assert.rejects(who(simulator, next), /ECONNRESET|socket hang up|alert/);
});

test('the doors by certificate send a TLS alert when the switch says so, the door by token does not', async () => {
  await using simulator = await startSimulator();
  const credential = await pair(simulator);
  simulator.switches.handshakeAlert = 45;
  await assert.rejects(who(simulator, credential), /alert certificate expired/);
  const probe = await call(simulator.urls.connector, { ca: simulator.caPem, query: '{ __typename }' });
  assert.equal(probe.status, 200);
  simulator.switches.handshakeAlert = null;
  assert.deepEqual((await who(simulator, credential)).errors, []);
});

test('closing does not wait for a connection that never comes to TLS', async () => {
  const simulator = await startSimulator();
  const idle = connect(Number(new URL(simulator.urls.director).port), '127.0.0.1');
  await once(idle, 'connect');
  await simulator.close();
  await once(idle, 'close');
});
