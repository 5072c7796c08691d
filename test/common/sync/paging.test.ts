import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeItem } from '#common/compass/director-item.ts';
import { directorListing } from '#common/sync/director-source.ts';
import { listApplications } from '#common/sync/listing.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { application, id } from './samples.ts';
import { startSyncWorld } from './world.ts';

const MINUTE_MS = 60_000;

test('D4: Applications that come and go between two pages cost none of those that are there', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults } = world.simulator;
  for (let number = 1; number <= 250; number += 1) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  // Between the first and the second page one of the first page goes, so that one of the second is missed.
  let removed = 1;
  const move = () =>
    faults.add({
      operation: 'applicationsForRuntime',
      skip: 1,
      times: 1,
      run: () => {
        landscape.deleteApplication(id(removed));
        removed += 1;
      },
    });
  for (let round = 0; round < 3; round += 1) {
    move();
    const outcome = await world.sync();
    assert.ok(outcome.fetch.pages > 3, 'it was listed anew');
    assert.deepEqual(outcome.deleted, []);
    world.clock.advance(MINUTE_MS);
  }
  faults.clear();
  const outcome = await world.sync();
  assert.deepEqual([outcome.fetch.complete, outcome.deleted.toSorted()], [true, ['app-1', 'app-2', 'app-3']]);
  assert.equal((await world.sync()).present, 247);
});

test('D22, D3: a page has its deadline, and one that is too slow ends the listing with what was seen', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults } = world.simulator;
  for (let number = 1; number <= 150; number += 1) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  landscape.deleteApplication(id(150));
  await world.sync();
  landscape.updateApplication(id(1), { description: 'changed' });
  const director = directorListing({ extraRoots: [world.simulator.caPem], callMs: 1_000 });
  const impatient = world.another(undefined, undefined, { director });
  faults.add({ operation: 'applicationsForRuntime', skip: 1, delayMs: 30_000 });
  const startMs = performance.now();
  const outcome = await impatient();
  assert.ok(performance.now() - startMs < 10_000);
  assert.deepEqual([outcome.fetch.ok, outcome.fetch.pages, outcome.fetch.error?.reason], [false, 1, 'CompassTimeout']);
  assert.deepEqual([outcome.updated, outcome.deleted], [['app-1'], []]);
  world.clock.advance(MINUTE_MS);
  faults.clear();
  assert.deepEqual((await impatient()).deleted, []);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual((await impatient()).deleted, ['app-150']);
});

test('D22: while one synchronization runs, whoever asks for another gets the same', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape, faults, requests } = world.simulator;
  landscape.createApplication(application(1, 'orders'));
  faults.add({ operation: 'applicationsForRuntime', delayMs: 200 });
  requests.clear();
  const [first, second] = await Promise.all([world.sync(), world.sync()]);
  assert.equal(first, second);
  assert.equal(requests.list().length, 1);
});

test('D2: 5,000 Applications are one complete listing of 50 pages', async () => {
  const listed = Array.from({ length: 5_000 }, (_, at) => ({
    ...{ id: id(at), name: `app-${at}`, description: null, providerName: null },
    ...{ clientIds: [], bundles: [] },
  }));
  const fetchPage = async (first: number, after = '0') => {
    await Promise.resolve();
    const end = Number(after) + first;
    const next = end < listed.length ? String(end) : undefined;
    const items = listed.slice(Number(after), end).map(wholeItem);
    return { items, totalCount: listed.length, next, bytes: 0 };
  };
  const pages = listApplications({ fetchPage, fetchHead: assert.fail }, new ManualClock());
  for (let seen = 0; ; ) {
    const { done, value } = await pages.next();
    if (done) {
      assert.deepEqual([seen, value.complete, value.pages, value.heads.size], [5_000, true, 50, 5_000]);
      return;
    }
    seen += value.items.length;
  }
});
