import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { jsonLog } from '#common/log.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Connection } from '../../../sidecar/connection/maintain.ts';
import { freshState, type StoredState, type SupersededPair } from '../../../sidecar/connection/state.ts';
import { Superseded } from '../../../sidecar/connection/superseded.ts';
import { compassContext } from './compass-context.ts';
import { CONFIGURED, ISSUED } from './memory-context.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const OK = 'connector-mtls revokeCertificate ok';

const givenUp = ({ credential, urls, runtimeId }: Connection, since: number): SupersededPair => ({
  certificateChain: credential.certificateChain,
  key: credential.key,
  fingerprint: credential.fingerprint,
  connectorUrl: urls.connector,
  directorUrl: urls.director,
  runtimeId,
  since,
});

/** Two connections, of which the first was given up for the second just now. */
async function start(t: TestContext, changes: Partial<StoredState> = {}) {
  const switches = { isLeader: () => true };
  const logged: string[] = [];
  const log = jsonLog(
    (line) => logged.push(line),
    'info',
    () => 0,
  );
  const compass = await compassContext(t, { isLeader: () => switches.isLeader(), log });
  const { context, clock, pair, takeCalls } = compass;
  clock.advance(HOUR_MS);
  const [{ connection: old }, { connection: present }] = [await pair(), await pair()];
  const waiting = givenUp(old, clock.now());
  await context.state.write({ ...freshState(), superseded: [waiting], ...changes });
  takeCalls();
  const superseded = new Superseded(context, () => 1);
  const left = () => context.state.value?.superseded?.map(({ fingerprint }) => fingerprint) ?? [];
  const types = () => superseded.warnings.map(({ type }) => type);
  return { ...compass, superseded, old, present, waiting, left, types, switches, logged };
}

test('S17: an identity that was given up is revoked after five minutes, to the millisecond, and forgotten', async (t) => {
  const { superseded, present, clock, left, revoked, takeCalls, types } = await start(t);
  assert.equal(superseded.dueInMs, 5 * MINUTE_MS);
  clock.advance(5 * MINUTE_MS - 1);
  await superseded.run(present.credential);
  assert.deepEqual([superseded.dueInMs, takeCalls(), left().length], [1, [], 1]);
  clock.advance(1);
  assert.equal(superseded.dueInMs, 0);
  clock.advance(1);
  assert.equal(superseded.dueInMs, 0);
  await superseded.run(present.credential);
  assert.deepEqual([takeCalls(), revoked(), left(), types()], [[OK], [true, false], [], []]);
  assert.equal(superseded.dueInMs, Number.POSITIVE_INFINITY);
  await superseded.run(present.credential);
  assert.deepEqual(takeCalls(), []);
});

test('S17: without a state there is nothing to revoke', async (t) => {
  const { context } = await compassContext(t);
  const superseded = new Superseded(context, () => 0);
  await superseded.run(undefined);
  assert.deepEqual([superseded.dueInMs, superseded.warnings], [Number.POSITIVE_INFINITY, []]);
});

test('S17: of several the first is due first, and each has a pass of its own', async (t) => {
  const { superseded, context, present, old, pair, clock, left, revoked } = await start(t);
  const { connection: third } = await pair();
  const now = clock.now();
  const pairs = [givenUp(old, now), givenUp(third, now - 2 * MINUTE_MS)];
  await context.state.write({ ...freshState(), superseded: pairs });
  assert.equal(superseded.dueInMs, 3 * MINUTE_MS);
  clock.advance(3 * MINUTE_MS);
  await superseded.run(present.credential);
  assert.deepEqual([revoked(), left()], [[false, false, true], [old.credential.fingerprint]]);
  assert.equal(superseded.dueInMs, 2 * MINUTE_MS);
});

test('S17: nothing is revoked while nothing works, unless a disconnect was asked for', async (t) => {
  const { superseded, clock, takeCalls, context } = await start(t);
  clock.advance(5 * MINUTE_MS);
  await superseded.run(undefined);
  assert.deepEqual(takeCalls(), []);
  const state = context.state.value ?? freshState();
  await context.state.write({ ...state, disconnected: { id: 'a', since: 1, purge: false } });
  await superseded.run(undefined);
  assert.deepEqual(takeCalls(), [OK]);
});

test('S17: nothing is revoked while a new pair waits for its swap, and a token that waits is no reason', async (t) => {
  const { superseded, present, clock, takeCalls, context } = await start(t);
  clock.advance(5 * MINUTE_MS);
  await context.journal.write(ISSUED);
  await superseded.run(present.credential);
  assert.deepEqual(takeCalls(), []);
  await context.journal.write(CONFIGURED);
  await superseded.run(present.credential);
  assert.deepEqual(takeCalls(), [OK]);
});

test('S17: what is in use all the same is forgotten, and not revoked', async (t) => {
  const { superseded, old, clock, takeCalls, left } = await start(t);
  clock.advance(5 * MINUTE_MS);
  await superseded.run(old.credential);
  assert.deepEqual([takeCalls(), left()], [[], []]);
});

test('S17: a revocation that fails is a warning, and tried again when it is due', async (t) => {
  const { superseded, present, clock, takeCalls, simulator, types, left, context } = await start(t);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  clock.advance(5 * MINUTE_MS);
  assert.deepEqual(types(), []);
  await superseded.run(present.credential);
  assert.deepEqual([types(), left().length, takeCalls().length], [['OldCertificateValid'], 1, 1]);
  assert.match(superseded.warnings[0]?.message ?? '', /503/);
  assert.equal(superseded.dueInMs, 1_000);
  await superseded.run(present.credential);
  assert.deepEqual(takeCalls(), []);
  const state = context.state.value ?? freshState();
  await context.state.write({ ...state, superseded: [] });
  assert.deepEqual(types(), []);
  await context.state.write(state);
  simulator.faults.clear();
  clock.advance(1_000);
  await superseded.run(present.credential);
  assert.deepEqual([takeCalls(), types(), left()], [[OK], [], []]);
  await context.state.write(state);
  assert.deepEqual([types(), superseded.dueInMs], [[], 0]);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  await superseded.run(present.credential);
  assert.equal(superseded.dueInMs, 1_000, 'what failed before is over');
});

test('S17: after a day of failures it is given up, and no earlier', async (t) => {
  const { superseded, present, clock, simulator, types, left, logged } = await start(t);
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  clock.advance(24 * HOUR_MS - 1);
  await superseded.run(present.credential);
  assert.match(logged.at(-1) ?? '', /could not be revoked yet, and is tried again/);
  assert.deepEqual([left().length, types()], [1, ['OldCertificateValid']]);
  clock.advance(superseded.dueInMs);
  await superseded.run(present.credential);
  assert.deepEqual([left(), types()], [[], []]);
  assert.match(logged.at(-1) ?? '', /is not revoked; it ends by its own date/);
  const other = await start(t);
  other.simulator.faults.add({ target: 'connectorMtls', status: 503 });
  other.clock.advance(24 * HOUR_MS);
  await other.superseded.run(other.present.credential);
  assert.deepEqual(other.left(), []);
});

test('R4: who does not lead revokes nothing, which is no failure', async (t) => {
  const { superseded, present, clock, switches, takeCalls, types } = await start(t);
  clock.advance(5 * MINUTE_MS);
  switches.isLeader = () => false;
  await superseded.run(present.credential);
  assert.deepEqual([takeCalls(), types(), superseded.dueInMs], [[], [], 0]);
  switches.isLeader = () => true;
  await superseded.run(present.credential);
  assert.deepEqual(takeCalls(), [OK]);
});

test('S17: a pair that cannot be used any more needs no revocation', async (t) => {
  const { superseded, present, clock, waiting, context, takeCalls, left, logged } = await start(t);
  clock.advance(5 * MINUTE_MS);
  await context.state.write({ ...freshState(), superseded: [{ ...waiting, key: new Sensitive('no key') }] });
  await superseded.run(present.credential);
  assert.deepEqual([takeCalls(), left()], [[], []]);
  assert.match(logged.at(-1) ?? '', /"msg":"the identity before is given up","outcome":"[^"]*key/);
});

test('a bug on the way to a revocation is not hidden', async (t) => {
  const { superseded, present, clock, switches } = await start(t);
  clock.advance(5 * MINUTE_MS);
  switches.isLeader = () => {
    throw new Error('a bug');
  };
  await assert.rejects(superseded.run(present.credential), /a bug/);
});
