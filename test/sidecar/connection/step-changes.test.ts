import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { pairOf } from '#common/pki/certificate.ts';
import type { ConnectionInput } from '../../../sidecar/connection/connection-result.ts';
import { restorePair } from '../../../sidecar/connection/credential-store.ts';
import { reasonIn } from './bench.ts';
import { CONFIGURED } from './memory-context.ts';
import { renewalAlone, stepContext } from './step-context.ts';

const HOUR_MS = 3_600_000;
const MISSING = new CompassError('ConfigurationMissing', 'there is none');

test('what was found out about a credential that is given up says nothing of the next: it is asked about at once', async (t) => {
  const { run, step, takeCalls } = await stepContext(t);
  await run();
  takeCalls();
  step.forget();
  await run();
  assert.deepEqual(takeCalls(), ['connector-mtls configuration ok']);
});

test('a pairing that failed before all was given up is tried at once', async (t) => {
  const { run, step, withToken, simulator, takeCalls } = await stepContext(t);
  simulator.switches.tokenDatabaseDown = true;
  const asked = { ...withToken('of-somebody'), isReconnectAskedFor: true };
  const tries = async () => {
    takeCalls();
    await run(asked);
    return takeCalls().includes('connector configuration TokenRefused');
  };
  assert.deepEqual([await tries(), await tries()], [true, false]);
  step.forget();
  assert.equal(await tries(), true);
});

test('a newer token is tried at once, whatever became of the one before', async (t) => {
  const { run, withToken, cluster, secret, takeCalls } = await stepContext(t);
  await cluster.delete(secret);
  const tries = async (text: string) => {
    takeCalls();
    await run(withToken(text));
    return takeCalls().includes('connector configuration TokenRefused');
  };
  assert.deepEqual([await tries('one'), await tries('one'), await tries('two')], [true, false, true]);
});

test('a pair that takes the place of an accepted one, and is refused, gives way to that again', async (t) => {
  const { run, pair, context, connection, simulator } = await stepContext(t);
  const { connection: other } = await pair();
  await run();
  const [, second] = simulator.certificates.list();
  await fetch(`${simulator.adminUrl}/certificates/${second?.fingerprint}/revoke`, { method: 'POST' });
  await restorePair(context.cluster, context.config, pairOf(other.credential));
  const refused = await run();
  assert.deepEqual([refused.connection, refused.dueInMs], [undefined, 0]);
  const restored = await run();
  assert.equal(restored.connection?.credential.fingerprint, connection.credential.fingerprint);
  assert.match(restored.restored ?? '', /held a certificate that Compass refuses/);
});

test('what serves comes back as somebody wrote it, where the client Secret is deleted', async (t) => {
  const { run, cluster, secret, crt, context, connection } = await stepContext(t);
  const pair = pairOf(connection.credential);
  await restorePair(cluster, context.config, { ...pair, crt: `by hand\n${pair.crt}` });
  assert.equal((await run()).restored, undefined);
  await cluster.delete(secret);
  assert.match((await run()).restored ?? '', /was deleted or damaged/);
  assert.match(await crt(), /^by hand\n/);
});

test('a connection is due when its certificate is, unless it has to be asked about before', async (t) => {
  const { run, renewAt, clock, simulator, takeCalls } = await stepContext(t);
  clock.advance(renewAt - clock.now() - HOUR_MS);
  assert.equal((await run()).dueInMs, HOUR_MS);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  clock.advance(HOUR_MS - 100);
  takeCalls();
  const failed = await run({ isSuspect: true });
  assert.deepEqual([takeCalls().length, reasonIn(failed), failed.dueInMs], [1, 'CompassUnavailable', 500]);
});

test('beside a pairing that waits a certificate is due when it may be renewed, or when its upkeep is tried again', async (t) => {
  const { run, renewAt, clock, simulator, left } = await stepContext(t);
  clock.advance(renewAt - clock.now() - HOUR_MS);
  await run();
  await left({ ...CONFIGURED, configuredAt: clock.now() });
  const waiting = { configuration: MISSING, isReconnectAskedFor: true };
  assert.equal((await run(waiting)).dueInMs, HOUR_MS);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  clock.advance(HOUR_MS);
  assert.equal((await run(waiting)).dueInMs, 500);
  clock.advance(100);
  assert.equal((await run(waiting)).dueInMs, 400);
});

test('a renewal that is asked for again is due after a while, where there is a connection to renew', async (t) => {
  const { run, know, context } = await stepContext(t);
  assert.equal((await run({ isRenewalAskedFor: true })).did, 'renewed');
  assert.equal((await run({ isRenewalAskedFor: true })).dueInMs, context.config.minimalSyncMs);
  await know();
  assert.equal((await run({ isRenewalAskedFor: true })).dueInMs, Number.POSITIVE_INFINITY);
});

test('what was renewed just now is what comes back', async (t) => {
  const { run, cluster, secret, crt } = await stepContext(t);
  await run({ isRenewalAskedFor: true });
  const renewed = await crt();
  await cluster.delete(secret);
  await run();
  assert.equal(await crt(), renewed);
});

test('without a certificate there is nothing to warn of', async (t) => {
  const { run, cluster, secret } = await stepContext(t);
  await cluster.delete(secret);
  assert.deepEqual((await run()).warnings, []);
});

test('a certificate that Compass refuses does not serve while a pairing fails', async (t) => {
  const { run, simulator, withToken } = await stepContext(t);
  simulator.revokeCertificates();
  assert.equal(reasonIn(await run({ isSuspect: true })), 'Rejected');
  const failed = await run(withToken('of-somebody'));
  assert.deepEqual([reasonIn(failed), failed.connection], ['TokenRefused', undefined]);
});

test('I2: a renewal that waits is put to use although somebody asks for another pairing', async (t) => {
  const { run, waiting } = await renewalAlone(t);
  const { did, connection } = await run({ isReconnectAskedFor: true });
  assert.deepEqual([did, connection?.credential.fingerprint], ['renewed', waiting.credential.fingerprint]);
});

test('I2: a renewal that waited until it expired gives way to a token', async (t) => {
  const { run, waiting, withToken, clock, context } = await renewalAlone(t);
  clock.advance(waiting.credential.notAfter - clock.now());
  context.compassTime.observe(0);
  assert.equal(reasonIn(await run(withToken('of-somebody'))), 'TokenRefused');
});

test('C21: URLs that a person edits are asked about at once, and those that are known are not', async (t) => {
  const { run, connection, takeCalls } = await stepContext(t);
  const { urls } = connection;
  await run();
  assert.deepEqual(takeCalls(), ['connector-mtls configuration ok']);
  await run({ specUrls: urls });
  assert.deepEqual(takeCalls(), []);
  const director = `${urls.director}?edited`;
  await run({ specUrls: { ...urls, director } });
  assert.deepEqual(takeCalls(), ['connector-mtls configuration ok']);
  await run({ specUrls: { ...urls, director } });
  assert.deepEqual(takeCalls(), []);
});

test('upkeep that failed is tried at once when anything that is given changes, and not else', async (t) => {
  const { run, simulator, takeCalls, configuration, withToken } = await stepContext(t);
  await run();
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  await run({ isSuspect: true });
  takeCalls();
  const tries = async (asked: Partial<ConnectionInput>) => {
    await run(asked);
    return takeCalls().length;
  };
  assert.equal(await tries({}), 0);
  for (const changed of [
    { ...configuration, connectorUrl: `${configuration.connectorUrl}?changed` },
    { ...configuration, runtimeId: '11111111-1111-4111-8111-111111111111' },
    { ...configuration, tenant: 'another' },
    withToken('new').configuration,
    MISSING,
    new CompassError('ConfigurationInvalid', 'it is'),
  ]) {
    assert.equal(await tries({ configuration: changed }), 1);
    assert.equal(await tries({ configuration: changed }), 0);
  }
});

test('while upkeep goes well a change of the configuration alone asks nobody', async (t) => {
  const { run, takeCalls, configuration } = await stepContext(t);
  await run();
  takeCalls();
  await run({ configuration: { ...configuration, tenant: undefined } });
  assert.deepEqual(takeCalls(), []);
});
