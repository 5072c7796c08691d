import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { hashToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { reasonIn } from './bench.ts';
import { CONFIGURED } from './memory-context.ts';
import { renewalAlone, stepContext } from './step-context.ts';

const CONFIGURATION = { kind: SECRET, namespace: 'compass-system', name: 'compass-agent-configuration' };

test('a new pair that a process before has left is put to use, also while another serves', async (t) => {
  const { run, left, pair, crt } = await stepContext(t);
  const { journal, connection } = await pair();
  await left(journal);
  const result = await run();
  assert.deepEqual([result.did, result.credential?.fingerprint], ['paired', connection.credential.fingerprint]);
  assert.equal((await crt()).trim(), journal.leaf.trim());
});

test('a second token that a process before has left is not used while a connection serves, and nobody asks', async (t) => {
  const { run, left, takeCalls, clock } = await stepContext(t);
  await run();
  takeCalls();
  await left({ ...CONFIGURED, configuredAt: clock.now() });
  const { did, connection, reconnectError } = await run();
  assert.deepEqual([did, connection !== undefined, reconnectError, takeCalls()], [undefined, true, undefined, []]);
});

test('a renewal that a process before has left is gone on with, and is due again where it cannot be proven', async (t) => {
  const { run, left, pair, simulator, clock } = await stepContext(t);
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

test('I2: a renewal that waits comes before any token, and is tried again when it is due', async (t) => {
  const { run, simulator, clock, withToken } = await renewalAlone(t);
  const fault = simulator.faults.add({ target: 'director', status: 503 });
  const waiting = await run(withToken('new'));
  assert.deepEqual([reasonIn(waiting), waiting.step, waiting.dueInMs], ['CompassUnavailable', 'maintain', 500]);
  simulator.faults.remove(fault);
  clock.advance(500);
  assert.equal((await run(withToken('new'))).did, 'renewed');
  const tokens = simulator.requests.list().filter(({ target, tokenHash }) => target === 'connector' && tokenHash);
  assert.equal(tokens.length, 4, 'the two pairs before cost two each');
});

test('I2: a renewal that waits gives way to a token that somebody asks to be used, and to any where Compass refuses it', async (t) => {
  const { run, simulator, withToken } = await renewalAlone(t);
  const fault = simulator.faults.add({ target: 'director', status: 503 });
  assert.equal(reasonIn(await run({ ...withToken('new'), isReconnectAskedFor: true })), 'TokenRefused');
  simulator.faults.remove(fault);
  const other = await renewalAlone(t);
  other.simulator.revokeCertificates();
  assert.equal(reasonIn(await other.run(other.withToken('new'))), 'TokenRefused');
});

test('a used token is taken out of the configuration by a connection that works, and not before', async (t) => {
  const { run, know, cluster, configuration, connection } = await stepContext(t);
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
  const { run, know, configuration, connection, context } = await stepContext(t);
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
