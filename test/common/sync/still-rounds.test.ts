import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { wholeItem } from '#common/compass/director-item.ts';
import type { DirectorApplication, DirectorPage } from '#common/compass/director-types.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { Present } from '#common/sync/present.ts';
import { createSynchronizer, type SynchronizerOptions, type SyncRequest } from '#common/sync/synchronize.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { id, presentApplication } from './samples.ts';
import { directorApplication, pagesOf, presentOf, stillOptions, withCredentials } from './still.ts';

const MINUTE_MS = 60_000;
const ORDERS = directorApplication(1, 'orders', [withCredentials(11)]);
const STOCK = directorApplication(2, 'stock');
const HELD = { held: { id: 'a-plan', since: 7, members: ['m'] } };
const AWAY = new CompassError('ClusterUnreachable', 'away');

/** A synchronizer over what is present, of a Director that lists these; `list` says what it lists from then on. */
function start(present: Present, listed: readonly DirectorApplication[], more: Partial<SynchronizerOptions> = {}) {
  const clock = new ManualClock();
  clock.advance(MINUTE_MS);
  let pages: readonly Partial<DirectorPage>[] = [];
  const list = (applications: readonly DirectorApplication[], page: Partial<DirectorPage> = {}) => {
    pages = [{ items: applications.map(wholeItem), ...page }];
  };
  list(listed);
  const options = { ...stillOptions(present, pagesOf().source), clock, director: () => pagesOf(...pages).source };
  const synchronizer = createSynchronizer({ ...options, ...more });
  const request = { endpoint: { url: 'https://director.example' }, runtimeId: 'r' } as SyncRequest;
  const sync = (extra: Partial<SyncRequest> = {}): Promise<SyncOutcome> => synchronizer.run({ ...request, ...extra });
  const plan = () => synchronizer.plan({ ...request, fingerprintKey: new Sensitive('a-key-of-tests') });
  return { clock, list, sync, plan };
}

const failures = ({ failed }: SyncOutcome) => failed.map(({ name, reason }) => [name, reason]);

test('a round that finds everything as it is listed says so, the first one and the next', async () => {
  const { sync } = start(presentOf(ORDERS, STOCK), [ORDERS, STOCK]);
  for (let round = 0; round < 2; round += 1) {
    const { fetch, kept, held, writeLimit, ...outcome } = await sync();
    assert.deepEqual([fetch.ok, fetch.complete, fetch.listed, fetch.pages, fetch.latencyMs], [true, true, 2, 1, 0]);
    assert.deepEqual([kept, held], [{ held: undefined, decision: undefined }, undefined]);
    assert.ok(writeLimit > 0);
    assert.deepEqual(outcome, {
      ...{ present: 2, inSync: 2, unchanged: 2, secrets: 1, created: [], updated: [], deleted: [], deletedSecrets: 0 },
      ...{ failed: [], changes: [], applyError: undefined, stopped: false, durationMs: 0, writes: 0 },
    });
  }
});

test('present is what this connection keeps, listed or not, and nothing of others', async () => {
  const present = presentOf(STOCK, directorApplication(3, 'not-listed'));
  present.putApplication(presentApplication('foreign', id(4), 'foreign'));
  present.putApplication(presentApplication('unmarked', id(5), 'unmarked'));
  assert.equal((await start(present, [STOCK]).sync()).present, 3);
  const another = { config: { ...stillOptions(present, pagesOf().source).config, connectionName: 'another' } };
  assert.equal(
    (await start(present, [], another).sync()).present,
    2,
    'what carries no mark is not kept by another one',
  );
});

test('a listing that is torn is read four times, and nothing is concluded from it', async () => {
  const { list, sync } = start(presentOf(STOCK), [STOCK]);
  list([STOCK], { totalCount: 9 });
  const { fetch, present, inSync, kept } = await sync({ kept: HELD });
  assert.deepEqual([fetch.pages, fetch.ok, fetch.complete, present, inSync], [4, true, false, 1, 1]);
  assert.deepEqual(kept, { ...HELD, decision: undefined });
});

test('a plan that was held before is no more once a complete listing leaves nothing to go', async () => {
  const { sync } = start(presentOf(STOCK), [STOCK]);
  assert.deepEqual((await sync({ kept: HELD })).kept, { held: undefined, decision: undefined });
  assert.deepEqual((await sync({ kept: {} })).kept, { held: undefined, decision: undefined });
});

test('many that are listed no more are held, and what is held outlives the process', async () => {
  const many = Array.from({ length: 20 }, (_, at) => directorApplication(at, `app-${at}`));
  const { sync } = start(presentOf(...many), []);
  const { held, kept, present } = await sync();
  assert.deepEqual([held?.count, present], [20, 20]);
  assert.deepEqual(kept.held, { id: held?.id, since: held?.since, members: held?.members });
  const decision = { plan: held?.id ?? '', verdict: 'rejected', at: 1, members: held?.members ?? [] } as const;
  const told = (runtimeId: string) => sync({ kept: { ...kept, decision: { ...decision, runtimeId } } });
  assert.equal((await told('r')).kept.decision?.verdict, 'rejected');
  assert.equal((await told('of another')).kept.decision, undefined);
});

test('a cluster that cannot be read ends the round before anything is concluded or written', async () => {
  const open = () => Promise.reject(AWAY);
  const { sync } = start(presentOf(), [STOCK], { present: { open, forget: () => undefined } });
  const { applyError, fetch, kept, writes, failed } = await sync({ kept: HELD });
  assert.deepEqual([applyError, fetch.complete, fetch.pages, writes, failed], [AWAY, true, 1, 0, []]);
  assert.deepEqual(kept.held, HELD.held);
  const suspended = await sync({ kept: HELD, deletionsSuspended: true });
  assert.deepEqual([suspended.applyError, suspended.suspended], [AWAY, undefined]);
  const bug = () => Promise.reject(new TypeError('a bug'));
  await assert.rejects(start(presentOf(), [], { present: { open: bug, forget: () => undefined } }).sync(), /a bug/);
});

test('listings confirm each other across three periods, however long these are, and five minutes at least', async () => {
  for (const [syncPeriodMs, waitMs, isGone] of [
    [10 * MINUTE_MS, 29 * MINUTE_MS, true],
    [10 * MINUTE_MS, 31 * MINUTE_MS, false],
    [MINUTE_MS, 5 * MINUTE_MS, true],
    [undefined, 6 * MINUTE_MS, false],
  ] as const) {
    const present = presentOf(ORDERS, STOCK);
    const { config } = stillOptions(present, pagesOf().source);
    const every = syncPeriodMs === undefined ? {} : { syncPeriodMs };
    const { clock, sync } = start(present, [ORDERS], { config: { ...config, ...every, deletionBudget: { count: 1 } } });
    assert.equal((await sync()).present, 2);
    clock.advance(waitMs);
    assert.equal((await sync()).present, isGone ? 1 : 2, `${syncPeriodMs} ${waitMs}`);
  }
});

test('credentials that one Application lost are taken from it in the same round, once the listing is known', async () => {
  const lost = directorApplication(1, 'orders', [withCredentials(11, { defaultInstanceAuth: null })]);
  const { list, sync } = start(presentOf(ORDERS, STOCK), [ORDERS, STOCK]);
  await sync();
  list([lost, STOCK]);
  const outcome = await sync();
  assert.deepEqual([failures(outcome), outcome.fetch.pages], [[['orders', 'ClusterRefused']], 2]);
});

test('everything is looked at again when the key of the fingerprints is another one', async () => {
  let key: Sensitive | undefined;
  const { sync } = start(presentOf(ORDERS), [ORDERS], { fingerprintKey: () => key });
  for (let round = 0; round < 2; round += 1) assert.deepEqual(failures(await sync()), []);
  key = new Sensitive('another');
  assert.deepEqual(failures(await sync()), [['orders', 'ClusterRefused']], 'its Secret lacks the fingerprint');
});

/** A cluster that keeps what is written as it is. */
function keeping(): Cluster {
  let version = 1;
  const keep = (_: unknown, { metadata, ...object }: KubeObject) => {
    version += 1;
    return Promise.resolve({
      ...object,
      metadata: { uid: `uid-${metadata.name}`, ...metadata, resourceVersion: `${version}` },
    });
  };
  return { create: keep, apply: keep } as Partial<Cluster> as Cluster;
}

test('a round tells what it made and what it changed, when, and why', async () => {
  const { clock, list, sync } = start(presentOf(ORDERS, STOCK), [ORDERS, STOCK], { cluster: keeping() });
  await sync();
  clock.advance(MINUTE_MS);
  const [one, two] = [3, 4].map((number) => directorApplication(number, `new-${number}`));
  assert.ok(one && two);
  const changed = { ...STOCK, description: 'changed' };
  list([ORDERS, changed, one, two]);
  const { created, updated, unchanged, inSync, present, writes, changes } = await sync();
  assert.deepEqual([created, updated, unchanged, inSync, present], [['new-3', 'new-4'], ['stock'], 1, 4, 4]);
  const time = clock.now();
  const of = (name: string, action: string, cause: string) => ({ time, kind: 'Application', name, action, cause });
  assert.deepEqual(changes, [
    of('stock', 'updated', 'differs from what is listed'),
    of('new-3', 'created', 'newly listed'),
    of('new-4', 'created', 'newly listed'),
  ]);
  assert.equal(writes, 3);
  list([ORDERS, { ...changed, description: 'again' }, one, { ...two, description: 'too' }]);
  const again = await sync();
  assert.deepEqual([again.created, again.updated, again.unchanged], [[], ['stock', 'new-4'], 2]);
});

test('what is listed as before, and is not so in the cluster, was changed there', async () => {
  const present = presentOf(ORDERS, STOCK);
  const { sync } = start(present, [ORDERS, STOCK], { cluster: keeping() });
  await sync();
  present.removeApplication('stock');
  const orders = present.application('orders');
  assert.ok(orders);
  present.putApplication({ ...orders, digest: 'by hand' });
  const { changes } = await sync();
  assert.deepEqual(
    changes.map(({ name, action, cause }) => [name, action, cause]),
    [
      ['orders', 'updated', 'was changed in the cluster'],
      ['stock', 'created', 'was gone from the cluster'],
    ],
  );
});

test('a round that ends before it has begun has listed nothing, and says so', async () => {
  const { sync } = start(presentOf(STOCK), [STOCK]);
  const { stopped, fetch, inSync } = await sync({ signal: AbortSignal.abort() });
  assert.deepEqual([stopped, fetch.complete, fetch.listed, fetch.pages, inSync], [true, false, 0, 0, 0]);
});

test('a plan tells what waits to go, and leaves what is present as it is', async () => {
  const present = presentOf(ORDERS, STOCK);
  const { plan } = start(present, [STOCK]);
  const { entries, complete } = await plan();
  assert.equal(complete, true);
  assert.deepEqual(
    entries.map(({ name, action, reason }) => [name, action, reason]),
    [['orders', 'hold', 'Unconfirmed']],
  );
  assert.deepEqual([...present.applicationNames()], ['orders', 'stock']);
});
