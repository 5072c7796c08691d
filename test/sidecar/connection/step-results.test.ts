import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import { ConnectionStep } from '../../../sidecar/connection/connection-step.ts';
import { JournalMirror } from '../../../sidecar/connection/journal-mirror.ts';
import { reasonIn } from './bench.ts';
import { CONFIGURED } from './memory-context.ts';
import { stepContext } from './step-context.ts';

const HOUR_MS = 3_600_000;
/** Of six hours, the shortest that upkeep waits. */
const PERIOD_MS = 4.5 * HOUR_MS;
const NONE = Number.POSITIVE_INFINITY;
const MISSING = new CompassError('ConfigurationMissing', 'there is none');
const URLS = { connector: 'https://c.example/graphql', director: 'https://d.example/graphql' };

test('a connection that is stored is known by the configuration, and by the state where that is gone', async (t) => {
  const { step, configuration, connection, know, cluster, secret } = await stepContext(t);
  const stored = async (from: Configuration | CompassError, specUrls?: typeof URLS) => {
    const { credential, ...rest } = (await step.stored({ configuration: from, specUrls })) ?? assert.fail('none');
    assert.equal(credential.fingerprint, connection.credential.fingerprint);
    return rest;
  };
  const { urls } = connection;
  await know({ urls, runtimeId: 'of-the-state', tenant: 'of-the-state' });
  const { connectorUrl: trustAnchorUrl, runtimeId, tenant } = configuration;
  assert.deepEqual(await stored(configuration), { urls, runtimeId, tenant, trustAnchorUrl });
  const known = { runtimeId: 'of-the-state', tenant: 'of-the-state' };
  assert.deepEqual(await stored(MISSING), { urls, ...known, trustAnchorUrl: urls.connector });
  assert.deepEqual(await stored(MISSING, URLS), { urls: URLS, ...known, trustAnchorUrl: URLS.connector });
  assert.equal((await stored({ ...configuration, tenant: undefined })).tenant, undefined);
  await know({ runtimeId: 'of-the-state' });
  assert.equal(await step.stored({ configuration, specUrls: undefined }), undefined);
  assert.equal((await stored(configuration, URLS)).runtimeId, runtimeId);
  await know({ urls });
  assert.equal(await step.stored({ configuration: MISSING, specUrls: undefined }), undefined);
  await know({ urls, disconnected: { id: 'a', since: 1, purge: false } });
  assert.equal(await step.stored({ configuration, specUrls: undefined }), undefined);
  await know({ urls });
  const annotations = { 'compass.kyma-project.io/connection': 'another' };
  await cluster.mergePatch(secret, { metadata: { annotations } });
  await assert.rejects(step.stored({ configuration, specUrls: undefined }), /belongs to the connection another/);
});

test('what was given up is not stored, and does not come back', async (t) => {
  const { step, configuration, cluster, secret, context } = await stepContext(t);
  assert.ok(await step.stored({ configuration, specUrls: undefined }));
  step.forget();
  await cluster.delete(secret);
  assert.equal(await step.stored({ configuration, specUrls: undefined }), undefined);
  assert.equal(await cluster.find(secret), undefined);
  await context.state.remove();
  assert.equal(await step.stored({ configuration, specUrls: undefined }), undefined);
});

test('a connection that works says when it is renewed, and what comes first is what is due', async (t) => {
  const { run, connection, renewAt, clock, takeCalls } = await stepContext(t);
  const first = await run();
  assert.deepEqual([first.credential?.fingerprint, first.renewAt], [connection.credential.fingerprint, renewAt]);
  assert.deepEqual([first.dueInMs, first.warnings, first.restored, first.token], [PERIOD_MS, [], undefined, 'none']);
  assert.deepEqual([first.step, first.attempted, first.error], ['maintain', true, undefined]);
  clock.advance(HOUR_MS);
  assert.equal((await run()).dueInMs, PERIOD_MS - HOUR_MS);
  clock.advance(renewAt - clock.now() - HOUR_MS);
  assert.equal((await run()).dueInMs, HOUR_MS);
  takeCalls();
  clock.advance(HOUR_MS);
  assert.equal((await run()).did, 'renewed');
});

test('upkeep that fails is due again after its wait, however soon the certificate is to be renewed', async (t) => {
  const { run, renewAt, clock, simulator } = await stepContext(t);
  await run();
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  clock.advance(renewAt - clock.now() + 1);
  const failed = await run();
  assert.deepEqual(
    [reasonIn(failed), failed.dueInMs, failed.connection !== undefined],
    ['CompassUnavailable', 500, true],
  );
});

test('an alarm is raised for a certificate that is overdue, beside what else is to be warned of', async (t) => {
  const { run, connection, clock, simulator, know, revoked } = await stepContext(t);
  const { notAfter, certificateChain, key } = connection.credential;
  const { urls, runtimeId } = connection;
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  assert.ok((await run()).dueInMs <= 500);
  clock.advance(notAfter - clock.now() - HOUR_MS);
  const before = { certificateChain, key, fingerprint: 'of the one before', runtimeId, since: clock.now() - HOUR_MS };
  await know({
    urls,
    runtimeId,
    superseded: [{ ...before, connectorUrl: urls.connector, directorUrl: urls.director }],
  });
  const { warnings } = await run();
  assert.deepEqual(
    warnings.map(({ type }) => type),
    ['OldCertificateValid', 'RenewalOverdue'],
  );
  assert.deepEqual(revoked(), [false]);
});

test('what is superseded is due when its time has come, also before all else', async (t) => {
  const { run, connection, clock, know } = await stepContext(t);
  const { certificateChain, key } = connection.credential;
  const { urls, runtimeId } = connection;
  const before = { certificateChain, key, fingerprint: 'of the one before', runtimeId, since: clock.now() };
  await know({
    urls,
    runtimeId,
    superseded: [{ ...before, connectorUrl: urls.connector, directorUrl: urls.director }],
  });
  assert.equal((await run()).dueInMs, 5 * 60_000);
});

test('without anything to pair with only a change from outside helps', async (t) => {
  const { run, cluster, secret, know, simulator } = await stepContext(t);
  await cluster.delete(secret);
  const { dueInMs, credential, renewAt, connection, ...rest } = await run();
  assert.deepEqual([dueInMs, credential, renewAt, connection], [NONE, undefined, undefined, undefined]);
  assert.deepEqual(
    [rest.step, rest.attempted, reasonIn({ ...rest, dueInMs, credential, renewAt, connection })],
    [...['establish', true, 'TokenRequired']],
  );
  await know({ runtimeId: simulator.runtimeId });
  assert.equal(reasonIn(await run({ configuration: MISSING, isRenewalAskedFor: true })), 'ConfigurationMissing');
});

test('a certificate that nobody knows the place of is none to connect with, and is shown', async (t) => {
  const { run, know, connection, renewAt } = await stepContext(t);
  await know();
  const lost = await run({ isRenewalAskedFor: true });
  assert.deepEqual([lost.connection, lost.dueInMs, reasonIn(lost)], [undefined, NONE, 'TokenRequired']);
  assert.match(String(lost.error), /the stored certificate is good, but nothing says where Compass is/);
  assert.deepEqual([lost.credential?.fingerprint, lost.renewAt], [connection.credential.fingerprint, renewAt]);
});

test('a certificate that Compass refuses is asked about now and then: it may have been a mistake', async (t) => {
  const { run, simulator, clock, takeCalls } = await stepContext(t);
  await run();
  const [certificate] = simulator.certificates.list();
  assert.ok(certificate);
  simulator.revokeCertificates();
  const refused = await run({ isSuspect: true });
  assert.deepEqual([refused.connection, refused.dueInMs, reasonIn(refused)], [undefined, 0, 'Rejected']);
  takeCalls();
  const waiting = await run();
  assert.deepEqual([waiting.connection, waiting.dueInMs, reasonIn(waiting)], [undefined, 500, 'Rejected']);
  assert.match(String(waiting.error), /request a new one-time token/);
  assert.deepEqual(takeCalls(), []);
  clock.advance(500);
  await run();
  assert.deepEqual(takeCalls(), ['connector-mtls configuration Rejected', 'director runtime Rejected']);
});

test('a pairing that fails is due after its own wait, or when a certificate that serves is to be renewed', async (t) => {
  const { run, withToken, renewAt, clock, simulator } = await stepContext(t);
  await run();
  simulator.switches.tokenDatabaseDown = true;
  const asked = { ...withToken('of-somebody'), isReconnectAskedFor: true };
  const failed = await run(asked);
  assert.deepEqual([failed.reconnectError?.reason, failed.dueInMs], ['TokenRefused', 2_000]);
  clock.advance(500);
  assert.equal((await run(asked)).dueInMs, 1_500);
  clock.advance(renewAt - clock.now() - 1_000);
  await run(asked);
  assert.equal((await run(asked)).dueInMs, 1_000);
});

test('a pairing that waits for a configuration is due never, and the certificate that serves in its own time', async (t) => {
  const { run, context, renewAt, clock, issued, cluster, secret } = await stepContext(t);
  await run();
  await context.journal.write({ ...issued, phase: 'configured', configuredAt: clock.now(), subject: 'CN=x' } as never);
  clock.advance(renewAt - clock.now() - HOUR_MS);
  const waiting = await run({ configuration: MISSING, isReconnectAskedFor: true });
  assert.deepEqual([waiting.reconnectError?.reason, waiting.dueInMs], ['ConfigurationMissing', HOUR_MS]);
  const other = new ConnectionStep(context, () => 0);
  await cluster.delete(secret);
  assert.equal((await run({ configuration: MISSING }, other)).dueInMs, NONE);
});

test('a reconnect that is asked for without a token leaves the connection, and says what it lacks', async (t) => {
  const { run } = await stepContext(t);
  const asked = await run({ isReconnectAskedFor: true });
  assert.deepEqual([asked.connection !== undefined, asked.error], [true, undefined]);
  assert.match(asked.reconnectError?.message ?? '', /a reconnect was asked for, but there is no unused TOKEN/);
  assert.equal((await run()).reconnectError, undefined);
});

test('while a disconnect is under way no token is spent, and nothing that waits is installed', async (t) => {
  const { run, know, withToken, context, issued, takeCalls } = await stepContext(t);
  const disconnected = { id: 'a', since: 1, purge: false };
  await know({ disconnected });
  await context.journal.write({ ...issued, purpose: 'renew' });
  const result = await run({ ...withToken('new'), isReconnectAskedFor: true });
  assert.deepEqual([reasonIn(result), result.connection, takeCalls()], ['Disconnected', undefined, []]);
});

test('another connection’s Secret is left alone: no token is spent, and nothing that waits is installed', async (t) => {
  const { run, withToken, context, issued, takeCalls, cluster, secret } = await stepContext(t);
  const annotations = { 'compass.kyma-project.io/connection': 'another' };
  await cluster.mergePatch(secret, { metadata: { annotations } });
  await context.journal.write({ ...issued, purpose: 'renew' });
  const result = await run({ ...withToken('new'), isReconnectAskedFor: true });
  assert.deepEqual([reasonIn(result), result.connection, takeCalls()], ['ForeignObject', undefined, []]);
});

test('K3: what the container before could not store is taken over, once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-step-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const mirror = new JournalMirror(folder, 'compass-connection', silentLog);
  const { run, context, clock } = await stepContext(t, { mirror });
  const journal = { ...CONFIGURED, configuredAt: clock.now() };
  await mirror.put(journal);
  await run();
  assert.deepEqual([context.journal.value?.phase, await readdir(folder)], ['configured', []]);
  await mirror.put(journal);
  await run();
  assert.equal((await readdir(folder)).length, 1, 'what this process itself keeps there was taken for another’s');
});
