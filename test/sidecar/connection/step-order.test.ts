import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { hashToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import { pairOf } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import type { ConnectionInput } from '../../../sidecar/connection/connection-result.ts';
import { ConnectionStep } from '../../../sidecar/connection/connection-step.ts';
import { restorePair } from '../../../sidecar/connection/credential-store.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { reasonIn } from './bench.ts';
import { pairedContext } from './compass-context.ts';
import { CONFIGURED } from './memory-context.ts';

const NONE = Number.POSITIVE_INFINITY;
const CONFIGURATION = { kind: SECRET, namespace: 'compass-system', name: 'compass-agent-configuration' };

/** A pair in the client Secret, and a journal that a process before has left. */
async function start(t: TestContext) {
  const document = memoryDocument<Journal>();
  const compass = await pairedContext(t, { journal: new DocumentStore(document) });
  const { simulator, connection, cluster } = compass;
  const context = { ...compass.context, config: { ...compass.context.config, keySize: 2048 } };
  await restorePair(cluster, context.config, pairOf(connection.credential));
  const { urls, runtimeId } = connection;
  const know = (known: Partial<StoredState> = {}) => context.state.write({ ...freshState(), ...known });
  await know({ urls, runtimeId });
  const configuration: Configuration = {
    ...{ connectorUrl: simulator.urls.connector, runtimeId: simulator.runtimeId, tenant: simulator.tenant },
    token: undefined,
  };
  const step = new ConnectionStep(context, () => 0);
  const run = (asked: Partial<ConnectionInput> = {}) =>
    step.run({
      ...{ configuration, specUrls: undefined, isReconnectAskedFor: false },
      ...{ isRenewalAskedFor: false, isSuspect: false, ...asked },
    });
  const left = async (journal: Journal) => {
    await document.write(journal, undefined);
    context.journal.forget();
  };
  const secret = { kind: SECRET, ...context.config.clientSecret };
  const crt = async () => atob((await cluster.find<Secret>(secret))?.data?.['crt'] ?? '');
  return { ...compass, context, know, configuration, run, left, secret, crt };
}

test('a new pair that a process before has left is put to use, also while another serves', async (t) => {
  const { run, left, pair, crt } = await start(t);
  const { journal, connection } = await pair();
  await left(journal);
  const result = await run();
  assert.deepEqual([result.did, result.credential?.fingerprint], ['paired', connection.credential.fingerprint]);
  assert.equal((await crt()).trim(), journal.leaf.trim());
});

test('a second token that a process before has left is not used while a connection serves, and nobody asks', async (t) => {
  const { run, left, takeCalls, clock } = await start(t);
  await run();
  takeCalls();
  await left({ ...CONFIGURED, configuredAt: clock.now() });
  const { did, connection, reconnectError } = await run();
  assert.deepEqual([did, connection !== undefined, reconnectError, takeCalls()], [undefined, true, undefined, []]);
});

test('a renewal that a process before has left is gone on with, and is due again where it cannot be proven', async (t) => {
  const { run, left, pair, simulator, clock } = await start(t);
  const { journal, connection } = await pair();
  const { tokenHash: _hash, ...renewed } = { ...journal, purpose: 'renew' as const };
  await left(renewed);
  const fault = simulator.faults.add({ target: 'director', status: 503 });
  const waiting = await run();
  assert.deepEqual(
    [reasonIn(waiting), waiting.connection !== undefined, waiting.dueInMs],
    ['CompassUnavailable', true, 500],
  );
  simulator.faults.remove(fault);
  clock.advance(500);
  const result = await run();
  assert.deepEqual([result.did, result.credential?.fingerprint], ['renewed', connection.credential.fingerprint]);
});

/** A renewal that waits, and nothing else that works. */
async function renewalAlone(t: TestContext) {
  const parts = await start(t);
  const { journal } = await parts.pair();
  const { tokenHash: _hash, ...renewed } = { ...journal, purpose: 'renew' as const };
  await parts.cluster.delete(parts.secret);
  await parts.left(renewed);
  const token = { value: new Sensitive('new'), hash: 'hash of new' };
  return { ...parts, withToken: { configuration: { ...parts.configuration, token } } };
}

test('I2: a renewal that waits comes before any token, and is tried again when it is due', async (t) => {
  const { run, simulator, clock, withToken } = await renewalAlone(t);
  const fault = simulator.faults.add({ target: 'director', status: 503 });
  const waiting = await run(withToken);
  assert.deepEqual([reasonIn(waiting), waiting.step, waiting.dueInMs], ['CompassUnavailable', 'maintain', 500]);
  simulator.faults.remove(fault);
  clock.advance(500);
  assert.equal((await run(withToken)).did, 'renewed');
  const tokens = simulator.requests.list().filter(({ target, tokenHash }) => target === 'connector' && tokenHash);
  assert.equal(tokens.length, 4, 'the two pairs before cost two each');
});

test('I2: a renewal that waits gives way to a token that somebody asks to be used, and to any where Compass refuses it', async (t) => {
  const { run, simulator, withToken } = await renewalAlone(t);
  const fault = simulator.faults.add({ target: 'director', status: 503 });
  assert.equal(reasonIn(await run({ ...withToken, isReconnectAskedFor: true })), 'TokenRefused');
  simulator.faults.remove(fault);
  const other = await renewalAlone(t);
  other.simulator.revokeCertificates();
  assert.equal(reasonIn(await other.run(other.withToken)), 'TokenRefused');
});

test('what was renewed a moment ago is what comes back where the client Secret is deleted', async (t) => {
  const { run, cluster, secret, crt } = await start(t);
  const { did, credential } = await run({ isRenewalAskedFor: true });
  assert.equal(did, 'renewed');
  const renewed = await crt();
  await cluster.delete(secret);
  const restored = await run();
  assert.deepEqual([restored.credential?.fingerprint, await crt()], [credential?.fingerprint, renewed]);
  assert.match(restored.restored ?? '', /was deleted or damaged/);
});

test('a renewal that is asked for waits for nothing where there is nothing to renew', async (t) => {
  const { run, know } = await start(t);
  assert.equal((await run({ isRenewalAskedFor: true })).did, 'renewed');
  await know();
  assert.equal((await run({ isRenewalAskedFor: true })).dueInMs, NONE);
});

test('a used token is taken out of the configuration by a connection that works, and not before', async (t) => {
  const { run, know, cluster, configuration, connection } = await start(t);
  const { kind: _kind, ...metadata } = CONFIGURATION;
  const stringData = { TOKEN: 'of-the-user' };
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, stringData } as Secret);
  const value = new Sensitive('of-the-user');
  const token = { value, hash: hashToken(value) };
  const tokens = { [token.hash]: { outcome: 'used', tries: 1, firstTriedAt: 1, mayHaveLeft: true } } as const;
  const kept = async () => atob((await cluster.get<Secret>(CONFIGURATION)).data?.['TOKEN'] ?? '');
  await know({ tokens });
  assert.equal((await run({ configuration: { ...configuration, token } })).connection, undefined);
  assert.equal(await kept(), 'of-the-user');
  const { urls, runtimeId } = connection;
  await know({ tokens, urls, runtimeId });
  assert.deepEqual((await run({ configuration: { ...configuration, token } })).token, 'used');
  assert.equal(await kept(), '');
});

test('what keeps a used token in the configuration is among the warnings', async (t) => {
  const { run, know, configuration, connection, context } = await start(t);
  const { urls, runtimeId } = connection;
  const tokens = { one: { outcome: 'used', tries: 1, firstTriedAt: 1, mayHaveLeft: true } } as const;
  await know({ tokens, urls, runtimeId });
  const find = context.cluster.find;
  const refusal = new CompassError('ClusterForbidden', 'cannot get secrets: no');
  context.cluster.find = ((ref, ...rest) =>
    ref.name === CONFIGURATION.name ? Promise.reject(refusal) : find(ref, ...rest)) as typeof find;
  const token = { value: new Sensitive('x'), hash: 'one' };
  const { warnings } = await run({ configuration: { ...configuration, token } });
  assert.deepEqual(
    warnings.map(({ type }) => type),
    ['TokenKept'],
  );
});
