import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { until } from '../../cluster/until.ts';
import { application, bundle, id } from './samples.ts';
import { type SyncWorld, startSyncWorld } from './world.ts';

const EMBEDDED_ONLY = { skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'the genuine server has no faults' };
const LIST = 'applicationsForRuntime';
const RETRY_AFTER_S = 7;

/**
 * A world whose first synchronization comes to a standstill at its first writes until `goOn`: so many are refused, and then
 * so many wait.
 */
async function startStalling(t: TestContext, { refused, waiting }: Readonly<Record<'refused' | 'waiting', number>>) {
  const world = await startSyncWorld(t);
  const { embedded } = world.cluster;
  assert.ok(embedded);
  const effect = {
    kind: 'status',
    code: 429,
    reason: 'TooManyRequests',
    retryAfterSeconds: RETRY_AFTER_S,
  } as const;
  embedded.faults.add({ verb: 'create', resource: 'applications', times: refused, effect });
  return {
    world,
    operations: (operation: string) =>
      world.simulator.requests.list().filter((request) => request.operation === operation).length,
    stalled: () => until('the writes to wait', () => Promise.resolve(world.clock.sleepers === waiting || undefined)),
    /** Beyond the time that was asked for, which is spread. */
    goOn: () => world.clock.advance(RETRY_AFTER_S * 1_500),
  };
}

/** Whatever the Director was going to be asked for has been asked for by then. */
async function settled(world: SyncWorld): Promise<void> {
  for (let read = 0; read < 5; read += 1) await world.versions();
}

function createMany({ simulator }: SyncWorld, count: number): void {
  for (let number = 1; number <= count; number += 1) {
    simulator.landscape.createApplication(application(number, `app-${number}`));
  }
}

test('while a page is written the next one is read, and none behind that', EMBEDDED_ONLY, async (t) => {
  const { world, operations, stalled, goOn } = await startStalling(t, { refused: 8, waiting: 2 });
  createMany(world, 320);
  world.simulator.requests.clear();
  const running = world.sync();
  await stalled();
  await until('the next page', () => Promise.resolve(operations(LIST) === 2 || undefined));
  await settled(world);
  assert.equal(operations(LIST), 2);
  goOn();
  const { created, fetch } = await running;
  assert.deepEqual([created.length, fetch.complete, fetch.pages, operations(LIST)], [320, true, 4, 4]);
});

test('a stop while a page is written ends the reading too', EMBEDDED_ONLY, async (t) => {
  const { world, operations, stalled } = await startStalling(t, { refused: 8, waiting: 2 });
  createMany(world, 320);
  world.simulator.requests.clear();
  const stop = new AbortController();
  const running = world.sync({ signal: stop.signal });
  await stalled();
  stop.abort();
  const { stopped, created } = await running;
  await settled(world);
  assert.deepEqual([stopped, created, await world.versions()], [true, [], {}]);
  assert.ok(operations(LIST) <= 2);
});

test('large Applications are read when there is room for what they become', EMBEDDED_ONLY, async (t) => {
  const { world, operations, stalled, goOn } = await startStalling(t, { refused: 1, waiting: 3 });
  const large = bundle(1, { instanceAuthRequestInputSchema: JSON.stringify({ title: 'x'.repeat(1_200_000) }) });
  for (let number = 1; number <= 6; number += 1) {
    // The large one is on the page itself, and there is a further page of each.
    const bundles = Array.from({ length: 101 }, (_, at) => (at === 0 ? large : bundle(at + 1)));
    const own = bundles.map((one, at) => ({ ...one, id: id(number * 1_000 + at), apiDefinitions: [] }));
    world.simulator.landscape.createApplication({ ...application(number, `app-${number}`), bundles: own });
  }
  const running = world.sync();
  await stalled();
  await settled(world);
  // Three are under way, and the fourth waits to come in.
  assert.equal(operations('furtherBundles'), 4);
  goOn();
  const { created, failed } = await running;
  assert.deepEqual([created.length, failed, operations('furtherBundles')], [6, [], 6]);
});

test('the further pages of Applications are followed one Application after the other', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, requests } = world.simulator;
  for (let number = 1; number <= 4; number += 1) {
    const bundles = Array.from({ length: 250 }, (_, at) => ({ id: id(number * 1_000 + at), name: `Bundle ${at}` }));
    landscape.createApplication({ ...application(number, `app-${number}`), bundles });
  }
  const asked: unknown[] = [];
  requests.observe({
    begun: () => undefined,
    ended: ({ operation }, { variables }) => {
      if (operation === 'furtherBundles') asked.push(variables['applicationId']);
    },
  });
  const { created } = await world.sync();
  assert.equal(created.length, 4);
  assert.deepEqual(
    asked,
    [1, 2, 3, 4].flatMap((number) => [id(number), id(number)]),
  );
});

test('D3: a further page that fails ends the listing, and nothing is concluded from it', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults, requests } = world.simulator;
  createMany(world, 120);
  const bundles = Array.from({ length: 101 }, (_, at) => ({ id: id(1_000 + at), name: `Bundle ${at}` }));
  landscape.updateApplication(id(2), { bundles });
  requests.clear();
  faults.add({ operation: 'furtherBundles', status: 503 });
  const { fetch, created, deleted, failed } = await world.sync();
  assert.deepEqual(
    [fetch.ok, fetch.error?.reason, fetch.complete, created, deleted, failed],
    [false, 'CompassUnavailable', false, ['app-1'], [], []],
  );
  faults.clear();
  assert.equal((await world.sync()).fetch.complete, true);
});

test('credentials that only a further page shows are seen', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  const bundlesOf = (number: number, withCredentials: boolean) =>
    Array.from({ length: 101 }, (_, at) => ({
      ...{ id: id(number * 1_000 + at), name: `Bundle ${at}` },
      ...(withCredentials && at === 100
        ? { defaultInstanceAuth: { credential: { type: 'Basic' as const, username: 'u', password: 'p' } } }
        : {}),
    }));
  for (const number of [1, 2, 3]) {
    landscape.createApplication({ ...application(number, `app-${number}`), bundles: bundlesOf(number, true) });
  }
  assert.equal((await world.sync()).secrets, 3);
  for (const number of [1, 2]) landscape.updateApplication(id(number), { bundles: bundlesOf(number, false) });
  const { failed, secrets } = await world.sync();
  assert.deepEqual([failed, secrets], [[], 1]);
});
