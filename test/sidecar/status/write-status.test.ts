import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { connectionStatus } from '../../../sidecar/status/connection-status.ts';
import type { Observation } from '../../../sidecar/status/observation.ts';
import { StatusWriter, type WantedConnection } from '../../../sidecar/status/write-status.ts';
import type { Crds } from '../../cluster/crds.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { connected, NOON, synchronized } from './observations.ts';

const NAME = 'compass-connection';
const REF = { kind: COMPASS_CONNECTION, name: NAME };
const URLS = {
  connectorUrl: 'https://connector.example.com/graphql',
  directorUrl: 'https://director.example.com/graphql',
};

const EVERY_DEFINITION: readonly Crds[] = ['field', 'ours', 'field-with-status', 'ours-with-status'];

function wanted(observation: Observation, more: Partial<WantedConnection> = {}): WantedConnection {
  const settle = { now: observation.now, periodMs: 300_000 };
  return { status: connectionStatus(undefined, observation), urls: URLS, settle, ...more };
}

function get(cluster: TestCluster): Promise<CompassConnection> {
  return cluster.cluster.get<CompassConnection>(REF);
}

function readyOf({ status }: CompassConnection): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

async function start(t: TestContext, crds: Crds) {
  const cluster = await startTestCluster(t, { crds });
  const writer = new StatusWriter(cluster.cluster, NAME);
  // a definition that is new may still be without its storage: the next pass tries again, and so does this
  const create = (first: WantedConnection) =>
    until('the CompassConnection is created', async () => {
      const { connection, error } = await writer.write(undefined, first);
      if (error) throw error;
      return connection;
    });
  return { cluster, writer, create };
}

for (const crds of EVERY_DEFINITION) {
  test(`an absent CompassConnection is created with its status, and nothing is written again (${crds})`, async (t) => {
    const { cluster, writer, create } = await start(t, crds);
    const connection = await create(wanted(synchronized(), { urls: undefined }));
    const stored = await get(cluster);
    assert.deepEqual(stored.spec, { managementInfo: { connectorUrl: '', directorUrl: '' } });
    assert.equal(stored.status?.connectionState, 'Synchronized');
    assert.equal(readyOf(stored), crds.startsWith('ours') ? 'True' : undefined);

    const later = synchronized({}, { now: NOON + 60_000 });
    const unchanged = connectionStatus(wanted(synchronized()).status, later);
    const again = await writer.write(connection, wanted(later, { urls: undefined, status: unchanged }));
    assert.equal((await get(cluster)).metadata.resourceVersion, stored.metadata.resourceVersion);
    assert.equal(again.connection?.metadata.resourceVersion, stored.metadata.resourceVersion);
  });

  test(`status, URLs, flags and finished requests change together, and kubectl wait believes it (${crds})`, async (t) => {
    const { cluster, writer, create } = await start(t, crds);
    await create(wanted(connected(), { urls: undefined }));
    const asked = await cluster.cluster.mergePatch<CompassConnection>(REF, {
      metadata: {
        annotations: { 'compass.kyma-project.io/sync': 'id-1', 'compass.kyma-project.io/renew': 'id-2', mine: 'stays' },
      },
      spec: { resyncNow: true, refreshCredentialsNow: true },
    });
    const done = {
      resyncNow: true,
      requests: [
        { verb: 'sync', id: 'id-1' },
        { verb: 'renew', id: 'another' },
      ],
    } as const;
    const { error } = await writer.write(asked, wanted(synchronized(), { done }));
    assert.equal(error, undefined);
    const stored = await get(cluster);
    assert.deepEqual(stored.spec, { managementInfo: URLS, resyncNow: false, refreshCredentialsNow: true });
    assert.deepEqual(stored.metadata.annotations, { 'compass.kyma-project.io/renew': 'id-2', mine: 'stays' });
    assert.equal(stored.status?.connectionState, 'Synchronized');
    for (const condition of stored.status?.conditions ?? []) {
      assert.equal(condition.observedGeneration, stored.metadata.generation);
    }
    if (crds.startsWith('ours') && !NO_KUBECTL) {
      const wait = await cluster.kubectl([
        'wait',
        '--for=condition=Ready',
        `compassconnection/${NAME}`,
        '--timeout=10s',
      ]);
      assert.equal(wait.code, 0, wait.stderr);
    }
  });
}

test('a change of spec by somebody is observed with the next pass, under a definition that counts every write', async (t) => {
  const { cluster, writer, create } = await start(t, 'ours');
  await create(wanted(synchronized()));
  const changed = await cluster.cluster.mergePatch<CompassConnection>(REF, { spec: { resyncNow: true } });
  const { connection } = await writer.write(changed, wanted(synchronized()));
  assert.equal(connection?.status?.conditions?.[0]?.observedGeneration, connection?.metadata.generation);
  const again = await writer.write(connection, wanted(synchronized()));
  assert.equal(
    again.connection?.metadata.resourceVersion,
    connection?.metadata.resourceVersion,
    'and then it is quiet',
  );
});

test('K5: a conflict is answered by a fresh read, and the change of the other one stays', async (t) => {
  const { cluster, writer, create } = await start(t, 'ours');
  const connection = await create(wanted(connected()));
  await cluster.cluster.mergePatch(REF, { metadata: { labels: { team: 'blue' } }, spec: { resyncNow: true } });
  const { error } = await writer.write(connection, wanted(synchronized()));
  assert.equal(error, undefined);
  const stored = await get(cluster);
  assert.equal(stored.status?.connectionState, 'Synchronized');
  assert.equal(stored.metadata.labels?.['team'], 'blue');
  assert.equal(stored.spec.resyncNow, true);
  const observed = stored.status?.conditions?.[0]?.observedGeneration ?? 0;
  assert.ok(observed < (stored.metadata.generation ?? 0), 'what it has not seen it does not say it has observed');
});

test('K18: a status of nonsense is put right, and an error that is gone is removed', async (t) => {
  const { cluster, writer, create } = await start(t, 'field');
  await create(wanted(synchronized()));
  const spoilt = await cluster.cluster.mergePatch<CompassConnection>(REF, {
    status: {
      connectionState: 'Bananas',
      connectionStatus: { error: 'nonsense', lastSync: null },
      synchronizationStatus: null,
    },
  });
  await writer.write(spoilt, wanted(synchronized()));
  const { status } = await get(cluster);
  assert.equal(status?.connectionState, 'Synchronized');
  assert.equal(status?.connectionStatus.error, undefined);
  assert.equal(status?.synchronizationStatus?.lastSuccessfulFetch, '2026-03-01T12:00:00Z');
});

test('K19: without the definition nothing is written, and the reason says so', async (t) => {
  const { writer } = await start(t, 'none');
  const { connection, error } = await writer.write(undefined, wanted(synchronized()));
  assert.equal(connection, undefined);
  assert.equal(error?.reason, 'NotInstalled');
});

test('a CompassConnection that was deleted during the pass is not brought back behind its deletion', async (t) => {
  const { cluster, writer, create } = await start(t, 'ours');
  const connection = await create(wanted(connected()));
  await cluster.cluster.delete(REF);
  const { connection: after, error } = await writer.write(connection, wanted(synchronized()));
  assert.equal(error, undefined);
  assert.equal(after, undefined);
  assert.equal(await cluster.cluster.find(REF), undefined);
});

test('a definition that gets the status subresource while the sidecar runs is noticed', async (t) => {
  const { cluster, writer, create } = await start(t, 'ours');
  const connection = await create(wanted(connected()));
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/compassconnections.compass.kyma-project.io';
  const body = [{ op: 'add', path: '/spec/versions/0/subresources', value: { status: {} } }];
  await cluster.request('PATCH', path, { body, contentType: 'application/json-patch+json' });
  await untilSubresource(cluster);
  const { error } = await writer.write(connection, wanted(synchronized()));
  assert.equal(error, undefined);
  assert.equal((await get(cluster)).status?.connectionState, 'Synchronized');
});

async function untilSubresource(cluster: TestCluster): Promise<void> {
  await until('the subresource is served', async () => {
    const list = (await cluster.cluster.raw(`/apis/${COMPASS_CONNECTION.apiVersion}`)) as {
      resources: { name: string }[];
    };
    return list.resources.some(({ name }) => name === 'compassconnections/status');
  });
}
