import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { Present } from '#common/sync/present.ts';
import { Round } from '#common/sync/round.ts';
import { listedDigest } from '#common/sync/settled-before.ts';
import { Tally } from '#common/sync/tally.ts';
import { application, basic, bundle, id, presentApplication } from './samples.ts';
import { type SyncWorld, startSyncWorld, startSyncWorldWith } from './world.ts';

const SETTINGS = { gatewayUrl: 'http://gateway.example', skipVerify: false };
const refuse = (reason: Reason) => () => Promise.reject(new CompassError(reason, 'no'));
const reasons = ({ failed }: SyncOutcome) => failed.map(({ name, reason }) => [name, reason]);
const causes = ({ changes }: SyncOutcome) =>
  changes.filter(({ kind }) => kind === 'Application').map(({ name, action, cause }) => [name, action, cause]);

async function idOf(world: SyncWorld, name: string): Promise<string | undefined> {
  return (await world.application(name))?.spec?.compassMetadata?.applicationId;
}

async function notes(world: SyncWorld, ...names: readonly string[]): Promise<boolean[]> {
  const all = await Promise.all(names.map((name) => world.application(name)));
  return all.map((one) => one?.metadata.annotations?.[SYNC_ERROR_ANNOTATION] !== undefined);
}

test('each change says what caused it', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'one'));
  landscape.createApplication(application(2, 'two'));
  assert.deepEqual(causes(await world.sync()).toSorted(), [
    ['one', 'created', 'newly listed'],
    ['two', 'created', 'newly listed'],
  ]);
  landscape.updateApplication(id(1), { description: 'changed' });
  assert.deepEqual(causes(await world.sync()), [['one', 'updated', 'differs from what is listed']]);
  landscape.updateApplication(id(1), { name: 'now' });
  assert.deepEqual(causes(await world.sync()), [['now', 'renamed', 'was one']]);
  landscape.deleteApplication(id(2));
  landscape.createApplication(application(3, 'two'));
  assert.deepEqual(causes(await world.sync()), [['two', 'updated', 'its name now is that of another id']]);
  assert.equal(await idOf(world, 'two'), id(3));
});

test('a name that somebody takes while an Application is on its way to it stays theirs', async (t) => {
  const world = await startSyncWorldWith(t, 'before');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'now' });
  const { cluster } = world.cluster;
  const { apiVersion, kind } = APPLICATION;
  const foreign = {
    apiVersion,
    kind,
    metadata: { name: 'now' },
    spec: { description: 'of somebody else', services: [] },
  };
  const raced: Cluster = {
    ...cluster,
    async create(of, object, options) {
      await cluster.create<KubeObject>(APPLICATION, foreign);
      return cluster.create(of, object, options);
    },
  };
  assert.deepEqual(reasons(await world.another({}, raced)()), [['now', 'ForeignObject']]);
  assert.equal((await world.application('now'))?.spec?.description, 'of somebody else');
  assert.equal(await idOf(world, 'before'), id(1));
});

test('an Application that moves on while it is renamed is read anew, and goes in the same round', async (t) => {
  const world = await startSyncWorldWith(t, 'before');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'now' });
  const { cluster } = world.cluster;
  let isFirst = true;
  const raced: Cluster = {
    ...cluster,
    async create(of, object, options) {
      if (!isFirst) return cluster.create(of, object, options);
      isFirst = false;
      await cluster.mergePatch({ kind: APPLICATION, name: 'before' }, { metadata: { annotations: { seen: 'yes' } } });
      throw new CompassError('ClusterConflict', 'it moved on');
    },
  };
  assert.deepEqual(reasons(await world.another({}, raced)()), []);
  assert.deepEqual([await idOf(world, 'now'), await world.application('before')], [id(1), undefined]);
});

test('of two new ones of one name the first listed gets it, and the API server is not asked for the other', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  world.simulator.landscape.createApplication(application(2, 'orders'));
  const { cluster } = world.cluster;
  const created: string[] = [];
  const watched: Cluster = {
    ...cluster,
    create(kind, object, options) {
      created.push(object.metadata.name);
      return cluster.create(kind, object, options);
    },
  };
  assert.deepEqual(reasons(await world.another({}, watched)()), [['orders', 'NameConflict']]);
  assert.deepEqual([await idOf(world, 'orders'), created], [id(1), ['orders']]);
});

test('a free name that a renamed one was listed with first is not given to a new one', async (t) => {
  const world = await startSyncWorldWith(t, 'before');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'now' });
  landscape.createApplication(application(2, 'now'));
  assert.deepEqual(reasons(await world.sync()), [['now', 'NameConflict']]);
  assert.equal(await idOf(world, 'now'), id(1));
});

test("somebody else's Application is refused before anything is sent", async (t) => {
  const world = await startSyncWorld(t);
  const { apiVersion, kind } = APPLICATION;
  const foreign = { apiVersion, kind, metadata: { name: 'taken' }, spec: { description: '', services: [] } };
  await world.cluster.cluster.create<KubeObject>(APPLICATION, foreign);
  world.simulator.landscape.createApplication(application(1, 'taken'));
  const create = refuse('ClusterRefused');
  const outcome = await world.another({}, { ...world.cluster.cluster, create })();
  assert.deepEqual(reasons(outcome), [['taken', 'ForeignObject']]);
});

test('what waits for a complete listing is told, and not noted on the object', async (t) => {
  const world = await startSyncWorldWith(t, 'before');
  const { landscape, faults } = world.simulator;
  landscape.updateApplication(id(1), { name: 'now' });
  faults.add({ operation: 'applicationsForRuntime', set: { '/data/applicationsForRuntime/totalCount': 99 } });
  assert.deepEqual(reasons(await world.sync()), [['now', 'ListingIncomplete']]);
  assert.deepEqual([await notes(world, 'before'), await world.application('now')], [[false], undefined]);
});

test('an Application whose writes always conflict is tried four times', async (t) => {
  const world = await startSyncWorldWith(t, 'orders');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { description: 'changed' });
  let tries = 0;
  const apply = () => {
    tries += 1;
    return refuse('ClusterConflict')();
  };
  const outcome = await world.another({}, { ...world.cluster.cluster, apply })();
  assert.deepEqual([reasons(outcome), tries], [[['orders', 'ClusterConflict']], 4]);
});

for (const reason of ['ClusterForbidden', 'ClusterUnavailable', 'ClusterNotFound'] as const) {
  test(`ten Applications in a row that fail by ${reason} end the round`, async (t) => {
    const world = await startSyncWorld(t);
    for (let number = 10; number < 22; number += 1)
      world.simulator.landscape.createApplication(application(number, `app-${number}`));
    const cluster = { ...world.cluster.cluster, create: refuse(reason) };
    const outcome = await world.another({}, cluster, { concurrency: 1 })();
    assert.deepEqual([outcome.failed.length, outcome.applyError?.reason], [10, reason]);
  });
}

test('any number of Applications in a row may be refused for what they are', async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 10; number < 22; number += 1)
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  const cluster = { ...world.cluster.cluster, create: refuse('ClusterRefused') };
  const outcome = await world.another({}, cluster, { concurrency: 1 })();
  assert.deepEqual([outcome.failed.length, outcome.applyError], [12, undefined]);
});

test('once the cluster refuses everything nothing more is written, notes included', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const names = Array.from({ length: 12 }, (_, at) => `app-${at + 10}`);
  for (const [at, name] of names.entries()) landscape.createApplication(application(at + 10, name));
  await world.sync();
  for (const [at] of names.entries()) landscape.updateApplication(id(at + 10), { description: 'changed' });
  const cluster = { ...world.cluster.cluster, apply: refuse('ClusterForbidden') };
  const outcome = await world.another({}, cluster, { concurrency: 1 })();
  assert.equal(outcome.failed.length, 10);
  assert.deepEqual(await notes(world, ...names), [...Array(9).fill(true), false, false, false]);
});

test('a note that cannot be written fails nothing, unless the cluster is away', async (t) => {
  const world = await startSyncWorldWith(t, 'orders', 'others');
  const { landscape } = world.simulator;
  landscape.updateApplication(id(1), { name: 'No name' });
  landscape.updateApplication(id(2), { description: 'changed' });
  const { cluster } = world.cluster;
  const syncWith = (mergePatch: Cluster['mergePatch']) =>
    world.another({}, { ...cluster, mergePatch }, { concurrency: 1 })();
  const { applyError, ...conflicting } = await syncWith(refuse('ClusterConflict'));
  assert.deepEqual(
    [reasons(conflicting), conflicting.updated, applyError],
    [[['No name', 'InvalidName']], ['others'], undefined],
  );
  landscape.updateApplication(id(2), { description: 'changed again' });
  const away = await syncWith(refuse('ClusterUnreachable'));
  assert.deepEqual([away.updated, away.applyError?.reason], [[], 'ClusterUnreachable']);
  await assert.rejects(
    syncWith(() => Promise.reject(new TypeError('a bug'))),
    /a bug/,
  );
});

test('what is wrong with an Application although it is written is noted on it', async (t) => {
  const world = await startSyncWorld(t);
  const orders = bundle(2, { defaultInstanceAuth: basic('') });
  world.simulator.landscape.createApplication(application(1, 'orders', [orders]));
  await world.sync();
  assert.deepEqual(await notes(world, 'orders'), [true]);
});

test('of five hundred that are renamed at once all wait for the whole listing, and those beyond for another', async () => {
  const present = new Present();
  for (let number = 0; number <= 500; number += 1)
    present.putApplication(presentApplication(`app-${number}`, id(number)));
  const tally = new Tally(() => 0);
  const round = new Round({ present, place: { connectionName: 'one' } } as never, tally, SETTINGS);
  const settle = (number: number) => {
    const { id: listed, name } = application(number, `renamed-${number}`);
    const whole = { id: listed ?? '', name, clientIds: [], bundles: [] };
    const taken = round.take(whole, listedDigest(whole));
    assert.ok(taken);
    return round.settle(taken);
  };
  for (let number = 0; number < 500; number += 1) await settle(number);
  assert.deepEqual([round.deferred.length, round.overflow, tally.failed], [500, 0, []]);
  await settle(500);
  assert.deepEqual([round.deferred.length, round.overflow], [500, 1]);
  assert.deepEqual(
    tally.failed.map(({ name, reason }) => [name, reason]),
    [['renamed-500', 'ListingIncomplete']],
  );
  round.begin();
  assert.deepEqual([round.deferred, round.overflow], [[], 0]);
});
