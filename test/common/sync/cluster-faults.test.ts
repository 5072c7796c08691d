import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { application, basic, bundle, id } from './samples.ts';
import { type SyncWorld, startSyncWorld } from './world.ts';

const EMBEDDED_ONLY = { skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'the genuine server has no faults' };

function faultsOf(world: SyncWorld) {
  return world.cluster.embedded?.faults ?? assert.fail('no faults here');
}

test('K4: a conflict is read anew and applied on the fresh version, in the same round', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  await world.sync();
  world.simulator.landscape.updateApplication(id(1), { description: 'changed' });
  faultsOf(world).add({
    verb: 'patch',
    resource: 'applications',
    effect: { kind: 'status', code: 409, reason: 'Conflict' },
  });
  const outcome = await world.sync();
  assert.deepEqual([outcome.failed, outcome.updated], [[], ['orders']]);
  assert.equal((await world.application('orders'))?.spec?.description, 'changed');
});

test(
  'an Application that appeared since the list was read is looked at before it is touched',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startSyncWorld(t);
    world.simulator.landscape.createApplication(application(1, 'orders'));
    await world.sync();
    const before = await world.versions();
    // A list of the state before: the Application is missing from it, as one that was made a moment later would be.
    faultsOf(world).add({ verb: 'list', resource: 'applications', effect: { kind: 'stale', revisions: 1 } });
    const outcome = await world.another()();
    assert.deepEqual([outcome.failed, outcome.inSync], [[], 1]);
    assert.deepEqual(await world.versions(), before);
  },
);

test('K9: while the API server asks to wait, writes wait as long as it says', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  const effect = { kind: 'status', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 } as const;
  faultsOf(world).add({ verb: 'create', resource: 'applications', effect });
  const running = world.sync();
  await until('a write to wait', () => Promise.resolve(world.clock.sleepers > 0 || undefined));
  world.clock.advance(6_999);
  assert.equal(await world.application('orders'), undefined);
  // Up to half as long again, so that many do not come back at once.
  world.clock.advance(3_501);
  assert.deepEqual((await running).created, ['orders']);
});

test('K9: what one write is asked to wait, all writes wait', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 1; number <= 30; number += 1) {
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  }
  const effect = { kind: 'status', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 7 } as const;
  // Only the first ones are asked to.
  faultsOf(world).add({ verb: 'create', resource: 'applications', times: 8, effect });
  const running = world.sync();
  await until('the writes to wait', () => Promise.resolve(world.clock.sleepers === 2 || undefined));
  world.clock.advance(6_999);
  assert.deepEqual(await world.versions(), {});
  world.clock.advance(3_501);
  assert.equal((await running).created.length, 30);
});

test(
  'K9: where it asks for longer than a round may last, the round ends and says how long',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startSyncWorld(t);
    world.simulator.landscape.createApplication(application(1, 'orders'));
    const effect = { kind: 'status', code: 429, reason: 'TooManyRequests', retryAfterSeconds: 120 } as const;
    faultsOf(world).add({ verb: 'create', resource: 'applications', effect });
    const { applyError, created } = await world.sync();
    assert.deepEqual([applyError?.reason, applyError?.retryAfterMs, created], ['ClusterThrottled', 120_000, []]);
  },
);

test('K24: a list that expires half-way is begun anew, and no part of it is used', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 1; number <= 150; number += 1) {
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  }
  await world.sync();
  const before = await world.versions();
  const effect = { kind: 'status', code: 410, reason: 'Expired' } as const;
  faultsOf(world).add({ verb: 'list', resource: 'applications', skip: 1, effect });
  const outcome = await world.sync();
  assert.deepEqual([outcome.applyError, outcome.inSync, outcome.changes.length], [undefined, 150, 0]);
  assert.deepEqual(await world.versions(), before);
});

test(
  'an Application that the API server refuses is named, and the others are synchronized',
  EMBEDDED_ONLY,
  async (t) => {
    const world = await startSyncWorld(t);
    world.simulator.landscape.createApplication(application(1, 'orders'));
    world.simulator.landscape.createApplication(application(2, 'others'));
    const effect = { kind: 'deny', webhook: 'policy.example.com', message: 'orders are not welcome here' } as const;
    faultsOf(world).add({ verb: 'create', resource: 'applications', effect });
    const outcome = await world.sync();
    assert.deepEqual(
      outcome.failed.map(({ name, reason }) => [name, reason]),
      [['orders', 'ClusterRefused']],
    );
    assert.match(outcome.failed[0]?.message ?? '', /policy\.example\.com.*not welcome/);
    assert.deepEqual([outcome.created, outcome.applyError], [['others'], undefined]);
  },
);

test('K11: what a webhook makes of an Application is not written again and again', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  const effect = { kind: 'mutate', patch: { spec: { description: 'by order of the webhook' } } } as const;
  faultsOf(world).add({ resource: 'applications', times: 1e9, effect });
  world.simulator.landscape.createApplication(application(1, 'orders'));
  await world.sync();
  world.cluster.embedded?.clearRequests();
  await world.sync();
  assert.deepEqual(new Set(world.cluster.embedded?.requests().map(({ method }) => method)), new Set(['GET']));
  world.simulator.landscape.updateApplication(id(1), { bundles: [bundle(2)] });
  assert.deepEqual((await world.sync()).updated, ['orders']);
});

test('a cluster that goes away ends the round at once, and is named', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 1; number <= 50; number += 1) {
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  }
  faultsOf(world).add({ skip: 2, times: 1e9, effect: { kind: 'cut', when: 'before' } });
  const outcome = await world.sync();
  assert.equal(outcome.applyError?.reason, 'ClusterUnreachable');
  assert.ok((world.cluster.embedded?.requests() ?? []).length < 40);
  assert.deepEqual([outcome.fetch.ok, outcome.fetch.listed], [true, 50]);
});

test('a right that is missing ends the round instead of failing thousands one by one', async (t) => {
  const world = await startSyncWorld(t);
  const nobody = await world.cluster.as({ name: 'nobody' });
  for (let number = 1; number <= 5; number += 1) {
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  }
  const outcome = await world.another({}, nobody.cluster)();
  assert.equal(outcome.applyError?.reason, 'ClusterForbidden');
});

test('K21: what only etcd finds too large is named as such', EMBEDDED_ONLY, async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  const effect = { kind: 'status', code: 500, message: 'etcdserver: request is too large' } as const;
  faultsOf(world).add({ verb: 'create', resource: 'applications', effect });
  assert.equal((await world.sync()).failed[0]?.reason, 'ObjectTooLarge');
});
