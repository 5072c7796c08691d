import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, CUSTOM_RESOURCE_DEFINITION, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { type FollowEvent, keepWatching } from '#common/cluster/watch.ts';
import { hasReason } from '#common/errors.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';

const CONNECTION: Kind = {
  apiVersion: 'compass.kyma-project.io/v1alpha1',
  kind: 'CompassConnection',
  plural: 'compassconnections',
  namespaced: false,
};

function configMap(name: string, data: Record<string, string> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels: { seen: 'yes' } },
    data,
  };
}

function story({ type, ...rest }: FollowEvent<KubeObject>): string {
  if ('object' in rest) return `${type} ${rest.object.metadata.name}`;
  return 'installed' in rest && !rest.installed ? 'not installed' : type;
}

/** Follows a kind for the length of a test; gives what it told so far. */
function follow(t: TestContext, cluster: Cluster, kind: Kind, pollMs: number): readonly string[] {
  const told: string[] = [];
  const ending = new AbortController();
  const following = keepWatching(cluster, kind, {
    ...(kind.namespaced ? { labelSelector: 'seen=yes' } : {}),
    pollMs,
    clock: systemClock,
    random: () => 0,
    signal: ending.signal,
    onEvent: (event) => told.push(story(event)),
  });
  t.after(async () => {
    ending.abort();
    await following;
  });
  return told;
}

function hasTold(told: readonly string[], ...wanted: readonly string[]): Promise<unknown> {
  return until(
    () => `told: ${wanted.join(', ')}; so far ${told.join(', ')}`,
    () => Promise.resolve(wanted.every((line) => told.includes(line))),
  );
}

test('a follower tells what is there, and every change', async (t) => {
  const { cluster } = await startTestCluster(t);
  await cluster.create(CONFIG_MAP, configMap('first'));
  const told = follow(t, cluster, CONFIG_MAP, 60_000);
  await hasTold(told, 'synced');
  await cluster.create(CONFIG_MAP, configMap('second'));
  await cluster.mergePatch({ kind: CONFIG_MAP, name: 'first', namespace: 'default' }, { data: { a: '1' } });
  await cluster.delete({ kind: CONFIG_MAP, name: 'second', namespace: 'default' });
  await hasTold(told, 'deleted second');
  assert.deepEqual(told, ['added first', 'synced', 'added second', 'modified first', 'deleted second']);
});

test('an object that leaves the selection is gone for the follower', async (t) => {
  const { cluster } = await startTestCluster(t);
  await cluster.create(CONFIG_MAP, configMap('leaves'));
  const told = follow(t, cluster, CONFIG_MAP, 60_000);
  await hasTold(told, 'synced');
  const ref = { kind: CONFIG_MAP, name: 'leaves', namespace: 'default' };
  await cluster.mergePatch(ref, { metadata: { labels: { seen: 'no' } } });
  await hasTold(told, 'deleted leaves');
});

test('a kind that is missing is waited for, and followed when it appears and again after it was gone', async (t) => {
  const { cluster } = await startTestCluster(t);
  const definition = (await readCrds('field')).find(({ metadata }) => metadata.name.startsWith('compassconnections'));
  assert.ok(definition);
  const told = follow(t, cluster, CONNECTION, 200);
  await hasTold(told, 'not installed');
  const connection = {
    apiVersion: CONNECTION.apiVersion,
    kind: CONNECTION.kind,
    metadata: { name: 'one' },
    spec: { managementInfo: { connectorUrl: '', directorUrl: '' } },
  };
  await installCrd(cluster, definition);
  await cluster.create(CONNECTION, connection);
  await hasTold(told, 'added one');
  await cluster.delete({ kind: CUSTOM_RESOURCE_DEFINITION, name: definition.metadata.name });
  await hasTold(told, 'deleted one');
  await until('it is missed', () => Promise.resolve(told.lastIndexOf('not installed') > told.indexOf('added one')));
});

test('a watch from a version that is long gone ends as expired', async (t) => {
  const { cluster, compact } = await startTestCluster(t, { crds: 'field' });
  await compact();
  const watch = cluster.watch(CONNECTION, { resourceVersion: '1', signal: t.signal })[Symbol.asyncIterator]();
  await assert.rejects(watch.next(), (error: unknown) => hasReason(error, 'ClusterWatchExpired'));
});

test('a list whose continue token expired says so', async (t) => {
  const { cluster, compact } = await startTestCluster(t);
  for (const name of ['a', 'b', 'c']) await cluster.create(CONFIG_MAP, configMap(name));
  const pages = cluster.listPages(CONFIG_MAP, { namespace: 'default', pageSize: 1 })[Symbol.asyncIterator]();
  await pages.next();
  await cluster.create(CONFIG_MAP, configMap('d'));
  await compact();
  await assert.rejects(pages.next(), (error: unknown) => hasReason(error, 'ClusterWatchExpired'));
});

test('a watch ends by itself after its time, and at once by its signal', async (t) => {
  const { cluster } = await startTestCluster(t);
  const { metadata } = await cluster.create<KubeObject>(CONFIG_MAP, configMap('still'));
  const ending = new AbortController();
  const resourceVersion = metadata.resourceVersion ?? '';
  const options = { resourceVersion, labelSelector: 'seen=yes', signal: AbortSignal.any([t.signal, ending.signal]) };
  const timed: string[] = [];
  for await (const { type } of cluster.watch(CONFIG_MAP, { ...options, timeoutSeconds: 1 })) timed.push(type);
  assert.deepEqual(
    timed.filter((type) => type !== 'bookmark'),
    [],
  );
  const watch = cluster.watch(CONFIG_MAP, { ...options, timeoutSeconds: 60 })[Symbol.asyncIterator]();
  const next = watch.next();
  ending.abort();
  assert.equal((await next).done, true);
});
