import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import type { ConnectionInput, Outcome } from '../../../sidecar/connection/connection-result.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { Upkeep } from '../../../sidecar/connection/upkeep.ts';
import { compassContext, pairedContext } from './compass-context.ts';
import { CONFIGURED, ISSUED, PREPARED } from './memory-context.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PERIOD_MS = 6 * HOUR_MS;
const SIGNED = 'connector-mtls signCertificateSigningRequest ok';
const ASKED = 'connector-mtls configuration ok';

const input = (asked: Partial<ConnectionInput> = {}): ConnectionInput => ({
  configuration: new CompassError('ConfigurationMissing', 'there is none'),
  ...{ specUrls: undefined, isReconnectAskedFor: false, isRenewalAskedFor: false, isSuspect: false },
  ...asked,
});
const RENEWAL = input({ isRenewalAskedFor: true });
const SUSPECT = input({ isSuspect: true });

/** A pair whose upkeep has no jitter in it: a half of its 90 days is left when it is renewed. */
async function start(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const compass = await pairedContext(t, parts);
  const context = { ...compass.context, config: { ...compass.context.config, renewalJitter: 0 } };
  return { ...compass, context, upkeep: new Upkeep(context, () => 0.5) };
}

/** As start, without a cluster, where nothing is renewed. */
async function startAlone(t: TestContext) {
  const compass = await compassContext(t);
  const { connection } = await compass.pair();
  compass.takeCalls();
  const context = { ...compass.context, config: { ...compass.context.config, renewalJitter: 0 } };
  return { ...compass, context, connection, upkeep: new Upkeep(context, () => 0.5) };
}

const reasonOf = ({ error }: Outcome) => (error as CompassError | undefined)?.reason;

test('a renewal is due by the dates of the certificate, or of a CA that ends before it', async (t) => {
  const { upkeep, connection } = await startAlone(t);
  const dates = { notBefore: 0, notAfter: 100 * DAY_MS, chainNotAfter: 100 * DAY_MS };
  assert.equal(upkeep.renewAt({ ...connection.credential, ...dates }), 50 * DAY_MS);
  assert.equal(upkeep.renewAt({ ...connection.credential, ...dates, chainNotAfter: 60 * DAY_MS }), 30 * DAY_MS);
  const short = { ...dates, notAfter: 60_000, chainNotAfter: 60_000 };
  assert.equal(upkeep.renewAt({ ...connection.credential, ...short }), 30_000);
  const { context } = await startAlone(t);
  const config = { ...context.config, renewalThreshold: 0.25, renewalJitter: 0, minimalSyncMs: 20 * DAY_MS };
  const other = new Upkeep({ ...context, config }, () => 0);
  assert.equal(other.renewAt({ ...connection.credential, ...dates }), 60 * DAY_MS);
});

test('C22: a renewal is due to the millisecond, by the time at Compass', async (t) => {
  const { upkeep, connection, clock, context } = await startAlone(t);
  const inMs = upkeep.renewAt(connection.credential) - clock.now();
  assert.equal(upkeep.renewableInMs(connection), inMs);
  clock.advance(inMs - 1);
  assert.deepEqual([upkeep.isRenewalDue(input(), connection), upkeep.renewableInMs(connection)], [false, 1]);
  clock.advance(1);
  assert.deepEqual([upkeep.isRenewalDue(input(), connection), upkeep.renewableInMs(connection)], [true, 0]);
  clock.advance(1);
  assert.equal(upkeep.renewableInMs(connection), 0);
  context.compassTime.observe(-HOUR_MS);
  assert.equal(upkeep.isRenewalDue(input(), connection), false);
});

test('a renewal that was issued already is due; what else is begun is none', async (t) => {
  const { upkeep, connection, context } = await startAlone(t);
  for (const [journal, isDue] of [
    [{ ...ISSUED, purpose: 'renew' }, true],
    [{ ...PREPARED, purpose: 'renew' }, false],
    [ISSUED, false],
    [CONFIGURED, false],
  ] as const) {
    await context.journal.write(journal);
    assert.equal(upkeep.isRenewalDue(input(), connection), isDue);
  }
});

test('C21: a credential that was not proven is asked about at once, and then every six hours', async (t) => {
  const { upkeep, connection, context, takeCalls, clock } = await startAlone(t);
  const { urls, runtimeId, tenant } = connection;
  const { error: _none, ...outcome } = await upkeep.run(input(), connection);
  assert.deepEqual(outcome, { connection, step: 'maintain', attempted: true });
  assert.deepEqual([upkeep.proven, takeCalls()], [connection.credential.fingerprint, [ASKED]]);
  const state = context.state.value;
  assert.deepEqual([state?.urls, state?.runtimeId, state?.tenant], [urls, runtimeId, tenant]);
  assert.deepEqual([upkeep.schedule.dueInMs, upkeep.askedInMs(RENEWAL)], [PERIOD_MS, Number.POSITIVE_INFINITY]);
  assert.deepEqual(await upkeep.run(input(), connection), {
    ...{ connection, step: 'maintain', attempted: false, error: undefined },
  });
  assert.deepEqual(takeCalls(), []);
  clock.advance(PERIOD_MS);
  await upkeep.run(input(), connection);
  assert.deepEqual(takeCalls(), [ASKED]);
  assert.equal(context.state.value, state, 'nothing has changed, and nothing is written');
});

test('C21: what changed about the connection is remembered, and a tenant that is not configured any more stays', async (t) => {
  const { upkeep, connection, context, simulator, clock } = await startAlone(t);
  await context.state.write({ ...freshState(), registered: true, tenant: 'before' });
  await upkeep.run(input(), { ...connection, tenant: undefined });
  assert.deepEqual([context.state.value?.tenant, context.state.value?.registered], ['before', true]);
  const director = `${simulator.urls.director}?moved`;
  let present = connection;
  for (const changes of [{}, { runtimeId: 'r' }, { tenant: 't' }]) {
    clock.advance(PERIOD_MS);
    present = { ...present, ...changes };
    await upkeep.run(input(), present);
    const { runtimeId, tenant, urls } = context.state.value ?? freshState();
    assert.deepEqual([runtimeId, tenant, urls], [present.runtimeId, present.tenant, present.urls]);
  }
  simulator.switches.directorURL = director;
  clock.advance(PERIOD_MS);
  assert.equal((await upkeep.run(input(), present)).connection?.urls.director, director);
  assert.equal(context.state.value?.urls?.director, director);
});

test('C22: a renewal that is asked for comes at once, and another after the minimal time', async (t) => {
  const { upkeep, connection, takeCalls, clock, context } = await start(t);
  assert.deepEqual(
    [upkeep.askedInMs(RENEWAL), upkeep.askedInMs(input())],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  );
  const { connection: renewed, ...rest } = await upkeep.run(RENEWAL, connection);
  assert.deepEqual(rest, { step: 'maintain', attempted: true, did: 'renewed' });
  assert.deepEqual(takeCalls(), [ASKED, SIGNED, 'director runtime ok']);
  assert.notEqual(renewed?.credential.fingerprint, connection.credential.fingerprint);
  assert.equal(upkeep.proven, renewed?.credential.fingerprint);
  assert.equal(renewed?.trustAnchorUrl, connection.trustAnchorUrl);
  assert.deepEqual([renewed?.runtimeId, renewed?.tenant], [connection.runtimeId, connection.tenant]);
  const { minimalSyncMs } = context.config;
  assert.deepEqual([upkeep.askedInMs(RENEWAL), upkeep.askedInMs(input())], [minimalSyncMs, Number.POSITIVE_INFINITY]);
  assert.ok(renewed);
  await upkeep.run(RENEWAL, renewed);
  assert.deepEqual(takeCalls(), []);
  clock.advance(minimalSyncMs);
  assert.equal((await upkeep.run(RENEWAL, renewed)).did, 'renewed');
});

test('what fails is tried again with back-off, and told meanwhile; what goes well ends it', async (t) => {
  const { upkeep, connection, simulator, takeCalls, clock } = await startAlone(t);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  const failed = await upkeep.run(input(), connection);
  assert.deepEqual([failed.connection, failed.step, failed.attempted], [connection, 'maintain', true]);
  assert.equal(reasonOf(failed), 'CompassUnavailable');
  assert.equal(upkeep.schedule.failures, 1);
  takeCalls();
  const waiting = await upkeep.run(input(), connection);
  assert.deepEqual([waiting.attempted, waiting.error, takeCalls()], [false, failed.error, []]);
  simulator.faults.clear();
  clock.advance(upkeep.schedule.dueInMs);
  await upkeep.run(input(), connection);
  assert.deepEqual([(await upkeep.run(input(), connection)).error, upkeep.schedule.failures], [undefined, 0]);
});

test('while its certificate has little left, a failure is tried again an eighth of that later', async (t) => {
  const { upkeep, connection, simulator, clock } = await start(t);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  clock.advance(connection.credential.notAfter - clock.now() - 16_000);
  for (let failures = 1; failures <= 8; failures += 1) await upkeep.run(SUSPECT, connection);
  assert.equal(upkeep.schedule.dueInMs, 2_000);
});

test('a credential that Connector and Director refuse is given up, and says that a token is needed', async (t) => {
  const { upkeep, connection, simulator } = await startAlone(t);
  const { fingerprint } = connection.credential;
  await upkeep.run(input(), connection);
  simulator.revokeCertificates();
  const { error, ...refused } = await upkeep.run(SUSPECT, connection);
  assert.deepEqual(refused, { connection: undefined, step: 'establish', attempted: true, isRefusal: true });
  assert.equal((error as CompassError).reason, 'Rejected');
  assert.match(String(error), /one-time token/);
  assert.equal(upkeep.rejectionOf(fingerprint)?.reason, 'Rejected');
  assert.deepEqual([upkeep.rejectionOf('another'), upkeep.rejectionOf(undefined)], [undefined, undefined]);
  upkeep.accept(connection);
  assert.equal(upkeep.rejectionOf(fingerprint), undefined);
});

test('a credential that the Connector alone refuses, or that nobody says anything about, goes on serving', async (t) => {
  const { upkeep, connection, simulator } = await startAlone(t);
  simulator.faults.add({ target: 'connectorMtls', status: 401 });
  const outcome = await upkeep.run(SUSPECT, connection);
  assert.deepEqual([outcome.connection, outcome.step, reasonOf(outcome)], [connection, 'maintain', 'Rejected']);
  assert.equal(upkeep.rejectionOf(connection.credential.fingerprint), undefined);
  simulator.faults.clear();
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  simulator.revokeCertificates();
  assert.equal((await upkeep.run(SUSPECT, connection)).connection, connection);
});

test('X1: a certificate is taken for expired where it is by the time at Compass, and not by ours alone', async (t) => {
  for (const [agoMs, skewMs, isGivenUp] of [
    [0, -HOUR_MS, false],
    [HOUR_MS, -HOUR_MS, true],
    [HOUR_MS - 1, -HOUR_MS, false],
    [-1, -HOUR_MS, true],
    [HOUR_MS, 0, true],
  ] as const) {
    const { upkeep, connection, simulator, clock, context } = await start(t);
    clock.advance(connection.credential.notAfter - clock.now() + agoMs);
    context.compassTime.observe(skewMs);
    simulator.switches.handshakeAlert = 45;
    const outcome = await upkeep.run(SUSPECT, connection);
    const what = `expired for ${agoMs} ms, ${skewMs} ms`;
    assert.equal(reasonOf(outcome), 'CertificateExpired', what);
    assert.equal(outcome.connection === undefined, isGivenUp, what);
  }
});

test('a renewal whose pair cannot be stored says so, and the present one serves', async (t) => {
  const { upkeep, connection, store } = await start(t);
  store.failure = new CompassError('ClusterForbidden', 'it may not');
  const outcome = await upkeep.run(RENEWAL, connection);
  assert.deepEqual([reasonOf(outcome), outcome.connection, outcome.did], ['StoreForbidden', connection, undefined]);
});

test('C22: a renewal beside a pairing leaves the journal of that alone', async (t) => {
  const { upkeep, connection, context, takeCalls } = await start(t);
  await context.journal.write(CONFIGURED);
  const { did } = await upkeep.run(RENEWAL, connection);
  assert.deepEqual([did, context.journal.value], ['renewed', CONFIGURED]);
  assert.equal(takeCalls().length, 3);
});

test('C22: what another replica wrote into the journal is seen before a renewal takes its place', async (t) => {
  const document = memoryDocument<Journal>();
  const { upkeep, connection, context } = await start(t, { journal: new DocumentStore(document) });
  await new DocumentStore(document).write(CONFIGURED);
  context.journal.forget();
  await upkeep.run(RENEWAL, connection);
  assert.deepEqual((await document.read())?.value, CONFIGURED);
});

test('a credential that is old as soon as it is there makes its upkeep back off', async (t) => {
  const { upkeep, connection, clock } = await startAlone(t);
  upkeep.accept(connection);
  assert.deepEqual([upkeep.schedule.failures, upkeep.schedule.dueInMs], [0, PERIOD_MS]);
  clock.advance(upkeep.renewAt(connection.credential) - clock.now());
  upkeep.accept(connection);
  assert.deepEqual([upkeep.schedule.failures, upkeep.schedule.dueInMs < PERIOD_MS], [1, true]);
});

test('what is asked while a token waits is the Director alone, and its refusal is remembered', async (t) => {
  const { upkeep, connection, simulator, takeCalls, pair } = await startAlone(t);
  const { fingerprint } = connection.credential;
  assert.equal(await upkeep.examine(connection), undefined);
  assert.deepEqual([upkeep.rejectionOf(fingerprint), takeCalls()], [undefined, ['director runtime ok']]);
  simulator.revokeCertificates();
  assert.equal((await upkeep.examine(connection))?.reason, 'Rejected');
  assert.equal(upkeep.rejectionOf(fingerprint)?.reason, 'Rejected');
  const { connection: other } = await pair();
  assert.equal(await upkeep.examine(other), undefined);
  assert.equal(upkeep.rejectionOf(fingerprint)?.reason, 'Rejected', 'another that is accepted changes nothing');
});

test('nothing that is known of a credential outlives it', async (t) => {
  const { upkeep, connection, simulator } = await startAlone(t);
  const { fingerprint } = connection.credential;
  upkeep.accept(connection);
  simulator.revokeCertificates();
  await upkeep.run(SUSPECT, connection);
  assert.ok(upkeep.rejectionOf(fingerprint));
  upkeep.forget();
  assert.deepEqual([upkeep.rejectionOf(fingerprint), upkeep.proven], [undefined, undefined]);
  assert.deepEqual([upkeep.schedule.failures, upkeep.schedule.dueInMs], [0, 0]);
  simulator.faults.add({ status: 503 });
  await upkeep.run(input(), connection);
  upkeep.forget();
  upkeep.accept(connection);
  assert.equal((await upkeep.run(input(), connection)).error, undefined);
});
