import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CALLS, type TracedCall } from '#common/calls.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { readPresent } from '#common/sync/read-present.ts';
import { until } from '../../cluster/until.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from './world.ts';

const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'faults are the embedded server’s',
};

interface RoundOptions {
  readonly mayDelete?: () => boolean;
  readonly signal?: AbortSignal;
}

interface KeptWorld extends SyncWorld {
  /** A round of one who read once what is present, and hears of nothing since. */
  readonly round: (more?: RoundOptions) => Promise<SyncOutcome>;
}

/** `goes` and the Secret of the bundle that `stays` has lost are to be deleted in the next round. */
async function startKept(t: TestContext): Promise<KeptWorld> {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'stays', [bundle(11, { defaultInstanceAuth: basic() })]));
  landscape.createApplication(application(2, 'goes'));
  await world.sync();
  const place = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
  const { present } = await readPresent(world.cluster.cluster, place);
  let mayDelete = () => true;
  const source = { open: () => Promise.resolve(present), forget: () => undefined };
  const sync = world.another({}, undefined, { present: source, mayDelete: () => mayDelete() });
  const round: KeptWorld['round'] = ({ mayDelete: mayNow = () => true, signal } = {}) => {
    mayDelete = mayNow;
    return sync({ signal });
  };
  landscape.deleteApplication(id(2));
  landscape.deleteApplication(id(1));
  landscape.createApplication(application(1, 'stays'));
  const { deleted } = await round();
  assert.deepEqual(deleted, []);
  world.clock.advance(61_000);
  return { ...world, round };
}

const GOES = { kind: APPLICATION, name: 'goes' };
const CREDENTIALS = { kind: SECRET, name: `stays-${id(11)}`, namespace: INTEGRATION_NAMESPACE };
const MINE = { metadata: { annotations: { note: 'mine' } } };

/** The calls of the API server that are made meanwhile, in their order. */
async function callsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const calls: string[] = [];
  const note = { start: ({ side, what }: TracedCall) => void (side === 'cluster' && calls.push(what)) };
  CALLS.subscribe(note as never);
  try {
    await work();
  } finally {
    CALLS.unsubscribe(note as never);
  }
  return calls;
}

const APPLICATIONS = 'applications.applicationconnector.kyma-project.io';

test('each object is read right before it is deleted', async (t) => {
  const world = await startKept(t);
  const calls = await callsDuring(() => world.round());
  assert.deepEqual(calls, [`get ${APPLICATIONS}`, `delete ${APPLICATIONS}`, 'get secrets', 'delete secrets']);
  assert.equal(await world.application('goes'), undefined);
  assert.equal(await world.secret(CREDENTIALS.name), undefined);
});

test('what is another version than was judged stays, is not even asked to go, and is judged anew', async (t) => {
  const world = await startKept(t);
  await world.cluster.cluster.mergePatch(GOES, MINE);
  await world.cluster.cluster.mergePatch(CREDENTIALS, MINE);
  let outcome: SyncOutcome | undefined;
  const calls = await callsDuring(async () => {
    outcome = await world.round();
  });
  assert.deepEqual(calls, [`get ${APPLICATIONS}`, 'get secrets']);
  assert.deepEqual([outcome?.deleted, outcome?.deletedSecrets, outcome?.failed], [[], 0, []]);
  assert.equal(outcome?.writes, 0);
  assert.ok(await world.application('goes'));
  const next = await world.round();
  assert.deepEqual([next.deleted, next.deletedSecrets], [['goes'], 1]);
  assert.equal(await world.application('goes'), undefined);
});

test("what is somebody else's by now stays for good", async (t) => {
  const world = await startKept(t);
  const annotations = { [CONNECTION_ANNOTATION]: 'another-connection' };
  await world.cluster.cluster.mergePatch(GOES, { metadata: { annotations } });
  for (let rounds = 1; rounds <= 3; rounds += 1) {
    world.clock.advance(61_000);
    assert.deepEqual((await world.round()).deleted, []);
  }
  assert.ok(await world.application('goes'));
});

test('what was created anew under the same name stays, and needs its own listings to go', async (t) => {
  const world = await startKept(t);
  const { cluster } = world.cluster;
  const { metadata, ...rest } = (await world.application('goes')) ?? assert.fail();
  await cluster.delete(GOES);
  const { name, labels = {}, annotations = {} } = metadata;
  await cluster.create(APPLICATION, { ...rest, metadata: { name, labels, annotations } });
  assert.deepEqual((await world.round()).deleted, []);
  assert.ok(await world.application('goes'));
});

test('what is gone already is nothing that we deleted', async (t) => {
  const world = await startKept(t);
  await world.cluster.cluster.delete(GOES);
  await world.cluster.cluster.delete(CREDENTIALS);
  const { deleted, deletedSecrets, failed, present } = await world.round();
  assert.deepEqual([deleted, deletedSecrets, failed, present], [[], 0, [], 1]);
  assert.deepEqual(await callsDuring(() => world.round()), []);
});

test('who leads no more by the time it was read deletes nothing', async (t) => {
  const world = await startKept(t);
  let asked = 0;
  const mayDelete = () => {
    asked += 1;
    return asked === 1;
  };
  const { deleted, deletedSecrets } = await world.round({ mayDelete });
  assert.deepEqual([deleted, deletedSecrets], [[], 0]);
  assert.ok(asked > 1);
  assert.ok(await world.application('goes'));
});

test('an API server that asks to wait with the reading is waited for', EMBEDDED_ONLY, async (t) => {
  const world = await startKept(t);
  const effect = { kind: 'status', code: 429, retryAfterSeconds: 2 } as const;
  world.cluster.embedded?.faults.add({ verb: 'get', resource: 'applications', effect });
  const round = world.round();
  await until('it waits', () => Promise.resolve(world.clock.sleepers > 0));
  world.clock.advance(3_000);
  const { deleted, applyError } = await round;
  assert.deepEqual([deleted, applyError], [['goes'], undefined]);
});

test('whoever is stopped by the time it was read deletes nothing, and nothing has failed', async (t) => {
  const world = await startKept(t);
  const stop = new AbortController();
  let asked = 0;
  const mayDelete = () => {
    asked += 1;
    if (asked === 2) stop.abort();
    return true;
  };
  const { stopped, deleted, failed } = await world.round({ mayDelete, signal: stop.signal });
  assert.deepEqual([stopped, deleted, failed], [true, [], []]);
  assert.ok(await world.application('goes'));
});

test('what may not be read stays and is told as failed, and the others go', EMBEDDED_ONLY, async (t) => {
  const world = await startKept(t);
  const effect = { kind: 'status', code: 403 } as const;
  world.cluster.embedded?.faults.add({ verb: 'get', resource: 'applications', effect });
  const { deleted, deletedSecrets, failed, applyError } = await world.round();
  assert.deepEqual([deleted, deletedSecrets, applyError], [[], 1, undefined]);
  assert.deepEqual(
    failed.map(({ name, reason }) => [name, reason]),
    [['goes', 'ClusterForbidden']],
  );
});

test('where nobody may read any more, nothing further is tried', EMBEDDED_ONLY, async (t) => {
  const world = await startKept(t);
  const effect = { kind: 'status', code: 401 } as const;
  world.cluster.embedded?.faults.add({ verb: 'get', resource: 'applications', effect, times: 1_000 });
  let outcome: SyncOutcome | undefined;
  const calls = await callsDuring(async () => {
    outcome = await world.round();
  });
  assert.equal(outcome?.applyError?.reason, 'ClusterUnauthorized');
  assert.deepEqual([outcome.deleted, outcome.deletedSecrets], [[], 0]);
  assert.deepEqual(calls, [`get ${APPLICATIONS}`]);
});
