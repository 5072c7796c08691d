import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { swapPair } from '../../../sidecar/connection/credential-store.ts';
import type { IssuedJournal } from '../../../sidecar/connection/journal.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { keepSuperseded } from '../../../sidecar/connection/superseded.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { compassContext } from './compass-context.ts';
import { memoryContext } from './memory-context.ts';

/** Two connections, the pair of the first in the client Secret. */
async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  const { config } = memoryContext().context;
  for (const name of new Set([config.clientSecret.namespace, config.caSecret.namespace])) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const compass = await compassContext(t, { cluster });
  const [old, next] = [await compass.pair(), await compass.pair()];
  const store = (journal: IssuedJournal) => swapPair(cluster, config, journal, silentLog);
  await store(old.journal);
  const { context } = compass;
  const write = (changes: Partial<StoredState>) => context.state.write({ ...freshState(), ...changes });
  const kept = () => context.state.value?.superseded;
  return { ...compass, cluster, old: old.connection, next, store, write, kept, client: config.clientSecret };
}

test('S17: the pair of another identity is kept before it is replaced, with all that it takes to revoke it', async (t) => {
  const { context, clock, old, next, write, kept } = await start(t);
  const urls = { connector: 'https://c.example/graphql', director: 'https://d.example/graphql' };
  await write({ urls, runtimeId: 'before', tenant: 'tenant' });
  await keepSuperseded(context, next.connection);
  const [pair, ...others] = kept() ?? [];
  const { key, ...rest } = pair ?? assert.fail('it is not kept');
  assert.deepEqual([key.reveal(), others], [old.credential.key.reveal(), []]);
  assert.deepEqual(rest, {
    certificateChain: old.credential.certificateChain,
    fingerprint: old.credential.fingerprint,
    connectorUrl: urls.connector,
    directorUrl: urls.director,
    runtimeId: 'before',
    since: clock.now(),
  });
  assert.equal(context.state.value?.tenant, 'tenant');
  await write({ urls });
  await keepSuperseded(context, next.connection);
  assert.equal(kept()?.[0]?.runtimeId, next.connection.runtimeId);
});

test('S17: the latest five are kept, each once', async (t) => {
  const { context, old, next, write, kept } = await start(t);
  const { urls } = old;
  await write({ urls });
  await keepSuperseded(context, next.connection);
  const [pair = assert.fail('it is not kept')] = kept() ?? [];
  const before = ['a', 'b', pair.fingerprint, 'c', 'd', 'e'].map((fingerprint) => ({ ...pair, fingerprint }));
  await write({ urls, superseded: before });
  await keepSuperseded(context, next.connection);
  assert.deepEqual(
    kept()?.map(({ fingerprint }) => fingerprint),
    ['b', 'c', 'd', 'e', pair.fingerprint],
  );
});

test('S17: nothing is kept of the same identity, of one that nobody knows the Compass of, or where no pair is', async (t) => {
  const { context, old, next, write, kept, cluster, client, clock, store } = await start(t);
  const { urls } = old;
  await write({ urls });
  await keepSuperseded(context, old);
  assert.equal(kept(), undefined);
  await write({});
  await keepSuperseded(context, next.connection);
  assert.equal(kept(), undefined);
  await write({ urls });
  const spoilt = { key: Buffer.from('no key').toString('base64') };
  await cluster.mergePatch<Secret>({ kind: SECRET, ...client }, { data: spoilt });
  await keepSuperseded(context, next.connection);
  assert.equal(kept(), undefined);
  await cluster.delete({ kind: SECRET, ...client });
  await keepSuperseded(context, next.connection);
  assert.equal(kept(), undefined);
  await store(next.journal);
  clock.advance(1_000 * 24 * 3_600_000);
  await keepSuperseded(context, old);
  assert.equal(kept(), undefined, 'it has expired');
});

test('S17: a pair that cannot be read, or is of another connection, is not written over unseen', async (t) => {
  const { context, old, next, write, cluster, client } = await start(t);
  await write({ urls: old.urls });
  const away = new CompassError('ClusterUnreachable', 'no way');
  const door = { ...cluster, find: () => Promise.reject(away) } as unknown as Cluster;
  await assert.rejects(keepSuperseded({ ...context, cluster: door }, next.connection), away);
  const annotations = { 'compass.kyma-project.io/connection': 'another' };
  await cluster.mergePatch<Secret>({ kind: SECRET, ...client }, { metadata: { annotations } });
  await assert.rejects(keepSuperseded(context, next.connection), { reason: 'ForeignObject' });
});
