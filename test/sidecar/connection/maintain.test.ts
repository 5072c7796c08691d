import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import {
  connectorEndpoint,
  directorEndpoint,
  fetchUrls,
  prove,
  refusalOfDirector,
  renew,
  strangenessOf,
} from '../../../sidecar/connection/maintain.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { compassContext, pairedContext } from './compass-context.ts';
import { PREPARED } from './memory-context.ts';

const ELSEWHERE = 'https://director.attacker.example/graphql';
const ANOTHER_TENANT = '11111111-1111-4111-8111-111111111111';
const PLANE = '/data/configuration/managementPlaneInfo';

test('Connector and Director are called with the certificate, the Runtime, and what each of them wants', () => {
  const credential = {
    ...{ certificateChain: 'chain', key: new Sensitive('key'), fingerprint: 'ff', commonName: 'cn' },
    ...{ notBefore: 1, notAfter: 2, chainNotAfter: 2, notYetValid: false },
  };
  const urls = { connector: 'https://c.example/graphql', director: 'https://d.example/graphql' };
  const connection = { credential, urls, runtimeId: 'r', tenant: 't', trustAnchorUrl: urls.connector };
  const both = { credential, runtimeId: 'r' };
  assert.deepEqual(connectorEndpoint(connection), { ...both, url: urls.connector, target: 'connector-mtls' });
  assert.deepEqual(directorEndpoint(connection), { ...both, url: urls.director, target: 'director', tenant: 't' });
});

test('C21: the Connector says by certificate where Compass is; what it does not say is as before', async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  const present = { connector: `${simulator.urls.connector}/a`, director: `${simulator.urls.director}/b` };
  const before = { ...connection, urls: { ...present, connector: simulator.urls.connectorMtls } };
  const moved = `${simulator.urls.director}?moved`;
  simulator.switches.directorURL = moved;
  assert.deepEqual(await fetchUrls(context, before), { connector: simulator.urls.connectorMtls, director: moved });
  simulator.switches.certificateSecuredConnectorURL = moved;
  assert.deepEqual(await fetchUrls(context, before), { connector: moved, director: moved });
  simulator.faults.add({ remove: [`${PLANE}/directorURL`, `${PLANE}/certificateSecuredConnectorURL`] });
  assert.deepEqual(await fetchUrls(context, before), before.urls);
});

test('C20: URLs of the Connector that are not in the domain of CONNECTOR_URL are refused', async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  simulator.switches.directorURL = ELSEWHERE;
  await assert.rejects(fetchUrls(context, connection), { reason: 'UntrustedUrl' });
});

test('R4: who does not lead asks the Connector for no URLs', async (t) => {
  const lease = { isOurs: true };
  const { context, pair, takeCalls } = await compassContext(t, { isLeader: () => lease.isOurs });
  const { connection } = await pair();
  takeCalls();
  lease.isOurs = false;
  await assert.rejects(fetchUrls(context, connection), { reason: 'Stopping' });
  assert.deepEqual(takeCalls(), []);
});

/** The answers after which the Director knows who asks. */
const KNOWN: readonly (readonly [reason: string, fault: Fault])[] = [
  ['TenantMismatch', { error: { message: 'another tenant', code: 24 } }],
  ['InsufficientScopes', { error: { message: 'scopes', code: 23 } }],
  ['RuntimeNotFound', { error: { message: 'no such object', code: 20 } }],
];

for (const [reason, fault] of KNOWN) {
  test(`a Director that answers ${reason} accepts the certificate, and does not show whose it is`, async (t) => {
    const { context, pair, simulator } = await compassContext(t);
    const { connection } = await pair();
    simulator.faults.add({ target: 'director', ...fault });
    await prove(context, connection);
    assert.equal(await refusalOfDirector(context, connection), undefined);
    assert.equal((await strangenessOf(context, connection))?.reason, reason);
  });
}

test("a certificate is its Runtime's where the Director shows that, in whatever case its id is written", async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  const { runtimeId } = connection;
  assert.equal(await strangenessOf(context, connection), undefined);
  simulator.faults.add({ target: 'director', set: { '/data/runtime/id': runtimeId.toUpperCase() }, times: 1 });
  assert.equal(await strangenessOf(context, connection), undefined);
  simulator.faults.add({ target: 'director', set: { '/data/runtime': { id: runtimeId, name: 'r' } } });
  assert.equal(await strangenessOf(context, { ...connection, runtimeId: runtimeId.toUpperCase() }), undefined);
  for (const fault of [{ set: { '/data/runtime/id': ANOTHER_TENANT } }, { set: { '/data/runtime': null } }]) {
    simulator.faults.clear();
    simulator.faults.add({ target: 'director', ...fault });
    const strangeness = await strangenessOf(context, connection);
    assert.equal(strangeness?.reason, 'RuntimeNotFound');
    assert.match(strangeness.message, /shows no Runtime/);
  }
});

test('a Director that is away proves and refuses nothing', async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  simulator.faults.add({ target: 'director', status: 503 });
  await assert.rejects(prove(context, connection), { reason: 'CompassUnavailable' });
  await assert.rejects(strangenessOf(context, connection), { reason: 'CompassUnavailable' });
  assert.equal(await refusalOfDirector(context, connection), undefined);
});

test('a Director that refuses a certificate says why', async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  simulator.revokeCertificates();
  await assert.rejects(prove(context, connection), { reason: 'Rejected' });
  await assert.rejects(strangenessOf(context, connection), { reason: 'Rejected' });
  assert.equal((await refusalOfDirector(context, connection))?.reason, 'Rejected');
});

test('a Director that takes a certificate for expired says so', async (t) => {
  const { context, pair, simulator } = await compassContext(t);
  const { connection } = await pair();
  simulator.switches.handshakeAlert = 45;
  assert.equal((await refusalOfDirector(context, connection))?.reason, 'CertificateExpired');
});

test('a renewal gives another certificate of the same identity, with another key, and spends no token', async (t) => {
  const { context, connection, issued, takeCalls } = await pairedContext(t);
  const { connector, director } = connection.urls;
  const renewed = await renew(context, connection);
  assert.deepEqual([renewed.purpose, renewed.phase, renewed.urls], ['renew', 'issued', { connector, director }]);
  assert.notEqual(renewed.leaf, issued.leaf);
  assert.notEqual(renewed.key.reveal(), issued.key.reveal());
  assert.equal(context.journal.value, renewed);
  assert.deepEqual(takeCalls(), ['connector-mtls configuration ok', 'connector-mtls signCertificateSigningRequest ok']);
  const shown = context.steps.observed?.map(({ step, status }) => `${step} ${status}`);
  assert.deepEqual(shown, ['preflight ok', 'key ok', 'configuration ok', 'sign ok']);
});

test('a renewal that is issued already goes on with that, and whatever else was begun gives way to it', async (t) => {
  const { context, connection, issued, takeCalls } = await pairedContext(t);
  const waiting = { ...issued, purpose: 'renew' } as const;
  await context.journal.write(waiting);
  assert.deepEqual(await renew(context, connection), waiting);
  assert.deepEqual([takeCalls(), context.journal.value], [[], waiting]);
  assert.deepEqual(
    context.steps.observed?.map(({ step }) => step),
    ['key'],
  );
  for (const begun of [issued, PREPARED, { ...PREPARED, purpose: 'renew' } as const]) {
    await context.journal.write(begun);
    const { key } = await renew(context, connection);
    assert.notEqual(key.reveal(), begun.key.reveal());
    assert.equal(takeCalls().length, 2);
  }
});

test('a renewal whose pair could not be stored asks for none', async (t) => {
  const { context, connection, store, takeCalls } = await pairedContext(t);
  store.failure = new CompassError('ClusterForbidden', 'it may not');
  await context.journal.write(PREPARED);
  await assert.rejects(renew(context, connection), { reason: 'StoreForbidden' });
  assert.deepEqual([takeCalls(), context.journal.value], [[], undefined]);
  const [step] = context.steps.observed ?? [];
  assert.deepEqual([step?.step, step?.status], ['preflight', 'error']);
});

test('a renewal asks for no certificate of somebody else, and for none beside a foreign Director', async (t) => {
  const { context, connection, simulator, takeCalls } = await pairedContext(t);
  const credential = { ...connection.credential, commonName: 'somebody else' };
  await assert.rejects(renew(context, { ...connection, credential }), { reason: 'InvalidSubject' });
  simulator.switches.directorURL = ELSEWHERE;
  await assert.rejects(renew(context, connection), { reason: 'UntrustedUrl' });
  assert.deepEqual(takeCalls(), ['connector-mtls configuration ok', 'connector-mtls configuration ok']);
  simulator.switches.directorURL = null;
  simulator.switches.certificateSecuredConnectorURL = null;
  assert.deepEqual((await renew(context, connection)).urls, connection.urls);
});
