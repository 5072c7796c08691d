import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { application, basic, bundle, id } from './samples.ts';
import { type SyncWorld, startSyncWorld, startSyncWorldWith } from './world.ts';

const MINUTE_MS = 60_000;
const LIST = 'applicationsForRuntime';
const TORN = { '/data/applicationsForRuntime/totalCount': 99 };
const EMBEDDED_ONLY = { skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'the genuine server has no faults' };
const withSecret = (number: number) => bundle(number, { defaultInstanceAuth: basic() });
const away = () => Promise.reject(new CompassError('ClusterUnreachable', 'no'));

/** Two Applications, of which one is listed no more, and was seen to be missing once. */
async function startWithGone(t: Parameters<typeof startSyncWorld>[0]): Promise<SyncWorld> {
  const world = await startSyncWorldWith(t, 'goes', 'stays');
  const { landscape } = world.simulator;
  landscape.deleteApplication(id(1));
  await world.sync();
  world.clock.advance(MINUTE_MS);
  return world;
}

const summary = ({ deleted, deletedSecrets, failed, applyError }: SyncOutcome) => ({
  ...{ deleted, deletedSecrets, applyError: applyError?.reason },
  failed: failed.map(({ name, reason }) => [name, reason]),
});

test('a change says when it was, and what it was about', async (t) => {
  const world = await startWithGone(t);
  const { landscape } = world.simulator;
  landscape.updateApplication(id(2), { bundles: [withSecret(12)] });
  const { changes } = await world.sync();
  assert.deepEqual(
    changes.map(({ kind, name, action, time }) => [kind, name, action, time]),
    [
      ['Secret', `stays-${id(12)}`, 'created', world.clock.now()],
      ['Application', 'stays', 'updated', world.clock.now()],
      ['Application', 'goes', 'deleted', world.clock.now()],
    ],
  );
  landscape.updateApplication(id(2), { bundles: [bundle(12)] });
  await world.sync();
  world.clock.advance(MINUTE_MS);
  const later = await world.sync();
  assert.deepEqual(
    later.changes.map(({ kind, name, action }) => [kind, name, action]),
    [['Secret', `stays-${id(12)}`, 'deleted']],
  );
});

test('a round counts what it made, changed and left, and what is present whether it could be synchronized or not', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  for (const number of [1, 2, 3]) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  landscape.updateApplication(id(1), { description: 'changed' });
  landscape.updateApplication(id(2), { name: 'No name' });
  landscape.createApplication(application(4, 'app-4'));
  const { created, updated, unchanged, inSync, present } = await world.sync();
  assert.deepEqual([created, updated, unchanged, inSync, present], [['app-4'], ['app-1'], 1, 3, 4]);
});

test('a deletion that fails is none, and only a cluster that is away ends the round', async (t) => {
  const world = await startWithGone(t);
  world.simulator.landscape.updateApplication(id(2), { bundles: [withSecret(12)] });
  const forSecret = world.another({}, undefined, { mayDelete: () => false });
  await forSecret();
  world.simulator.landscape.updateApplication(id(2), { bundles: [bundle(12)] });
  let tries = 0;
  const failing = (reason: 'ClusterForbidden' | 'ClusterUnreachable'): Cluster => ({
    ...world.cluster.cluster,
    delete() {
      tries += 1;
      return Promise.reject(new CompassError(reason, 'no'));
    },
  });
  const failed = [
    ['goes', 'ClusterForbidden'],
    [`stays-${id(12)}`, 'ClusterForbidden'],
  ];
  const forbidden = world.another({}, failing('ClusterForbidden'));
  await forbidden();
  world.clock.advance(MINUTE_MS);
  const none = { deleted: [], deletedSecrets: 0 };
  const told = await forbidden();
  assert.deepEqual([summary(told), told.changes, tries], [{ ...none, failed, applyError: undefined }, [], 2]);
  const unreachable = world.another({}, failing('ClusterUnreachable'));
  await unreachable();
  world.clock.advance(MINUTE_MS);
  const { applyError } = summary(await unreachable());
  assert.deepEqual([applyError, tries], ['ClusterUnreachable', 3]);
});

test('who may not delete leaves Secrets, too', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [withSecret(11)]));
  let leads = true;
  const sync = world.another({}, undefined, { mayDelete: () => leads });
  await sync();
  landscape.updateApplication(id(1), { bundles: [bundle(11)] });
  await sync();
  world.clock.advance(MINUTE_MS);
  leads = false;
  assert.equal((await sync()).deletedSecrets, 0);
  leads = true;
  assert.equal((await sync()).deletedSecrets, 1);
});

test('a bug in a deletion, or in reading the cluster, is thrown', async (t) => {
  const world = await startWithGone(t);
  const bug = () => Promise.reject(new TypeError('a bug'));
  const { cluster } = world.cluster;
  const deleting = world.another({}, { ...cluster, delete: bug });
  await deleting();
  world.clock.advance(MINUTE_MS);
  await assert.rejects(deleting(), /a bug/);
  const listPages: Cluster['listPages'] = () => {
    throw new TypeError('a bug');
  };
  await assert.rejects(world.another({}, { ...cluster, listPages })(), /a bug/);
});

test('a torn listing that shows what was missing begins the wait anew', async (t) => {
  const world = await startWithGone(t);
  const { landscape, faults } = world.simulator;
  landscape.createApplication(application(1, 'goes'));
  faults.add({ operation: LIST, times: 1, set: TORN, run: () => void landscape.deleteApplication(id(1)) });
  assert.deepEqual((await world.sync()).deleted, []);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await world.sync()).deleted, ['goes']);
});

test('a listing that could not be applied confirms nothing, and one that shows what was missing begins the wait anew', async (t) => {
  const world = await startWithGone(t);
  const { landscape } = world.simulator;
  let isAway = true;
  const { cluster } = world.cluster;
  const apply: Cluster['apply'] = (...call) => (isAway ? away() : cluster.apply(...call));
  const sync = world.another({}, { ...cluster, apply });
  const change = (text: string) => landscape.updateApplication(id(2), { description: text });
  change('one');
  assert.equal((await sync()).applyError?.reason, 'ClusterUnreachable');
  world.clock.advance(MINUTE_MS);
  isAway = false;
  assert.deepEqual((await sync()).deleted, [], 'it is the first that counts');
  world.clock.advance(MINUTE_MS);
  isAway = true;
  landscape.createApplication(application(1, 'goes'));
  change('two');
  await sync();
  landscape.deleteApplication(id(1));
  isAway = false;
  assert.deepEqual((await sync()).deleted, [], 'it was listed meanwhile');
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await sync()).deleted, ['goes']);
});

test('while the cluster is away names are not settled', async (t) => {
  const world = await startSyncWorldWith(t, 'left', 'right');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'right' });
  landscape.updateApplication(id(2), { description: 'changed' });
  const outcome = await world.another({}, { ...world.cluster.cluster, apply: away })();
  assert.deepEqual(summary(outcome).failed, [['right', 'ClusterUnreachable']]);
  assert.equal((await world.application('left'))?.metadata.annotations?.[SYNC_ERROR_ANNOTATION], undefined);
});

test('listings confirm each other within three periods', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'goes'));
  landscape.createApplication(application(2, 'stays'));
  const sync = world.another({ syncPeriodMs: 10 * MINUTE_MS });
  await sync();
  landscape.deleteApplication(id(1));
  await sync();
  world.clock.advance(30 * MINUTE_MS + 1);
  assert.deepEqual((await sync()).deleted, []);
  world.clock.advance(30 * MINUTE_MS);
  assert.deepEqual((await sync()).deleted, ['goes']);
});

test('the latency is that of all readings of a round', async (t) => {
  const world = await startSyncWorld(t);
  const { faults } = world.simulator;
  const run = () => world.clock.advance(40);
  faults.add({ operation: LIST, times: 1, set: TORN, run });
  faults.add({ operation: LIST, skip: 1, times: 1, run });
  const { latencyMs, pages } = (await world.sync()).fetch;
  assert.deepEqual([latencyMs, pages], [80, 2]);
});

test('what is held, and what was decided of it, is handed on from one process to the next', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults, runtimeId } = world.simulator;
  for (const number of [1, 2]) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  landscape.deleteAllApplications();
  const { held, kept } = await world.sync();
  assert.ok(held);
  const { id: plan, since, members } = held;
  assert.deepEqual(kept, { held: { id: plan, since, members }, decision: undefined });
  world.clock.advance(MINUTE_MS);
  assert.equal((await world.another()({ kept: { held: kept.held } })).held?.since, since);
  const decision = { plan, verdict: 'rejected', at: since, members, runtimeId } as const;
  const after = await world.another()({ kept: { ...kept, decision } });
  assert.deepEqual([after.held?.since, after.held?.isRejected, after.kept], [since, true, { ...kept, decision }]);
  const stranger = { ...decision, runtimeId: 'another-runtime' };
  const other = await world.another()({ kept: { ...kept, decision: stranger } });
  assert.deepEqual([other.held?.isRejected, other.kept], [false, kept]);
  faults.add({ operation: LIST, set: TORN });
  const unread = await world.another()({ kept: { ...kept, decision } });
  assert.deepEqual(unread.kept, { ...kept, decision });
});

test('what ends before the Director is asked is no failure of the Director', async (t) => {
  const world = await startSyncWorld(t);
  assert.equal((await world.sync({ signal: AbortSignal.abort() })).fetch.ok, true);
});

test('an Application that is as it is listed costs no request of its own', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [withSecret(11)]));
  await world.sync();
  world.cluster.embedded?.clearRequests();
  await world.sync();
  assert.equal(world.cluster.embedded?.requests().length, 2);
});

test(
  'an Application that the API server keeps without what marks it as ours does not count as present',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startSyncWorld(t);
    const { embedded } = world.cluster;
    const effect = { kind: 'mutate', patch: { spec: { compassMetadata: null } } } as const;
    embedded?.faults.add({ resource: 'applications', times: 1e9, effect });
    world.simulator.landscape.createApplication(application(1, 'orders'));
    const { created, present } = await world.sync();
    assert.deepEqual([created, present], [['orders'], 0]);
  },
);

test('a round says how long it took, and how many requests it sent to write', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults } = world.simulator;
  landscape.createApplication(application(1, 'orders', [withSecret(11)]));
  faults.add({ operation: LIST, times: 1, run: () => world.clock.advance(1_234) });
  const first = await world.sync();
  assert.deepEqual([first.durationMs, first.writes, first.writeLimit], [1_234, 3, 8]);
  assert.equal((await world.sync()).writes, 0);
});
