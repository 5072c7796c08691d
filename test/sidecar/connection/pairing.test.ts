import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { hashToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import type { ConnectionInput, Outcome } from '../../../sidecar/connection/connection-result.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import type { Connection } from '../../../sidecar/connection/maintain.ts';
import { Pairing } from '../../../sidecar/connection/pairing.ts';
import { Upkeep } from '../../../sidecar/connection/upkeep.ts';
import { pairedContext } from './compass-context.ts';
import { CONFIGURED, ISSUED, PREPARED } from './memory-context.ts';

const MISSING = new CompassError('ConfigurationMissing', 'there is none');

/** Something to pair with, and something that serves where a test says so. */
async function start(t: TestContext, { random = 0, ...parts }: Partial<ConnectionContext> & { random?: number } = {}) {
  const compass = await pairedContext(t, parts);
  const { simulator, clock, connection } = compass;
  const context = { ...compass.context, config: { ...compass.context.config, renewalJitter: 0 } };
  const upkeep = new Upkeep(context, () => 0);
  const pairing = new Pairing(context, upkeep, () => random);
  const configured = (text = simulator.requestToken().token): Configuration => {
    const value = new Sensitive(text);
    const { runtimeId, tenant, urls } = simulator;
    return { connectorUrl: urls.connector, runtimeId, tenant, token: { value, hash: hashToken(value) } };
  };
  const run = (
    configuration: Configuration | CompassError,
    { serving, ...asked }: Partial<ConnectionInput> & { serving?: Connection } = {},
  ) =>
    pairing.run(
      {
        ...{ configuration, specUrls: undefined, isReconnectAskedFor: false },
        ...{ isRenewalAskedFor: false, isSuspect: false, ...asked },
      },
      serving,
    );
  const tries = () => compass.takeCalls().filter((call) => call.startsWith('connector configuration')).length;
  const makeOld = () => clock.advance(upkeep.renewAt(connection.credential) - clock.now());
  return { ...compass, context, upkeep, pairing, configured, run, tries, makeOld };
}

const reasonOf = ({ error }: Outcome) => (error instanceof CompassError ? error.reason : error);

test('a token pairs, and what it gives is accepted and due for nothing', async (t) => {
  const { run, configured, upkeep, pairing, simulator } = await start(t);
  const configuration = { ...configured(), connectorUrl: `${simulator.urls.connector}?configured` };
  const { connection, ...rest } = await run(configuration);
  assert.deepEqual(rest, { step: 'establish', attempted: true, did: 'paired' });
  assert.equal(connection?.trustAnchorUrl, configuration.connectorUrl);
  assert.deepEqual([connection?.runtimeId, connection?.tenant], [simulator.runtimeId, simulator.tenant]);
  assert.equal(upkeep.proven, connection?.credential.fingerprint);
  assert.deepEqual([pairing.schedule.failures, pairing.isBlocked, pairing.isUnderWay], [0, false, false]);
});

test('a configuration that cannot be used blocks a pairing, until it can', async (t) => {
  const { run, configured, pairing, tries } = await start(t);
  assert.equal(pairing.isBlocked, false);
  const outcome = await run(MISSING);
  assert.deepEqual(outcome, { connection: undefined, step: 'establish', attempted: true, error: MISSING });
  assert.deepEqual([pairing.isBlocked, tries()], [true, 0]);
  assert.equal((await run(configured())).did, 'paired');
  assert.equal(pairing.isBlocked, false);
});

test('C12: a token that is refused is tried again after two seconds, a twentieth less at most, and told of meanwhile', async (t) => {
  for (const [random, waitMs] of [
    [0, 2_000],
    [1, 1_950],
  ] as const) {
    const { run, configured, pairing, simulator, clock, tries } = await start(t, { random });
    simulator.switches.tokenDatabaseDown = true;
    const configuration = configured();
    const failed = await run(configuration);
    assert.deepEqual(
      [failed.connection, failed.step, failed.attempted, reasonOf(failed)],
      [undefined, 'establish', true, 'TokenRefused'],
    );
    assert.deepEqual([pairing.schedule.dueInMs, tries()], [waitMs, 1]);
    const waiting = await run(configuration);
    assert.deepEqual([waiting.attempted, waiting.error, tries()], [false, failed.error, 0]);
    clock.advance(waitMs);
    await run(configuration);
    assert.equal(pairing.schedule.dueInMs, random === 0 ? 4_000 : 3_850);
    simulator.switches.tokenDatabaseDown = false;
    clock.advance(4_000);
    assert.equal((await run(configuration)).did, 'paired');
    simulator.switches.tokenDatabaseDown = true;
    await run(configured());
    assert.equal(pairing.schedule.dueInMs, waitMs, 'the next one begins anew');
  }
});

test('a pairing that was given up leaves nothing behind', async (t) => {
  const { run, configured, pairing, simulator, tries } = await start(t);
  simulator.switches.tokenDatabaseDown = true;
  const configuration = configured();
  await run(configuration);
  await run(MISSING);
  pairing.forget();
  assert.deepEqual([pairing.isBlocked, pairing.schedule.isDue, pairing.schedule.failures], [false, true, 0]);
  tries();
  await run(configuration);
  assert.equal(tries(), 1);
});

test('a new pair that Compass refuses says that a token is needed', async (t) => {
  const { run, configured, simulator } = await start(t);
  simulator.faults.add({ target: 'director', status: 401 });
  const outcome = await run(configured());
  assert.equal(reasonOf(outcome), 'Rejected');
  assert.match(String(outcome.error), /one-time token/);
  const other = await start(t);
  other.simulator.faults.add({ target: 'director', status: 503 });
  assert.doesNotMatch(String((await other.run(other.configured())).error), /one-time token/);
});

test('what cannot be stored has the one name for that, and no token leaves', async (t) => {
  const { run, configured, store, tries, pairing } = await start(t);
  store.failure = new CompassError('ClusterForbidden', 'it may not');
  assert.equal(reasonOf(await run(configured())), 'StoreForbidden');
  assert.equal(tries(), 0);
  assert.deepEqual(pairing.warnings, []);
  const unproven = await start(t);
  unproven.store.failure = new CompassError('ClusterRefused', 'no dry run', { status: 400 });
  assert.equal((await unproven.run(unproven.configured())).did, 'paired');
  assert.deepEqual(
    unproven.pairing.warnings.map(({ type }) => type),
    ['NotProvable'],
  );
});

test('a pairing is under way once its token is spent', async (t) => {
  const { pairing, context } = await start(t);
  for (const [journal, isUnderWay] of [
    [PREPARED, false],
    [CONFIGURED, true],
    [ISSUED, true],
    [{ ...ISSUED, purpose: 'renew' }, false],
  ] as const) {
    await context.journal.write(journal);
    assert.equal(pairing.isUnderWay, isUnderWay);
  }
});

test('K26: while a pairing fails what serves is as good as its own upkeep says', async (t) => {
  const { run, configured, connection, simulator } = await start(t);
  simulator.switches.tokenDatabaseDown = true;
  const { reconnectError, ...rest } = await run(configured(), { serving: connection });
  assert.deepEqual(rest, { connection, step: 'maintain', attempted: true });
  assert.equal(reconnectError?.reason, 'TokenRefused');
  const waiting = await run(configured(), { serving: connection });
  assert.deepEqual([waiting.attempted, waiting.reconnectError], [false, reconnectError]);
  const damaged = await run(MISSING, { serving: connection });
  assert.deepEqual([damaged.attempted, damaged.reconnectError, 'error' in damaged], [true, MISSING, false]);
});

test('a bug in a pairing is told as such, and what serves goes on', async (t) => {
  const bug = new Error('a bug');
  const isLeader = { now: () => true };
  const { run, configured, connection } = await start(t, { isLeader: () => isLeader.now() });
  isLeader.now = () => {
    throw bug;
  };
  const outcome = await run(configured(), { serving: connection });
  assert.deepEqual([outcome.error, outcome.connection, outcome.reconnectError], [bug, connection, undefined]);
});

test('what serves is asked about while it is suspect alone, and given up where the Director refuses it', async (t) => {
  const { run, connection, simulator, takeCalls, upkeep } = await start(t);
  await run(MISSING, { serving: connection });
  assert.deepEqual(takeCalls(), []);
  const good = await run(MISSING, { serving: connection, isSuspect: true });
  assert.deepEqual([good.connection, takeCalls()], [connection, ['director runtime ok']]);
  await run(MISSING, { isSuspect: true });
  assert.deepEqual(takeCalls(), []);
  simulator.revokeCertificates();
  const { error, ...refused } = await run(MISSING, { serving: connection, isSuspect: true });
  assert.deepEqual(refused, { connection: undefined, step: 'establish', attempted: true });
  assert.equal((error as CompassError).reason, 'Rejected');
  assert.match(String(error), /one-time token/);
  assert.ok(upkeep.rejectionOf(connection.credential.fingerprint));
});

test('C22: what serves is renewed when it must be while a pairing waits, and not asked after otherwise', async (t) => {
  const { run, connection, makeOld, takeCalls } = await start(t);
  await run(MISSING, { serving: connection });
  assert.deepEqual(takeCalls(), []);
  makeOld();
  const { did, reconnectError, connection: renewed } = await run(MISSING, { serving: connection });
  assert.deepEqual([did, reconnectError], ['renewed', MISSING]);
  assert.notEqual(renewed?.credential.fingerprint, connection.credential.fingerprint);
  assert.equal(takeCalls().length, 3);
});

test('C22: a renewal that would make a second token void waits for half of the time that is left', async (t) => {
  const { run, connection, makeOld, takeCalls, context, clock } = await start(t);
  const { commonName, notAfter } = connection.credential;
  await context.journal.write({ ...CONFIGURED, subject: `CN=${commonName}` });
  makeOld();
  const asked = { serving: connection, isRenewalAskedFor: true };
  assert.equal((await run(MISSING, asked)).did, undefined);
  assert.deepEqual(takeCalls(), []);
  clock.advance((notAfter - clock.now()) / 2);
  assert.equal((await run(MISSING, asked)).did, 'renewed');
  const other = await start(t);
  await other.context.journal.write({ ...PREPARED, purpose: 'renew' });
  const outcome = await other.run(MISSING, { serving: other.connection, isRenewalAskedFor: true });
  assert.equal(outcome.did, 'renewed', 'where no token waits a renewal that is asked for comes at once');
});

test('a new pair that was refused gives way to another token, and one that nobody has refused since does not', async (t) => {
  const { run, configured, pairing, context, pair, simulator, tries, clock } = await start(t);
  const another = async () => {
    const { journal } = await pair();
    await context.journal.write(journal);
    tries();
    return journal;
  };
  const first = await another();
  const refuse = { target: 'director', status: 401, times: 1 } as const;
  simulator.faults.add(refuse);
  assert.equal(reasonOf(await run(configured())), 'Rejected');
  pairing.forget();
  assert.equal((await run(configured())).did, 'paired', 'the refusal is forgotten');
  assert.deepEqual([tries(), context.journal.value], [0, undefined]);
  await context.journal.write(first);
  simulator.faults.add(refuse);
  assert.equal(reasonOf(await run(configured())), 'Rejected');
  clock.advance(2_000);
  assert.equal((await run(configured())).did, 'paired', 'it gives way');
  assert.equal(tries(), 1);
  await another();
  assert.equal((await run(configured())).did, 'paired', 'the refusal is over');
  assert.equal(tries(), 0);
});

test('I2: a first pair that nobody could prove until it was old is stored all the same', async (t) => {
  const { run, configured, pair, context, makeOld, clock, simulator } = await start(t);
  await context.journal.write((await pair()).journal);
  simulator.faults.add({ target: 'director', status: 503 });
  const configuration = configured();
  assert.equal(reasonOf(await run(configuration)), 'CompassUnavailable');
  makeOld();
  // It was issued later than the one by which that is told.
  clock.advance(60_000);
  assert.equal((await run(configuration)).did, 'paired');
});
