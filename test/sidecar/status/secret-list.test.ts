import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { jsonLog, silentLog } from '#common/log.ts';
import { FINGERPRINT_ANNOTATION, ROTATED_AT_ANNOTATION } from '#common/resources/names.ts';
import { readSecrets, renderSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import { Sensitive } from '#common/sensitive.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { freshState } from '../../../sidecar/connection/state.ts';
import { SecretList } from '../../../sidecar/status/secret-list.ts';
import { SyncStep, type SyncStepOptions } from '../../../sidecar/sync-step.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from '../../common/sync/world.ts';
import { sampleApplications } from '../../simulator/samples.ts';

const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });
const REF = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-secrets' };
const KEY = new Sensitive('a-key-of-tests');

const addSamples = ({ simulator }: SyncWorld) => {
  for (const sample of sampleApplications) simulator.landscape.createApplication(sample);
};

/** A Compass with the samples, a cluster that follows it, and what is published of the Secrets. */
async function start(t: TestContext, options: { key?: Sensitive | undefined } = { key: KEY }) {
  const world = await startSyncWorld(t);
  const { cluster: fixture } = world;
  await fixture.cluster.create(NAMESPACE, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: REF.namespace },
  });
  const logged: string[] = [];
  const log = jsonLog((line) => logged.push(line), 'warn', Date.now);
  const { clock } = world;
  const fingerprintKey = () => options.key;
  const listOn = (cluster: Cluster) => new SecretList({ cluster, clock, log, config, fingerprintKey });
  const list = listOn(fixture.cluster);
  const noting = (own: SecretList) => ({ onSecrets: own.note.bind(own), fingerprintKey: () => KEY });
  const synchronize = world.another({}, fixture.cluster, noting(list));
  const round = async () => {
    const outcome = await synchronize();
    await list.publish();
    return outcome;
  };
  const published = async () => readSecrets((await fixture.cluster.find<ConfigMap>(REF))?.data?.[SECRETS_KEY]);
  /** Whether these are the requests about the ConfigMap since the last call; a genuine server does not tell. */
  let seen = 0;
  const assertRequests = (expected: readonly string[]) => {
    if (!fixture.embedded) return;
    const all = fixture.embedded.requests();
    const since = all.slice(seen).filter(({ path }) => path.includes('/configmaps'));
    seen = all.length;
    assert.deepEqual(
      since.map(({ method }) => method),
      expected,
    );
  };
  return { world, fixture, list, listOn, round, published, assertRequests, logged };
}

const secretsOf = async ({ cluster }: { cluster: Cluster }) => {
  const found = [];
  for await (const { items } of cluster.listPages(SECRET, { namespace: INTEGRATION_NAMESPACE })) {
    found.push(...items.filter(({ metadata }) => metadata.labels?.['bundleId']));
  }
  return found;
};

test('what is published of the Secrets is what their annotations say, and holds no value', async (t) => {
  const { world, fixture, round, published } = await start(t);
  addSamples(world);
  await round();
  const secrets = await secretsOf(fixture);
  assert.ok(secrets.length > 2);
  const read = await published();
  assert.equal(read?.namespace, INTEGRATION_NAMESPACE);
  assert.deepEqual([...(read?.secrets.keys() ?? [])], secrets.map(({ metadata }) => metadata.name).toSorted());
  for (const { metadata } of secrets) {
    const { [FINGERPRINT_ANNOTATION]: fingerprint, [ROTATED_AT_ANNOTATION]: rotatedAt } = metadata.annotations ?? {};
    assert.ok(fingerprint && rotatedAt, metadata.name);
    const { name, creationTimestamp: createdAt } = metadata;
    assert.deepEqual(read?.secrets.get(name), { name, createdAt, rotatedAt, fingerprint });
  }
  const { metadata } = await fixture.cluster.get<ConfigMap>(REF);
  assert.equal(metadata.labels, undefined, 'whoever looks for reports would download it');
});

test('a round that changes nothing writes and reads nothing of it, and one after a restart reads once', async (t) => {
  const { world, fixture, list, listOn, round, assertRequests } = await start(t);
  addSamples(world);
  await round();
  assertRequests(['GET', 'POST']);
  const version = async () => (await fixture.cluster.get(REF)).metadata.resourceVersion;
  const before = await version();
  assertRequests(['GET']);
  await round();
  assertRequests([]);
  const restarted = listOn(fixture.cluster);
  const synchronize = world.another({}, fixture.cluster, {
    onSecrets: restarted.note.bind(restarted),
    fingerprintKey: () => KEY,
  });
  await synchronize();
  await restarted.publish();
  assertRequests(['GET']);
  list.forget();
  await round();
  assertRequests(['GET']);
  assert.equal(await version(), before);
});

test('without the key there are no fingerprints', async (t) => {
  const { world, round, published } = await start(t, { key: undefined });
  addSamples(world);
  await round();
  const secrets = [...((await published())?.secrets.values() ?? [])];
  assert.ok(secrets.length > 2);
  for (const { rotatedAt, fingerprint } of secrets) assert.ok(rotatedAt && !fingerprint);
});

test('marks that somebody else put on a Secret of his are not passed on', async (t) => {
  const { fixture, round, published } = await start(t);
  await fixture.cluster.create(SECRET, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'of-somebody-else',
      namespace: INTEGRATION_NAMESPACE,
      labels: { bundleId: 'b' },
      annotations: { [FINGERPRINT_ANNOTATION]: 'f00d'.repeat(8) },
    },
  });
  await round();
  const secret = (await published())?.secrets.get('of-somebody-else');
  assert.ok(secret?.createdAt);
  assert.equal(secret?.fingerprint, undefined);
});

test('what somebody else wrote or deleted meanwhile is written anew with the next change', async (t) => {
  const { world, fixture, round, published } = await start(t);
  await round();
  await fixture.cluster.mergePatch(REF, { data: { [SECRETS_KEY]: 'nonsense' } }, { fieldManager: 'operator' });
  addSamples(world);
  await round();
  const count = (await published())?.secrets.size ?? 0;
  assert.ok(count > 2);
  await fixture.cluster.delete(REF);
  const [sample] = sampleApplications;
  assert.ok(sample);
  world.simulator.landscape.createApplication({ ...sample, name: 'one-more' });
  await round();
  assert.ok(((await published())?.secrets.size ?? 0) > count);
});

test('where it may not be written that is one warning, and the synchronization is as good as ever', async (t) => {
  const { world, fixture, listOn, logged, published } = await start(t);
  addSamples(world);
  const refuse = () =>
    Promise.reject(new CompassError('ClusterForbidden', 'cannot get configmaps in namespace compass-system'));
  const refused = Object.assign(Object.create(fixture.cluster) as Cluster, { find: refuse });
  const list = listOn(refused);
  const synchronize = world.another({}, fixture.cluster, { onSecrets: list.note.bind(list) });
  const outcome = await synchronize();
  await list.publish();
  assert.equal(outcome.applyError, undefined);
  assert.ok(outcome.inSync > 0);
  assert.equal(list.failure, 'cannot get configmaps in namespace compass-system');
  assert.equal(logged.length, 1);
  assert.match(logged.join(''), /the list of Secrets was not written.*cannot get configmaps/);
  assert.equal(await published(), undefined);
});

test('what another replica wrote since is not overwritten by what was noted before it', async (t) => {
  const { world, fixture, list, round, published } = await start(t);
  addSamples(world);
  await round();
  await fixture.cluster.mergePatch(REF, { data: { [SECRETS_KEY]: renderSecrets(INTEGRATION_NAMESPACE, new Map()) } });
  list.forget();
  await list.publish();
  assert.equal((await published())?.secrets.size, 0);
  await round();
  assert.ok(((await published())?.secrets.size ?? 0) > 2);
});

test('what a purge left is told until it is written, also by the process after it', async (t) => {
  const { world, listOn, fixture, round, published } = await start(t);
  addSamples(world);
  await round();
  assert.ok(((await published())?.secrets.size ?? 0) > 2);
  const outcome = { result: 'succeeded', message: 'disconnected', counts: {} } as const;
  const restAfter = async (purge: boolean) => {
    const state = { value: { ...freshState(), disconnected: { id: 'one', since: 0, purge, outcome } } };
    const parts = { config, clock: world.clock, random: () => 0, log: silentLog, state };
    const step = new SyncStep({ ...parts, secretList: listOn(fixture.cluster) } as unknown as SyncStepOptions);
    await step.rest();
  };
  await restAfter(false);
  assert.ok(((await published())?.secrets.size ?? 0) > 2);
  await restAfter(true);
  assert.equal((await published())?.secrets.size, 0);
});

test('now and then it is looked whether it is still what was written', async (t) => {
  const { world, fixture, list, round, published } = await start(t);
  addSamples(world);
  await round();
  await fixture.cluster.delete(REF);
  world.clock.advance(59 * 60_000);
  await list.publish();
  assert.equal(await fixture.cluster.find(REF), undefined);
  world.clock.advance(60_000);
  await list.publish();
  assert.ok(((await published())?.secrets.size ?? 0) > 2);
});

test('a round that could not read the Secrets says nothing of them', async (t) => {
  const { world, fixture, listOn, round, published } = await start(t);
  addSamples(world);
  await round();
  const before = await published();
  const list = listOn(fixture.cluster);
  const listPages: Cluster['listPages'] = () => {
    throw new CompassError('ClusterUnavailable', 'no answer');
  };
  const blind = Object.assign(Object.create(fixture.cluster) as Cluster, { listPages });
  const outcome = await world.another({}, blind, { onSecrets: list.note.bind(list) })();
  assert.equal(outcome.applyError?.reason, 'ClusterUnavailable');
  await list.publish();
  assert.deepEqual(await published(), before);
});
