import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { DirectorApplication } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import type { Round } from '#common/sync/round.ts';
import { id, presentApplication } from './samples.ts';
import { directorApplication, presentOf, putAsListed, roundOver, withCredentials } from './still.ts';

const ORDERS = directorApplication(1, 'orders', [withCredentials(2)]);
const [SECRET_OF_ORDERS] = [`orders-${id(2)}`];
const UNKNOWN = { credential: { type: 'Unknown', typename: 'New' } } as const;

/** Brings an Application into the cluster, unless it is as before. */
async function bring(round: Round, application: DirectorApplication, digest = 'd'): Promise<boolean> {
  const taken = round.take(application, digest);
  if (taken) await round.settle(taken);
  return taken !== undefined;
}

/** A round after one in which `orders` was brought into the cluster whole. */
async function afterOrders() {
  const present = presentOf(ORDERS);
  const world = roundOver(present);
  await bring(world.round, ORDERS);
  world.round.begin();
  const byPage = (name = ORDERS.name, shown = 'd', of = ORDERS.id) =>
    world.round.pageMemory.takeAsBefore({ id: of, name, shown });
  return { present, ...world, byPage };
}

test('what was found whole is as before in the next reading, with its Secrets, however that is told', async () => {
  for (const how of ['page', 'item', 'whole'] as const) {
    const { round, tally, state, byPage } = await afterOrders();
    assert.deepEqual([tally.settledCount, tally.wanted.size], [0, 0]);
    if (how === 'page') assert.equal(byPage(), true);
    else if (how === 'item') assert.equal(round.takeShown(ORDERS, 'd'), true);
    else assert.equal(round.take(ORDERS, 'd'), undefined);
    assert.deepEqual([tally.isPlain('orders'), [...tally.wanted.keys()]], [true, [SECRET_OF_ORDERS]], how);
    assert.deepEqual([state.writes, tally.failed], [0, []]);
  }
});

test('what its page shows of an Application without an id or a name says nothing', async () => {
  const { round } = await afterOrders();
  assert.equal(round.takeShown({ name: 'orders' }, 'd'), false);
  assert.equal(round.takeShown({ id: ORDERS.id }, 'd'), false);
  assert.equal(round.takeShown(ORDERS, 'another'), false);
});

test('an Application is looked at again once something else is listed of it', async () => {
  const { round, tally, byPage } = await afterOrders();
  assert.deepEqual(
    [byPage('orders', 'another'), byPage('others'), byPage('orders', 'd', id(9))],
    [false, false, false],
  );
  assert.equal(await bring(round, ORDERS, 'another'), true);
  assert.equal(tally.isSettled('orders'), true);
  assert.deepEqual([byPage(), byPage('orders', 'another')], [false, true]);
});

test('an Application whose Secret another one claimed in this listing is not as before', async () => {
  const { tally, byPage } = await afterOrders();
  tally.claim(SECRET_OF_ORDERS ?? '', id(9));
  assert.deepEqual([byPage(), tally.settledCount], [false, 0]);
});

test('a name is that of one id in each listing, also where the one that had it was as before', async () => {
  const { present, round, before, byPage } = await afterOrders();
  assert.equal(byPage(), true);
  const another = directorApplication(3, 'orders');
  putAsListed(present, another);
  before.note(another, 'e', [], present);
  assert.equal(byPage('orders', 'e', id(3)), false);
  round.begin();
  assert.equal(byPage('orders', 'e', id(3)), true);
});

test('nothing is as before, and nothing is written, once something concerns the whole cluster', async () => {
  const { round, tally, state, byPage } = await afterOrders();
  round.applyError = new CompassError('ClusterUnreachable', 'away');
  assert.equal(byPage(), false);
  assert.equal(await bring(round, directorApplication(5, 'new')), true);
  assert.deepEqual([state.writes, tally.failed, tally.settledCount], [0, [], 0]);
});

test('an Application with something to be said of it is never as before', async () => {
  const apiDefinitions = [{ id: id(200), name: 'Orders API', targetURL: 'ftp://orders.example.com' }];
  const odd = directorApplication(1, 'orders', [withCredentials(2, { apiDefinitions })]);
  const { round, tally } = roundOver(presentOf(odd));
  for (let reading = 0; reading < 2; reading += 1) {
    assert.equal(await bring(round, odd), true);
    assert.deepEqual([tally.settledCount, tally.inSync, tally.failed.length], [1, 0, 1]);
    round.begin();
  }
});

test('an Application without what it needs of Secrets is not as before, since it was not brought', async () => {
  const present = presentOf(ORDERS);
  present.removeSecret(SECRET_OF_ORDERS ?? '');
  const { round, tally } = roundOver(present);
  for (let reading = 0; reading < 2; reading += 1) assert.equal(await bring(round, ORDERS), true);
  assert.deepEqual([tally.settledCount, tally.failed.length], [0, 1]);
});

for (const how of ['as before', 'brought'] as const) {
  test(`refusals are not in a row where one between them is ${how}`, async () => {
    const { round, state, byPage } = await afterOrders();
    state.reason = 'ClusterForbidden';
    const ended = () => round.applyError?.reason;
    for (let number = 20; number < 29; number += 1) await bring(round, directorApplication(number, `app-${number}`));
    if (how === 'as before') assert.equal(byPage(), true);
    else assert.equal(await bring(round, ORDERS, 'another'), true);
    for (let number = 30; number < 39; number += 1) await bring(round, directorApplication(number, `app-${number}`));
    assert.equal(ended(), undefined);
    await bring(round, directorApplication(39, 'app-39'));
    assert.equal(ended(), 'ClusterForbidden');
  });
}

test('the note of what was wrong is taken away once nothing is', async () => {
  const present = presentOf(directorApplication(1, 'orders'));
  const [record] = present.applications();
  assert.ok(record);
  present.putApplication({ ...record, syncError: 'InvalidName: no' });
  const { round, tally, state } = roundOver(present);
  await bring(round, directorApplication(1, 'orders'));
  assert.deepEqual([state.writes, tally.failed, tally.inSync], [1, [], 1]);
});

test('the last good credentials are looked for in Applications of the same id only', async () => {
  const unusable = directorApplication(1, 'orders', [withCredentials(2, { defaultInstanceAuth: UNKNOWN })]);
  const asked: string[] = [];
  const find: Cluster['find'] = ({ name }) => {
    asked.push(name);
    return Promise.resolve(undefined);
  };
  for (const [holder, from] of [
    [presentApplication('orders', id(1)), ['orders']],
    [presentApplication('orders', undefined), []],
    [undefined, []],
  ] as const) {
    const present = presentOf();
    if (holder) present.putApplication(holder);
    const { round, tally } = roundOver(present, { cluster: { find } as Cluster });
    await bring(round, unusable);
    assert.deepEqual([asked.splice(0), tally.failed[0]?.reason], [from, 'ClusterRefused']);
  }
});

test('credentials that only a further page shows tell that others were taken away', async () => {
  const lost = directorApplication(1, 'orders', [withCredentials(2, { defaultInstanceAuth: null })]);
  const shown = directorApplication(3, 'stock', [withCredentials(4)]);
  const { round, tally, state } = roundOver(presentOf(ORDERS, shown));
  await bring(round, lost);
  assert.deepEqual([round.overflow, tally.failed.map(({ reason }) => reason)], [1, ['ListingIncomplete']]);
  round.begin();
  assert.deepEqual([round.overflow, tally.failed, state.writes], [0, [], 0]);
  await bring(round, shown);
  await bring(round, lost);
  assert.equal(round.overflow, 0);
  assert.ok(state.writes > 0);
});

test('who waited in a reading that is begun anew waits no more', async () => {
  const lost = directorApplication(1, 'orders', [withCredentials(2, { defaultInstanceAuth: null })]);
  const { round } = roundOver(presentOf(ORDERS));
  await bring(round, lost);
  round.begin();
  round.sight.conclude({});
  await bring(round, lost);
  assert.equal(round.overflow, 1, 'nobody had asked what became of its credentials');
});
