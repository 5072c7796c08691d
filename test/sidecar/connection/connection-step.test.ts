import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, SECRET } from '#common/cluster/objects.ts';
import { DETAILS_ANNOTATION } from '#common/resources/connection-details.ts';
import { detailsOf } from '../../../sidecar/connection/describe-pair.ts';
import { reasonIn, startBench } from './bench.ts';
import { stepContext } from './step-context.ts';

const MINUTE_MS = 60_000;

for (const [form, wrap] of [
  ['the bare token', (token: { token: string }) => token.token],
  ['rawEncoded', (token: { rawEncoded: string }) => token.rawEncoded],
  ['a URL', (token: { token: string; connectorURL: string }) => `${token.connectorURL}?token=${token.token}`],
] as const) {
  test(`${form} pairs, with white space and quotes around it`, async (t) => {
    const bench = await startBench(t);
    await bench.configure({ TOKEN: `  "${wrap(bench.simulator.requestToken())}"\n` });
    const result = await bench.start()();
    assert.deepEqual([reasonIn(result), result.did], [undefined, 'paired']);
  });
}

test('the older form of the configuration, a ConfigMap, pairs where there is no Secret', async (t) => {
  const { cluster, simulator, start } = await startBench(t);
  const data = {
    CONNECTOR_URL: simulator.urls.connector,
    RUNTIME_ID: simulator.runtimeId,
    TENANT: simulator.tenant,
    TOKEN: simulator.requestToken().token,
  };
  const metadata = { namespace: 'compass-system', name: 'compass-agent-configuration' };
  await cluster.create(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as never);
  assert.equal((await start()()).did, 'paired');
});

test('C2: while the Connector cannot be reached the token stays whole, and pairs when it can', async (t) => {
  const bench = await startBench(t);
  await bench.configure({ CONNECTOR_URL: 'https://localhost:1/connector/graphql' });
  const pass = bench.start();
  assert.equal(reasonIn(await pass()), 'CompassUnreachable');
  await bench.configure();
  assert.equal((await pass()).did, 'paired');
});

test('what is known of the token follows the configuration: none, unused, trying, used', async (t) => {
  const bench = await startBench(t);
  const pass = bench.start();
  assert.equal((await pass()).token, 'none');
  await bench.configure({ CONNECTOR_URL: 'https://localhost:1/connector/graphql' });
  assert.equal((await pass()).token, 'unused');
  await bench.configure({ TOKEN: 'of-nobody' });
  assert.equal((await pass()).token, 'trying');
  await bench.configure();
  assert.equal((await pass()).token, 'used');
  await bench.configure();
  assert.equal((await pass()).token, 'unused');
});

test('a pairing that was cut short before signing goes on with the second token after a restart', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ operation: 'signCertificateSigningRequest', when: 'beforeConsumption', status: 503 });
  assert.equal(reasonIn(await bench.start()()), 'CompassUnavailable');
  bench.simulator.faults.clear();
  const result = await bench.start()();
  assert.equal(result.did, 'paired');
  assert.equal(bench.count('connector', 'configuration'), 1);
});

test('C4: a certificate whose answer was lost requires a new token, which is used at once', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({
    operation: 'signCertificateSigningRequest',
    when: 'afterExecution',
    cut: true,
    times: 1,
  });
  const pass = bench.start();
  assert.equal(reasonIn(await pass()), 'CompassUnreachable');
  bench.clock.advance(MINUTE_MS);
  const refused = await pass();
  assert.equal(reasonIn(refused), 'TokenRequired');
  assert.match(String(refused.error), /answer lost/);
  await bench.configure();
  assert.equal((await pass()).did, 'paired');
});

test('P6: a process that was killed after its token left says so once the token is refused', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.faults.add({ operation: 'configuration', when: 'afterExecution', cut: true, times: 1 });
  const pass = bench.start();
  assert.equal(reasonIn(await pass()), 'CompassUnreachable');
  bench.clock.advance(MINUTE_MS);
  assert.equal(reasonIn(await pass()), 'TokenRequired');
  bench.clock.advance(6 * MINUTE_MS);
  assert.equal(reasonIn(await bench.start()()), 'TokenRequired');
});

test('C20: a Director on a foreign host is refused before the second token is spent, and accepted when it is corrected', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  bench.simulator.switches.directorURL = 'https://director.attacker.example/graphql';
  const pass = bench.start();
  assert.equal(reasonIn(await pass()), 'UntrustedUrl');
  assert.equal(bench.count('connector', 'signCertificateSigningRequest'), 0);
  bench.simulator.switches.directorURL = bench.simulator.urls.director;
  bench.clock.advance(MINUTE_MS);
  assert.equal((await pass()).did, 'paired');
});

test('C21: URLs that the Connector changes are used and remembered', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  await pass();
  const moved = bench.simulator.urls.director.replace('localhost', '127.0.0.1');
  bench.simulator.switches.directorURL = moved;
  bench.clock.advance(6 * 60 * MINUTE_MS);
  const before = await pass();
  assert.equal(reasonIn(before), 'UntrustedUrl', 'another host is not trusted');
  bench.simulator.switches.directorURL = `${bench.simulator.urls.director}?moved=1`;
  bench.clock.advance(6 * 60 * MINUTE_MS);
  await pass();
  assert.match((await bench.start()()).connection?.urls.director ?? '', /moved=1$/);
});

test('K15: a client Secret that somebody deletes is written back with the same key and certificate', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  await pass();
  await pass();
  const before = await bench.clientSecret();
  await bench.deleteClientSecret();
  assert.equal(reasonIn(await pass()), undefined);
  assert.deepEqual((await bench.clientSecret())?.data, before?.data);
});

test('K15: so is one that was stored a moment ago, with what stands beside it for readers', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  const before = await bench.clientSecret();
  assert.ok(before?.metadata.annotations?.[DETAILS_ANNOTATION]);
  await bench.deleteClientSecret();
  assert.match((await pass()).restored ?? '', /was deleted or damaged/);
  const after = await bench.clientSecret();
  assert.deepEqual([after?.data, after?.metadata.annotations], [before.data, before.metadata.annotations]);
});

test('a pair that another agent stored is described for its readers', async (t) => {
  const { run, cluster, secret } = await stepContext(t);
  const { connection } = await run();
  assert.ok(connection);
  const stored = await cluster.find(secret);
  assert.equal(stored?.metadata.annotations?.[DETAILS_ANNOTATION], detailsOf(connection));
});

test('I2: a new pair that Compass does not accept yet waits in the journal, and the old one serves', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  const first = await pass();
  const before = await bench.clientSecret();
  bench.simulator.faults.add({ target: 'director', status: 503 });
  const failed = await pass({ isRenewalAskedFor: true });
  assert.equal(reasonIn(failed), 'CompassUnavailable');
  assert.equal(failed.connection?.credential.fingerprint, first.connection?.credential.fingerprint);
  assert.deepEqual((await bench.clientSecret())?.data, before?.data);
  bench.simulator.faults.clear();
  const renewed = await bench.start()({ isRenewalAskedFor: false });
  assert.equal(renewed.did, 'renewed');
  assert.notDeepEqual((await bench.clientSecret())?.data, before?.data);
  assert.equal(bench.count('connectorMtls', 'signCertificateSigningRequest'), 1);
});

test('K26: while the token of a reconnect is refused the present connection is as good as before', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  await pass();
  await bench.configure({ TOKEN: 'nobody-knows-this-token' });
  const refused = await pass({ isReconnectAskedFor: true });
  assert.equal(reasonIn(refused), undefined);
  assert.ok(refused.connection);
  assert.equal(refused.reconnectError?.reason, 'TokenRefused');
  await bench.configure();
  assert.equal((await pass({ isReconnectAskedFor: true })).did, 'paired');
});

test('N16: a client Secret that belongs to another connection is left alone, and the token stays whole', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  await bench.start()();
  const annotations = { 'compass.kyma-project.io/connection': 'another' };
  const ref = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
  await bench.cluster.mergePatch(ref, { metadata: { annotations } });
  const before = await bench.clientSecret();
  await bench.configure();
  const asked = bench.simulator.requests.list().length;
  const result = await bench.start()({ isReconnectAskedFor: true });
  assert.equal(reasonIn(result), 'ForeignObject');
  assert.match(String(result.error), /belongs to the connection another/);
  assert.equal(result.dueInMs, Number.POSITIVE_INFINITY);
  assert.equal(bench.simulator.requests.list().length, asked);
  assert.deepEqual(await bench.clientSecret(), before);
});

test('a certificate that the Director refuses is given up also while a refused token waits, and no call spends that', async (t) => {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  await bench.configure({ TOKEN: 'of-nobody' });
  const pending = await pass({ isReconnectAskedFor: true });
  assert.deepEqual([pending.connection !== undefined, reasonIn(pending)], [true, undefined]);
  bench.simulator.revokeCertificates();
  const asked = bench.count('connectorMtls', 'configuration');
  const refused = await pass({ isReconnectAskedFor: true, isSuspect: true });
  assert.deepEqual([refused.connection, reasonIn(refused)], [undefined, 'Rejected']);
  assert.equal(bench.count('connectorMtls', 'configuration'), asked);
});
