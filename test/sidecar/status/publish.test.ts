import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, EVENT, type KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { jsonLog } from '#common/log.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { Sensitive } from '#common/sensitive.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { Publisher } from '../../../sidecar/status/publish.ts';
import type { Crds } from '../../cluster/crds.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { ManualClock } from '../manual-clock.ts';
import { connected, fetchFailed, NOON, synchronized, unpaired } from './observations.ts';

interface Event extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid?: string };
}

const NAME = 'compass-connection';
const NAMESPACE = 'compass-system';
const REPORT = { kind: CONFIG_MAP, name: `${NAME}-report`, namespace: NAMESPACE };
const failure = new CompassError('CompassUnreachable', 'connecting to compass.example.com failed');

function publisherFor(cluster: Cluster, clock: ManualClock, lines: string[] = []): Publisher {
  return new Publisher({
    cluster,
    clock,
    log: jsonLog(
      (line) => lines.push(line),
      'debug',
      () => clock.now(),
    ),
    config: readConfig({ POD_NAMESPACE: NAMESPACE, POD_NAME: 'compass-sidecar-0' }).config,
    fingerprintKey: () => new Sensitive('a key of the test'),
  });
}

async function start(t: TestContext, crds: Crds = 'ours') {
  const test = await startTestCluster(t, { crds });
  const { cluster } = test;
  await cluster.create(
    { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false },
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: NAMESPACE },
    },
  );
  const clock = new ManualClock(NOON);
  const lines: string[] = [];
  return { test, cluster, clock, lines, publisher: publisherFor(cluster, clock, lines) };
}

async function eventsOf(cluster: Cluster): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { items } of cluster.listPages<Event>(EVENT, { namespace: 'default' })) events.push(...items);
  return events.filter(({ involvedObject }) => involvedObject.kind === 'CompassConnection');
}

async function reportOf(cluster: Cluster): Promise<{ report: Report; object: ConfigMap }> {
  const object = await cluster.get<ConfigMap>(REPORT);
  const report = readReport(object.data?.[REPORT_KEY]);
  assert.ok(report);
  return { report, object };
}

test('a change of state is an Event about the CompassConnection, and a warning where something failed', async (t) => {
  const { cluster, clock, publisher } = await start(t);
  const created = await publisher.publish(undefined, unpaired(failure));
  clock.advance(1_000);
  await publisher.publish(created, synchronized({}, { now: clock.now() }));
  const events = await eventsOf(cluster);
  assert.deepEqual(
    events
      .map(({ type, reason, count }) => ({ type, reason, count }))
      .toSorted((a, b) => (a.reason < b.reason ? -1 : 1)),
    [
      { type: 'Warning', reason: 'ConnectionFailed', count: 1 },
      { type: 'Normal', reason: 'Synchronized', count: 1 },
    ],
  );
  assert.ok(events.every(({ involvedObject }) => involvedObject.uid === created?.metadata.uid));
});

test('L9: one Event a minute for each reason, and what was left out counts with the next', async (t) => {
  const { cluster, clock, publisher } = await start(t);
  const good = () => synchronized({}, { now: clock.now() });
  const bad = () => connected({ now: clock.now(), sync: { attempted: true, outcome: fetchFailed(failure) } });
  let object = await publisher.publish(undefined, good());
  for (let change = 0; change < 5; change += 1) {
    clock.advance(1_000);
    object = await publisher.publish(object, bad());
    object = await publisher.publish(object, good());
  }
  assert.deepEqual(
    (await eventsOf(cluster)).map(({ count }) => count),
    [1, 1],
  );
  clock.advance(60_000);
  object = await publisher.publish(object, bad());
  const failed = (await eventsOf(cluster)).filter(({ reason }) => reason === 'SynchronizationFailed');
  assert.deepEqual(
    failed.map(({ count }) => count),
    [6],
  );
});

test('the report names what a person asks for, and no fingerprint as it is', async (t) => {
  const { cluster, publisher } = await start(t);
  const failed = [{ name: 'SAP S/4 (Prod)', id: '1', reason: 'InvalidName' as const, message: 'cannot be a name' }];
  const changes = [
    { time: NOON, kind: 'Application', name: 'a', action: 'created', cause: 'listed' },
    { time: NOON, kind: 'Secret', name: 'a-1', action: 'created', cause: 'listed' },
  ] as const;
  const observation = synchronized(
    { failed, changes, inSync: 1 },
    { identity: { runtimeId: 'runtime-1', tenant: 'tenant-1' }, nextSyncAt: NOON + 60_000 },
  );
  await publisher.publish(undefined, observation);
  const { report, object } = await reportOf(cluster);
  assert.equal(object.metadata.labels?.['app.kubernetes.io/name'], SIDECAR_LABELS['app.kubernetes.io/name']);
  assert.equal(report.schemaVersion, 'v1');
  assert.equal(report.generation, 1);
  assert.equal(report.state, 'ResourceApplicationFailed');
  assert.equal(report.runtimeId, 'runtime-1');
  assert.deepEqual(report.applications, { listed: 2, present: 2, inSync: 1, failed: 1, held: 0, secrets: 1 });
  assert.deepEqual(report.failures, failed);
  assert.deepEqual(
    report.changes?.map(({ name }) => name),
    ['a-1', 'a'],
    'the newest first',
  );
  assert.equal(report.nextSync, '2026-03-01T12:01:00Z');
  assert.equal(report.contact?.director?.pages, 1);
  assert.match(report.identity?.fingerprints?.inUse ?? '', /^[0-9a-f]{32}$/);
  assert.doesNotMatch(object.data?.[REPORT_KEY] ?? '', /abab/);
});

test('I12: a quiet connection writes neither status nor report nor Events until the period is over', async (t) => {
  const { cluster, clock, publisher } = await start(t);
  let object = await publisher.publish(undefined, synchronized());
  const before = await reportOf(cluster);
  for (let minute = 0; minute < 4; minute += 1) {
    clock.advance(60_000);
    object = await publisher.publish(object, synchronized({}, { now: clock.now() }));
  }
  assert.equal((await reportOf(cluster)).object.metadata.resourceVersion, before.object.metadata.resourceVersion);
  assert.equal((await eventsOf(cluster)).length, 1);
  clock.advance(60_000);
  const after = await publisher.publish(object, synchronized({}, { now: clock.now() }));
  assert.equal(after?.status?.synchronizationStatus?.lastAttempt, '2026-03-01T12:05:00Z');
  assert.equal((await reportOf(cluster)).report.lastSync, '2026-03-01T12:05:00Z');
});

test('a finished request is answered in the report, and its times are shown at once', async (t) => {
  const { cluster, clock, publisher } = await start(t);
  const created = await publisher.publish(undefined, synchronized());
  clock.advance(5_000);
  const request = {
    verb: 'sync',
    id: 'id-1',
    acceptedAt: NOON + 1_000,
    finishedAt: clock.now(),
    result: 'succeeded',
  } as const;
  const object = await cluster.mergePatch<CompassConnection>(
    { kind: COMPASS_CONNECTION, name: NAME },
    { metadata: { annotations: { 'compass.kyma-project.io/sync': 'id-1' } }, spec: { resyncNow: true } },
  );
  const observation = synchronized({}, { now: clock.now(), requests: [request] });
  const after = await publisher.publish(object, observation, { resyncNow: true, requests: [request] });
  assert.equal(created?.metadata.uid, after?.metadata.uid);
  assert.equal(after?.spec.resyncNow, false);
  assert.deepEqual(after?.metadata.annotations ?? {}, {});
  assert.equal(after?.status?.synchronizationStatus?.lastAttempt, '2026-03-01T12:00:05Z');
  assert.deepEqual((await reportOf(cluster)).report.requests, [
    {
      verb: 'sync',
      id: 'id-1',
      accepted: '2026-03-01T12:00:01Z',
      finished: '2026-03-01T12:00:05Z',
      result: 'succeeded',
    },
  ]);
});

test('the answer that a request failed names the call of Compass that did', async (t) => {
  const { cluster, clock, publisher } = await start(t);
  const failed = { result: 'failed', reason: 'CompassUnavailable', message: 'HTTP 503', requestId: 'call-1' } as const;
  const request = { verb: 'diff', id: 'id-1', acceptedAt: NOON, finishedAt: clock.now(), ...failed } as const;
  await publisher.publish(undefined, synchronized({}, { requests: [request] }));
  assert.equal((await reportOf(cluster)).report.requests?.[0]?.requestId, 'call-1');
});

test('a restart goes on with the history of the report, and takes the state from the object', async (t) => {
  const { cluster, clock, publisher } = await start(t);
  const changes = [{ time: NOON, kind: 'Application', name: 'a', action: 'created', cause: 'listed' }] as const;
  await publisher.publish(undefined, synchronized({ changes }));
  clock.advance(10_000);
  const next = publisherFor(cluster, clock);
  const { object, served } = await next.read();
  assert.equal(served, true);
  const after = await next.publish(object, connected({ now: clock.now() }));
  assert.equal(after?.status?.connectionState, 'Synchronized');
  const { report } = await reportOf(cluster);
  assert.deepEqual(
    report.changes?.map(({ name }) => name),
    ['a'],
  );
  assert.equal(report.applications?.listed, 2);
  assert.equal((await eventsOf(cluster)).length, 1);
});

test('K18: a CompassConnection that was created anew gets its whole status back', async (t) => {
  const { cluster, clock, publisher } = await start(t, 'field');
  await publisher.publish(undefined, synchronized());
  await cluster.delete({ kind: COMPASS_CONNECTION, name: NAME });
  clock.advance(10_000);
  const idle = synchronized({}, { now: clock.now(), connection: { step: 'none', attempted: false, ok: true } });
  const { object } = await publisher.read();
  const after = await publisher.publish(object, { ...idle, sync: { ...idle.sync, attempted: false } });
  assert.equal(after?.status?.connectionState, 'Synchronized');
  assert.equal(after?.status?.synchronizationStatus?.lastSuccessfulApplication, '2026-03-01T12:00:00Z');
});

test('K19: without the definition the report and an Event say so, and nothing else fails', async (t) => {
  const { cluster, publisher, lines } = await start(t, 'none');
  const { object, served } = await publisher.read();
  assert.deepEqual([object, served], [undefined, false]);
  await publisher.publish(object, synchronized());
  const { report } = await reportOf(cluster);
  assert.equal(report.state, 'Synchronized');
  assert.ok(report.conditions?.some(({ type }) => type === 'DefinitionMissing'));
  assert.ok((await eventsOf(cluster)).some(({ reason }) => reason === 'DefinitionMissing'));
  assert.deepEqual(
    lines.filter((line) => /"level":"(warn|error)"/.test(line)),
    [],
  );
});

test('a right that is missing is logged once a pass and keeps nothing else from being written', async (t) => {
  const { test: admin, clock } = await start(t);
  const nobody = await admin.as({ name: 'nobody' });
  const lines: string[] = [];
  const publisher = publisherFor(nobody.cluster, clock, lines);
  await publisher.publish(undefined, synchronized());
  const messages = lines.map((line) => (JSON.parse(line) as { level: string; msg: string }).msg);
  assert.deepEqual(messages.toSorted(), [
    'an Event was not written',
    'the report was not written',
    'the status was not written',
  ]);
});
