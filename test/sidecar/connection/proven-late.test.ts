import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { Upkeep } from '../../../sidecar/connection/upkeep.ts';
import { WaitingRenewal } from '../../../sidecar/connection/waiting-renewal.ts';
import { pairedContext } from './compass-context.ts';

const MISSING = new CompassError('ConfigurationMissing', 'there is none');

/** A renewal that was issued, and waits in the journal to be proven. */
async function start(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const compass = await pairedContext(t, parts);
  const { context, simulator } = compass;
  const { journal: issued, connection } = await compass.pair();
  const journal = { ...issued, purpose: 'renew' } as const;
  await context.journal.write(journal);
  await context.state.write({ ...freshState(), runtimeId: 'of-the-state', tenant: 'tenant' });
  compass.takeCalls();
  const upkeep = new Upkeep(context, () => 0);
  const renewal = new WaitingRenewal(context, upkeep, () => 1);
  const configuration = {
    connectorUrl: `${simulator.urls.connector}?configured`,
    ...{ runtimeId: simulator.runtimeId, tenant: simulator.tenant, token: undefined },
  };
  const run = (configured: typeof configuration | CompassError = configuration) =>
    renewal.run(
      {
        ...{ configuration: configured, specUrls: undefined, isReconnectAskedFor: false },
        ...{ isRenewalAskedFor: false, isSuspect: false },
      },
      context.state.value ?? freshState(),
    );
  return { ...compass, journal, upkeep, renewal, run, next: connection };
}

test('I2: a renewal that waits is proven, stored and remembered, as the connection of the configuration', async (t) => {
  const { context, clock, upkeep, renewal, run, next, simulator, takeCalls, cluster } = await start(t);
  assert.equal(renewal.dueInMs, 0);
  clock.advance(1_000);
  const outcome = await run();
  const { connection, ...rest } = outcome ?? assert.fail('there is none');
  assert.deepEqual(rest, { step: 'maintain', attempted: true, did: 'renewed' });
  assert.deepEqual(
    [connection?.credential.fingerprint, connection?.runtimeId, connection?.tenant, connection?.trustAnchorUrl],
    [next.credential.fingerprint, simulator.runtimeId, simulator.tenant, `${simulator.urls.connector}?configured`],
  );
  assert.equal(upkeep.proven, next.credential.fingerprint);
  assert.deepEqual([context.journal.value, takeCalls()], [undefined, ['director runtime ok']]);
  assert.deepEqual([context.state.value?.renewed, context.state.value?.acquired], [clock.now(), clock.now()]);
  const secret = await cluster.find({ kind: SECRET, ...context.config.clientSecret });
  assert.ok(secret, 'it is stored');
  assert.equal(renewal.dueInMs, Number.POSITIVE_INFINITY);
  assert.equal(await run(), undefined);
});

test('I2: without a configuration the state says whose the renewal is, and its own Connector what is trusted', async (t) => {
  const { context, run, journal, simulator } = await start(t);
  await context.state.write({ ...freshState(), runtimeId: simulator.runtimeId, tenant: simulator.tenant });
  const connection = (await run(MISSING))?.connection;
  assert.deepEqual(
    [connection?.runtimeId, connection?.tenant, connection?.trustAnchorUrl],
    [simulator.runtimeId, simulator.tenant, journal.urls.connector],
  );
  const other = await start(t);
  await other.context.state.write(freshState());
  assert.equal(await other.run(MISSING), undefined);
  assert.deepEqual(other.takeCalls(), []);
});

test('I2: only what a renewal was issued is a renewal that waits', async (t) => {
  const { context, renewal, run, journal, takeCalls } = await start(t);
  const { purpose, startedAt, key } = journal;
  for (const other of [
    { ...journal, purpose: 'pair' as const },
    { purpose, startedAt, key, phase: 'prepared' as const },
  ]) {
    await context.journal.write(other);
    assert.equal(renewal.dueInMs, Number.POSITIVE_INFINITY);
    assert.equal(await run(), undefined);
  }
  assert.deepEqual(takeCalls(), []);
});

test('I2: a renewal that cannot be proven is tried again when it is due, and says meanwhile what stands in its way', async (t) => {
  const { renewal, run, simulator, clock, takeCalls, context } = await start(t);
  simulator.faults.add({ target: 'director', status: 503 });
  const failed = await run();
  assert.equal(renewal.dueInMs, 1_000);
  const waiting = await run();
  for (const [outcome, attempted] of [
    [failed, true],
    [waiting, false],
  ] as const) {
    const { error, ...rest } = outcome ?? assert.fail('there is none');
    assert.deepEqual(rest, { connection: undefined, step: 'maintain', attempted });
    assert.equal((error as CompassError).reason, 'CompassUnavailable');
    assert.doesNotMatch(String(error), /one-time token/);
  }
  assert.equal(takeCalls().length, 1);
  simulator.faults.clear();
  clock.advance(1_000);
  const journal = context.journal.value ?? assert.fail('it is gone');
  assert.equal((await run())?.did, 'renewed');
  await context.journal.write(journal);
  simulator.faults.add({ target: 'director', status: 503 });
  await run();
  assert.equal(renewal.dueInMs, 1_000, 'what failed before is over');
});

test('I2: a renewal that is refused, or has expired, says that a token is needed', async (t) => {
  const refused = await start(t);
  refused.simulator.revokeCertificates();
  const rejected = (await refused.run())?.error;
  assert.match(String(rejected), /one-time token/);
  assert.equal((rejected as CompassError).reason, 'Rejected');
  const late = await start(t);
  late.context.compassTime.observe(0);
  late.clock.advance(1_000 * 24 * 3_600_000);
  late.context.compassTime.observe(0);
  const expired = (await late.run())?.error;
  assert.match(String(expired), /one-time token/);
  assert.equal((expired as CompassError).reason, 'CertificateExpired');
});

/** A state that is written until `failure` is set. */
function failingState() {
  const document = memoryDocument<StoredState>();
  const store: { failure: Error | undefined } = { failure: undefined };
  const write: typeof document.write = (...args) =>
    store.failure ? Promise.reject(store.failure) : document.write(...args);
  return { store, state: new DocumentStore({ ...document, write }) };
}

test('I2: a renewal that cannot be stored has the one name for that, and a bug is not hidden', async (t) => {
  const { store, state } = failingState();
  const { run, clock } = await start(t, { state });
  store.failure = new CompassError('ClusterForbidden', 'it may not');
  const outcome = await run();
  assert.equal((outcome?.error as CompassError | undefined)?.reason, 'StoreForbidden');
  store.failure = new Error('a bug');
  clock.advance(1_000);
  await assert.rejects(run(), /a bug/);
});
