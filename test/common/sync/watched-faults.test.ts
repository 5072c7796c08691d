import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import type { FaultEffect } from '../../kube-api/faults.ts';
import { application, basic, bundle, id } from './samples.ts';
import { callsOf, requestsOf, settled, startEmptyWatched, startWatched, type WatchedWorld } from './watched-world.ts';
import { INTEGRATION_NAMESPACE } from './world.ts';

const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'faults are the embedded server’s',
};
const MINUTE_MS = 60_000;
const POLL_MS = 15 * MINUTE_MS;
const APPLICATIONS = 'applications';
const ORDERS = { kind: APPLICATION, name: 'orders' };

/** Switches a fault on for a kind, until it is switched off. */
function disturb({ cluster }: WatchedWorld, verb: string, resource: string, effect: FaultEffect, times = 1_000) {
  const { embedded } = cluster;
  assert.ok(embedded);
  return embedded.faults.add({ verb, resource, effect, times });
}

const edit = ({ cluster }: WatchedWorld, description: string) =>
  cluster.cluster.mergePatch(ORDERS, { spec: { description } });

async function isMended(world: WatchedWorld): Promise<boolean> {
  await world.sync();
  return (await world.application('orders'))?.spec?.description !== 'by hand';
}

test(
  'K13: the poll finds what a deaf watch did not tell, by metadata alone, and has it watched anew',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startEmptyWatched(t);
    const hear = disturb(world, 'watch', APPLICATIONS, { kind: 'deafWatch', bookmarks: true });
    world.simulator.landscape.createApplication(application(1, 'orders'));
    await world.sync();
    hear();
    await edit(world, 'by hand');
    assert.deepEqual(await callsOf(world.sync), [], 'the watch is deaf, and nothing else tells');
    const asked = await requestsOf(world, async () => {
      world.watchClock.advance(POLL_MS);
      await until('it is mended', () => isMended(world));
    });
    const lists = asked.filter((request) => request.startsWith('list'));
    assert.deepEqual(new Set(lists), new Set(['list metadata of applications', 'list metadata of secrets']));
    await until('it is watched anew', async () => {
      await edit(world, 'by hand');
      return isMended(world);
    });
    await settled(world);
  },
);

test(
  'a poll that shows nothing new costs a page of metadata a kind, and leaves the watches as they are',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startWatched(t);
    await settled(world);
    const asked = await requestsOf(world, async () => {
      world.watchClock.advance(POLL_MS - 1);
      assert.equal(world.watchClock.sleepers, 2);
      world.watchClock.advance(1);
      await until('both wait for the next one', () => Promise.resolve(world.watchClock.sleepers === 2));
      assert.deepEqual(await callsOf(world.sync), []);
    });
    assert.deepEqual(asked.toSorted(), ['list metadata of applications', 'list metadata of secrets']);
  },
);

for (const how of ['gone', 'cut'] as const) {
  test(`a watch that ends (${how}) is begun anew from a list of metadata`, EMBEDDED_ONLY, async (t) => {
    const world = await startEmptyWatched(t);
    disturb(world, 'watch', APPLICATIONS, { kind: 'endWatch', afterEvents: 1, how }, 1);
    world.simulator.landscape.createApplication(application(1, 'orders'));
    await world.sync();
    const asked = await requestsOf(world, async () => {
      await edit(world, 'by hand');
      await until('it is mended', () => {
        world.watchClock.advance(1_000);
        return isMended(world);
      });
    });
    await settled(world);
    await edit(world, 'by hand');
    await until('it is watched anew', () => isMended(world));
    assert.ok(asked.includes('list metadata of applications'));
    assert.equal(world.told.length, how === 'gone' ? 0 : 1, world.told.join('\n'));
  });
}

test('an Application that was created anew under its name is another one, and gets its Secret', async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const { cluster } = world.cluster;
  const { metadata, ...rest } = (await world.application('orders')) ?? assert.fail();
  await cluster.delete(ORDERS);
  const { name, labels = {}, annotations = {} } = metadata;
  const { metadata: anew } = await cluster.create<Application>(APPLICATION, {
    ...rest,
    metadata: { name, labels, annotations },
  });
  assert.notEqual(anew.uid, metadata.uid);
  await until('the Secret is its own', async () => {
    await world.sync();
    const owners = (await world.secret(`orders-${id(11)}`))?.metadata.ownerReferences ?? [];
    return owners.some(({ uid }) => uid === anew.uid);
  });
  await settled(world);
});

test('after a first synchronization of many Applications, nothing of it is read again', async (t) => {
  const world = await startEmptyWatched(t);
  const { landscape } = world.simulator;
  const bundles = (number: number) =>
    [1, 2].map((at) => bundle(number * 1_000 + at, { defaultInstanceAuth: basic(`${number}`) }));
  for (let number = 1; number <= 150; number += 1) {
    landscape.createApplication(application(number, `app-${number}`, bundles(number)));
  }
  assert.equal((await world.sync()).created.length, 150);
  for (let rounds = 1; rounds <= 3; rounds += 1) assert.deepEqual(await callsOf(world.sync), []);
});

const secretOf = (number: number): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `other-${number}`, namespace: INTEGRATION_NAMESPACE, labels: { bundleId: 'other' } },
});

test('after too many changes everything is listed, as often as it takes to go through', EMBEDDED_ONLY, async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const { cluster } = world.cluster;
  const MANY = 210;
  for (let number = 1; number <= MANY; number += 1) await cluster.create(SECRET, secretOf(number));
  const away = disturb(world, 'list', 'secrets', { kind: 'status', code: 500 });
  const touchAll = async () => {
    for (let number = 1; number <= MANY; number += 1) {
      const metadata = { annotations: { touched: `${performance.now()}` } };
      await cluster.mergePatch(
        { kind: SECRET, name: `other-${number}`, namespace: INTEGRATION_NAMESPACE },
        { metadata },
      );
    }
  };
  await until('a list fails', async () => {
    await touchAll();
    const { applyError } = await world.sync();
    return applyError?.reason === 'ClusterUnavailable';
  });
  away();
  const asked = await requestsOf(world, world.sync);
  assert.ok(asked.includes('list secrets') && asked.includes('list applications'), asked.join());
  assert.ok(!asked.includes('get secrets'), asked.join());
  await settled(world);
});

test('what could not be read is read in the next round', EMBEDDED_ONLY, async (t) => {
  const world = await startWatched(t);
  await settled(world);
  const away = disturb(world, 'get', APPLICATIONS, { kind: 'status', code: 503 });
  await edit(world, 'by hand');
  await until('a reading fails', async () => (await world.sync()).applyError?.reason === 'ClusterUnavailable');
  assert.equal((await world.sync()).applyError?.reason, 'ClusterUnavailable');
  away();
  assert.equal(await isMended(world), true);
});

for (const code of [403, 405]) {
  test(
    `a watch that is refused (${code}) is said once, tried again every ten minutes, and everything is listed until then`,
    EMBEDDED_ONLY,
    async (t) => {
      const world = await startEmptyWatched(t);
      const { watchClock } = world;
      const allow = disturb(world, 'watch', APPLICATIONS, { kind: 'status', code });
      world.simulator.landscape.createApplication(application(1, 'orders'));
      const { embedded } = world.cluster;
      const tries = () =>
        (embedded?.requests() ?? []).filter(({ path, query }) => path.endsWith('/applications') && query['watch'])
          .length;
      const tried = (times: number, stepMs: number) =>
        until(`try ${times}`, () => {
          if (tries() < times) watchClock.advance(stepMs);
          return Promise.resolve(tries() === times);
        });
      await world.sync();
      await tried(2, 1_000);
      for (let minute = 1; minute <= 7; minute += 1) {
        watchClock.advance(MINUTE_MS);
        await edit(world, 'by hand');
        assert.equal(await isMended(world), true, 'each round lists');
      }
      assert.equal(tries(), 2);
      const rounds = await callsOf(world.sync);
      assert.deepEqual(rounds, ['list applications.applicationconnector.kyma-project.io', 'list secrets']);
      await tried(3, MINUTE_MS);
      const warnings = world.told.filter((line) => line.includes('cannot watch applications'));
      assert.deepEqual([warnings.length, world.told.length], [1, 1], world.told.join('\n'));
      allow();
      // The last refusal may not have come in yet, and is waited after only then.
      await until('a round without a call', async () => {
        watchClock.advance(MINUTE_MS);
        return (await callsOf(world.sync)).length === 0;
      });
    },
  );
}

test(
  'while a kind cannot be watched because it is not there, each round lists, and nobody is told',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startEmptyWatched(t);
    disturb(world, 'watch', APPLICATIONS, { kind: 'status', code: 404 });
    world.simulator.landscape.createApplication(application(1, 'orders'));
    await world.sync();
    await edit(world, 'by hand');
    await until('it is mended', () => isMended(world));
    await edit(world, 'by hand');
    assert.equal(await isMended(world), true);
    assert.deepEqual(world.told, []);
  },
);

test(
  'what is forgotten is not watched any more, also where that comes while everything is read',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startWatched(t);
    await settled(world);
    const { watchClock, watched } = world;
    const isUnwatched = () => Promise.resolve(watchClock.sleepers === 0);
    assert.equal(watchClock.sleepers, 2);
    watched.forget();
    await until('the watches end', isUnwatched);
    await edit(world, 'by hand');
    assert.equal(await isMended(world), true, 'everything is read anew');
    assert.equal(watchClock.sleepers, 2);
    watched.forget();
    await until('the watches end again', isUnwatched);
    disturb(world, 'list', 'secrets', { kind: 'delay', ms: 300 }, 1);
    const calls = world.cluster.embedded?.requests().length ?? 0;
    const opening = watched.open();
    await until('it is being read', () => Promise.resolve((world.cluster.embedded?.requests().length ?? 0) > calls));
    watched.forget();
    await opening;
    assert.equal(watchClock.sleepers, 0, 'it was forgotten meanwhile');
    assert.equal((await callsOf(world.sync)).length, 2);
  },
);

test('who looks while another one reads sees what that one reads, and nothing is read twice', async (t) => {
  const world = await startEmptyWatched(t);
  const { watched, cluster } = world;
  world.simulator.landscape.createApplication(application(1, 'orders'));
  const lists = await callsOf(() => Promise.all([watched.open(), watched.open()]));
  assert.equal(lists.length, 2);
  await world.sync();
  await settled(world);
  const ref = { kind: APPLICATION, name: 'orders' };
  const { metadata } = await cluster.cluster.mergePatch(ref, { spec: { description: 'by hand' } });
  const seen = await until('it is seen', async () => {
    const both = await Promise.all([watched.open(), watched.open()]);
    const versions = both.map((present) => present.application('orders')?.resourceVersion);
    return versions[1] === metadata.resourceVersion && versions;
  });
  assert.deepEqual(seen, [metadata.resourceVersion, metadata.resourceVersion]);
});
