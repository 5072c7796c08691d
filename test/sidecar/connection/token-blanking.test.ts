import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { hashToken, readToken } from '#common/compass/token.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { jsonLog } from '#common/log.ts';
import { TokenBlanking } from '../../../sidecar/connection/blank-token.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState, type TokenRecord } from '../../../sidecar/connection/state.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { memoryContext } from './memory-context.ts';

const CONFIGURATION = { kind: SECRET, namespace: 'compass-system', name: 'compass-agent-configuration' };
const USED: TokenRecord = { outcome: 'used', tries: 1, firstTriedAt: 1, mayHaveLeft: true };
const URL = 'https://connector.example.com/connector/graphql';

/** As the user pastes it, with where it is good for. */
const RAW = btoa(JSON.stringify({ token: 'of-the-user', connectorURL: URL }));

const configured = (text: string): Configuration => {
  const { token: value } = readToken(text);
  const token = { value, hash: hashToken(value) };
  return { connectorUrl: URL, runtimeId: 'r', tenant: undefined, token };
};

async function start(t: TestContext, values: Readonly<Record<string, string>>, parts: Partial<ConnectionContext> = {}) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CONFIGURATION.namespace } });
  const { kind: _kind, ...metadata } = CONFIGURATION;
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: values } as Secret);
  const way: { failing: unknown; tries: number; before?: () => Promise<unknown> } = { failing: undefined, tries: 0 };
  const mergePatch = async (...args: Parameters<Cluster['mergePatch']>) => {
    way.tries += 1;
    await way.before?.();
    return way.failing === undefined ? cluster.mergePatch(...args) : Promise.reject(way.failing);
  };
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line), 'info', Date.now);
  const { context, clock } = memoryContext({ cluster: { ...cluster, mergePatch } as Cluster, log, ...parts });
  const know = (text: string, record: TokenRecord) =>
    context.state.write({ ...freshState(), tokens: { [hashToken(readToken(text).token)]: record } });
  const stored = async () => {
    const { data = {} } = await cluster.get<Secret>(CONFIGURATION);
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value)]));
  };
  const record = (text: string) => context.state.value?.tokens[hashToken(readToken(text).token)];
  const blanking = new TokenBlanking(context, () => 0);
  return { cluster, way, clock, context, lines, know, stored, record, blanking };
}

test('a used token is taken out once, and that is remembered', async (t) => {
  const { blanking, know, stored, record, context, way } = await start(t, { TOKEN: 'of-the-user', TENANT: 'a' });
  await know('of-the-user', USED);
  await blanking.run(configured('of-the-user'));
  assert.deepEqual(await stored(), { TOKEN: '', TENANT: 'a' });
  assert.deepEqual(record('of-the-user'), { ...USED, blanked: true });
  const { metadata } = await context.cluster.get<Secret>(CONFIGURATION);
  assert.ok(metadata.managedFields?.some(({ manager }) => manager === 'compass-sidecar'));
  assert.deepEqual(blanking.warnings, []);
  // GitOps puts it back.
  const { cluster } = context;
  await cluster.mergePatch(CONFIGURATION, { data: { TOKEN: btoa('of-the-user') } });
  const { tries } = way;
  await blanking.run(configured('of-the-user'));
  assert.deepEqual([await stored(), way.tries], [{ TOKEN: 'of-the-user', TENANT: 'a' }, tries]);
});

for (const [what, outcome] of [
  ['tried', 'trying'],
  ['spent, with the reason beside it,', 'spent'],
] as const) {
  test(`a token that is ${what} stays`, async (t) => {
    const { blanking, know, stored, way } = await start(t, { TOKEN: 'of-the-user' });
    await blanking.run(configured('of-the-user'));
    await know('of-the-user', { ...USED, outcome });
    await blanking.run(configured('of-the-user'));
    assert.deepEqual([await stored(), way.tries], [{ TOKEN: 'of-the-user' }, 0]);
  });
}

for (const [what, values, kept] of [
  ['gives its URL to a Secret without one', { TOKEN: RAW }, { TOKEN: '', CONNECTOR_URL: URL }],
  ['gives its URL in place of an empty one', { TOKEN: RAW, CONNECTOR_URL: '' }, { TOKEN: '', CONNECTOR_URL: URL }],
  ['leaves the URL that is there', { TOKEN: RAW, CONNECTOR_URL: 'a' }, { TOKEN: '', CONNECTOR_URL: 'a' }],
] as const) {
  test(`a token that says where it is good for ${what}`, async (t) => {
    const { blanking, know, stored } = await start(t, values);
    await know(RAW, USED);
    await blanking.run(configured(RAW));
    assert.deepEqual(await stored(), kept);
  });
}

for (const [what, change] of [
  ['is immutable', { immutable: true }],
  ['has another token by now', { data: { TOKEN: btoa('of-somebody') } }],
  ['has something by now that is no token', { data: { TOKEN: btoa('https://one two') } }],
  ['has no token any more', { data: { TOKEN: null, other: btoa('x') } }],
  ['has no data any more', { data: null }],
] as const) {
  test(`a Secret that ${what} stays as it is, and the token counts as taken out`, async (t) => {
    const { blanking, know, cluster, record, way, lines } = await start(t, { TOKEN: 'of-the-user' });
    await know('of-the-user', USED);
    await cluster.mergePatch(CONFIGURATION, change);
    const before = await cluster.get(CONFIGURATION);
    await blanking.run(configured('of-the-user'));
    assert.deepEqual(await cluster.get(CONFIGURATION), before);
    assert.deepEqual([record('of-the-user')?.blanked, blanking.warnings, way.tries, lines], [true, [], 0, []]);
  });
}

test('a Secret that is gone is none to take a token out of', async (t) => {
  const { blanking, know, cluster, record } = await start(t, { TOKEN: 'of-the-user' });
  await know('of-the-user', USED);
  await cluster.delete(CONFIGURATION);
  await blanking.run(configured('of-the-user'));
  assert.equal(record('of-the-user')?.blanked, true);
  assert.equal(await cluster.find(CONFIGURATION), undefined);
});

test('who does not lead, or is told to stop, takes nothing out', async (t) => {
  const lease = { isOurs: false };
  const stop = new AbortController();
  const parts = { isLeader: () => lease.isOurs, stopping: stop.signal };
  const { blanking, know, stored } = await start(t, { TOKEN: 'of-the-user' }, parts);
  await know('of-the-user', USED);
  await blanking.run(configured('of-the-user'));
  lease.isOurs = true;
  stop.abort();
  await blanking.run(configured('of-the-user'));
  assert.deepEqual(await stored(), { TOKEN: 'of-the-user' });
});

const refusal = (reason: Reason) => new CompassError(reason, 'cannot patch secrets: no');

test('what keeps a token in its place is warned about until it is over, and said once for each reason', async (t) => {
  const { blanking, know, stored, way, clock, lines } = await start(t, { TOKEN: 'of-the-user' });
  await know('of-the-user', USED);
  const run = async (failing: unknown, afterMs: number) => {
    way.failing = failing;
    clock.advance(afterMs);
    await blanking.run(configured('of-the-user'));
    return [way.tries, blanking.warnings.length, lines.length];
  };
  assert.deepEqual(await run(refusal('ClusterUnreachable'), 0), [1, 0, 0]);
  assert.deepEqual(await run(refusal('ClusterForbidden'), 2_499), [1, 0, 0]);
  assert.deepEqual(await run(refusal('ClusterForbidden'), 1), [2, 1, 1]);
  assert.deepEqual(await run(refusal('ClusterForbidden'), 60_000), [3, 1, 1]);
  assert.deepEqual(await run(refusal('ClusterRefused'), 60_000), [4, 1, 2]);
  const [warning] = blanking.warnings;
  assert.equal(warning?.type, 'TokenKept');
  assert.match(warning.message, /is used, and could not be taken out: cannot patch secrets: no$/);
  assert.deepEqual(await run(undefined, 60_000), [5, 0, 3]);
  assert.deepEqual(await stored(), { TOKEN: '' });
});

test('a warning about a token is over as soon as another lies there, or none', async (t) => {
  const { blanking, know, way, clock } = await start(t, { TOKEN: 'of-the-user' });
  await know('of-the-user', USED);
  way.failing = refusal('ClusterForbidden');
  const { token: _token, ...rest } = configured('of-the-user');
  const others = [
    configured('another'),
    { ...rest, token: undefined },
    new CompassError('ConfigurationMissing', 'none'),
  ];
  for (const other of others) {
    clock.advance(3_600_000);
    await blanking.run(configured('of-the-user'));
    assert.equal(blanking.warnings.length, 1);
    await blanking.run(other);
    assert.deepEqual(blanking.warnings, []);
  }
});

test('waits for a right to take a token out grow, and begin anew for the next token', async (t) => {
  const { context, know, way, clock, cluster } = await start(t, { TOKEN: 'of-the-user' });
  const blanking = new TokenBlanking(context, () => 1);
  await know('of-the-user', USED);
  const failAfter = async (ms: number, text = 'of-the-user') => {
    way.failing = refusal('ClusterForbidden');
    clock.advance(ms);
    await blanking.run(configured(text));
    return way.tries;
  };
  assert.deepEqual([await failAfter(0), await failAfter(5_000), await failAfter(5_000)], [1, 2, 2]);
  way.failing = undefined;
  clock.advance(5_000);
  await blanking.run(configured('of-the-user'));
  await cluster.mergePatch(CONFIGURATION, { data: { TOKEN: btoa('another') } });
  await know('another', USED);
  assert.deepEqual([await failAfter(0, 'another'), await failAfter(5_000, 'another')], [4, 5]);
});

test('a token that somebody puts in place of the used one at the same moment stays', async (t) => {
  const { blanking, know, stored, way, cluster, clock } = await start(t, { TOKEN: 'of-the-user' });
  await know('of-the-user', USED);
  way.before = () => cluster.mergePatch(CONFIGURATION, { data: { TOKEN: btoa('another') } });
  await blanking.run(configured('of-the-user'));
  assert.deepEqual(await stored(), { TOKEN: 'another' });
  clock.advance(5_000);
  await blanking.run(configured('of-the-user'));
  assert.deepEqual(await stored(), { TOKEN: 'another' });
});

test('a state that somebody deleted, or that knows the token no more, is not written for it', async (t) => {
  for (const left of [undefined, freshState()]) {
    const { context, know } = await start(t, { TOKEN: 'of-the-user' });
    const document = memoryDocument<StoredState>();
    const state = new DocumentStore(document);
    await know('of-the-user', USED);
    await state.write(context.state.value ?? assert.fail('there is no state'));
    await document.remove(undefined);
    if (left) await document.write(left, undefined);
    state.forget();
    await new TokenBlanking({ ...context, state }, () => 0).run(configured('of-the-user'));
    assert.equal((await document.read())?.value, left);
  }
});

test('what is no error of the cluster is not hidden', async (t) => {
  const { blanking, know, way } = await start(t, { TOKEN: 'of-the-user' });
  await know('of-the-user', USED);
  way.failing = new Error('out of memory');
  await assert.rejects(blanking.run(configured('of-the-user')), /out of memory/);
});
