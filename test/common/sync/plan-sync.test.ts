import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION, type Application, type ApplicationSpec } from '#common/resources/application.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import type { PlanEntry, SyncPlan } from '#common/sync/plan-document.ts';
import { application, basic, bundle, id } from './samples.ts';
import { INTEGRATION_NAMESPACE, type SyncWorld, startSyncWorld } from './world.ts';

const MINUTE_MS = 60_000;
const withSecret = (number: number, password?: string) => bundle(number, { defaultInstanceAuth: basic(password) });

/** Each entry in one line. */
function lines({ entries }: SyncPlan): string[] {
  return entries.map(({ action, kind, name, reason }) => [action, kind, name, reason].filter(Boolean).join(' '));
}

/** A plan, of which it is made sure that it stored nothing. */
async function planned(world: SyncWorld, names?: readonly string[]): Promise<SyncPlan> {
  const before = await world.versions();
  const plan = await world.plan(names === undefined ? {} : { names });
  assert.deepEqual(await world.versions(), before);
  return plan;
}

/** What is in the cluster, without what every write changes. */
async function contents(world: SyncWorld): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [kind, namespace] of [[APPLICATION], [SECRET, INTEGRATION_NAMESPACE]] as const) {
    for await (const { items } of world.cluster.cluster.listPages(kind, { namespace })) {
      for (const { metadata, ...rest } of items) {
        const { labels, annotations, ownerReferences } = metadata;
        found[`${kind.kind} ${metadata.name}`] = JSON.stringify({ labels, annotations, ownerReferences, rest });
      }
    }
  }
  return found;
}

/** What really changes when the synchronization that was planned is carried out. */
async function carriedOut(world: SyncWorld): Promise<string[]> {
  const before = await contents(world);
  await world.sync();
  const after = await contents(world);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${before[name] ? (after[name] ? 'update' : 'delete') : 'create'} ${name}`)
    .toSorted();
}

async function assertTold(world: SyncWorld): Promise<SyncPlan> {
  const plan = await planned(world);
  const told = lines(plan).filter((line) => /^(?:create|update|delete) /.test(line));
  // The garbage collector takes the Secrets of what is deleted in its own time, and without a controller manager never.
  const along = plan.entries.filter(({ message }) => message?.startsWith('goes with')).map(({ name }) => name);
  const isAlong = (line: string) => along.some((name) => line === `delete Secret ${name}`);
  const done = await carriedOut(world);
  assert.deepEqual(
    told.filter((line) => !isAlong(line)).toSorted(),
    done.filter((line) => !isAlong(line)),
  );
  return plan;
}

async function start(t: TestContext): Promise<SyncWorld> {
  return startSyncWorld(t);
}

test('a plan of what is new has the Application, whole, and its Secrets by fingerprint, and stores nothing', async (t) => {
  const world = await start(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [withSecret(2, 'not-a-password')]));
  const first = await planned(world);
  const plan = await assertTold(world);
  assert.deepEqual(first.entries, plan.entries, 'the same each time');
  assert.deepEqual(lines(plan), ['create Application orders', `create Secret orders-${id(2)}`]);
  const [created, secret] = plan.entries as readonly (PlanEntry & { after: Parts })[];
  assert.equal(created?.before, undefined);
  const [entry] = created?.after.spec?.services?.[0]?.entries ?? [];
  assert.deepEqual(entry?.credentials, { secretName: `orders-${id(2)}`, type: 'Basic' });
  const data = secret?.after.data ?? {};
  assert.deepEqual(Object.keys(data), ['password', 'username']);
  assert.match(data['password'] ?? '', /^hmac:[0-9a-f]{16}$/);
  assert.equal(secret?.application, 'orders');
  assert.doesNotMatch(JSON.stringify(plan), /not-a-password|bm90LWEtcGFzc3dvcmQ/);
  assert.deepEqual(plan.totals, { create: 2, update: 0, delete: 0, hold: 0, fail: 0, unchanged: 0 });
});

test('what is as it is listed makes no entry', async (t) => {
  const world = await start(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [withSecret(2)]));
  await world.sync();
  const plan = await assertTold(world);
  assert.deepEqual([plan.entries, plan.totals.unchanged, plan.listed, plan.complete], [[], 1, 1, true]);
});

test('a changed spec and a changed password are updates, with before and after', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [withSecret(2, 'one')]));
  landscape.createApplication(application(3, 'stays', [withSecret(4)]));
  await world.sync();
  landscape.updateApplication(id(1), { description: 'changed', bundles: [withSecret(2, 'two')] });
  const plan = await assertTold(world);
  assert.deepEqual(lines(plan), ['update Application orders', `update Secret orders-${id(2)}`]);
  const [changed, secret] = plan.entries as readonly (PlanEntry & { before: Parts; after: Parts })[];
  assert.deepEqual(
    [changed?.before.spec?.description, changed?.after.spec?.description],
    ['Description not provided', 'changed'],
  );
  assert.equal(secret?.before.data?.['username'], secret?.after.data?.['username']);
  assert.notEqual(secret?.before.data?.['password'], secret?.after.data?.['password']);
});

interface Parts {
  readonly spec?: ApplicationSpec;
  readonly data?: Readonly<Record<string, string>>;
}

test('a rename is the new Application, its Secrets, and the end of the old ones', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'before', [withSecret(2)]));
  await world.sync();
  landscape.updateApplication(id(1), { name: 'now' });
  const plan = await assertTold(world);
  assert.deepEqual(lines(plan), [
    'delete Application before',
    `delete Secret before-${id(2)}`,
    'create Application now',
    `create Secret now-${id(2)}`,
  ]);
  assert.deepEqual(
    plan.entries.map(({ message, listedAs }) => [message, listedAs]),
    [
      ['renamed to now', 'now'],
      ['goes with its Application before', 'now'],
      ['renamed from before', undefined],
      [undefined, undefined],
    ],
  );
});

test('two Applications that swap their names are planned as they are carried out', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'left', [withSecret(3, 'one')]));
  landscape.createApplication(application(2, 'right', [withSecret(4, 'two')]));
  await world.sync();
  landscape.updateApplication(id(1), { name: 'right' });
  landscape.updateApplication(id(2), { name: 'left' });
  const plan = await assertTold(world);
  assert.deepEqual(
    lines(plan).filter((line) => line.includes('Application')),
    ['update Application left', 'update Application right'],
  );
});

test('what is no longer listed waits for a second listing, and a plan is none', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'stays'));
  landscape.createApplication(application(2, 'goes', [withSecret(3)]));
  await world.sync();
  landscape.deleteApplication(id(2));
  assert.deepEqual(lines(await planned(world)), ['hold Application goes Unconfirmed']);
  world.clock.advance(MINUTE_MS);
  assert.deepEqual(lines(await assertTold(world)), ['hold Application goes Unconfirmed']);
  world.clock.advance(MINUTE_MS);
  const plan = await assertTold(world);
  assert.deepEqual(lines(plan), ['delete Application goes', `delete Secret goes-${id(3)}`]);
  assert.equal(plan.entries[0]?.message, 'no longer listed');
  assert.ok(plan.entries[0]?.before);
});

test('deletions beyond the budget are held, with the reason and the id of the plan', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'one'));
  landscape.createApplication(application(2, 'two'));
  await world.sync();
  landscape.deleteAllApplications();
  const { held } = await world.sync();
  world.clock.advance(MINUTE_MS);
  const plan = await assertTold(world);
  assert.deepEqual(lines(plan), ['hold Application one DeletionsHeld', 'hold Application two DeletionsHeld']);
  assert.deepEqual([plan.held?.id, plan.held?.count], [held?.id, 2]);
  assert.match(plan.held?.why ?? '', /lists no Application/);
  assert.equal(plan.entries[0]?.message, `held by plan ${held?.id}`);
});

test('an object of somebody else is a failure, and stays', async (t) => {
  const world = await start(t);
  const { apiVersion, kind } = APPLICATION;
  const foreign: Application = {
    apiVersion,
    kind,
    metadata: { name: 'taken' },
    spec: { description: '', services: [] },
  };
  await world.cluster.cluster.create(APPLICATION, foreign);
  world.simulator.landscape.createApplication(application(1, 'taken'));
  world.simulator.landscape.createApplication(application(2, 'Not a name'));
  assert.deepEqual(lines(await assertTold(world)), [
    'fail Application Not a name InvalidName',
    'fail Application taken ForeignObject',
  ]);
});

test('a listing that is not complete says so, and nothing of what is not in it', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'stays'));
  landscape.createApplication(application(2, 'goes'));
  await world.sync();
  landscape.deleteApplication(id(2));
  const set = { '/data/applicationsForRuntime/totalCount': 2 };
  world.simulator.faults.add({ operation: 'applicationsForRuntime', set });
  const plan = await planned(world);
  assert.deepEqual([plan.complete, plan.incompleteBecause, lines(plan)], [false, '1 listed of 2 counted', []]);
});

test('a plan that is told to stop is an error, whenever that is', async (t) => {
  const stopping = new AbortController();
  const page = { items: [], totalCount: 0, next: undefined, bytes: 0 };
  const source: ListingSource = {
    fetchPage() {
      stopping.abort();
      return Promise.resolve(page);
    },
    fetchHead: assert.fail,
  };
  const world = await startSyncWorld(t, 'field', { director: () => source });
  await assert.rejects(world.plan({ signal: stopping.signal }), { reason: 'Stopping' });
  await assert.rejects(world.plan({ signal: AbortSignal.abort() }), { reason: 'Stopping' });
});

test('a plan says no more than there is to say', async (t) => {
  const world = await start(t);
  world.simulator.landscape.createApplication(application(1, 'orders'));
  await world.sync();
  assert.deepEqual(await planned(world), {
    schemaVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    listed: 1,
    complete: true,
    totals: { create: 0, update: 0, delete: 0, hold: 0, fail: 0, unchanged: 1 },
    entries: [],
  });
});

test('of a plan that is held it says since when, when it goes, and whether somebody rejected it', async (t) => {
  const world = await startSyncWorld(t, 'field', { holdMs: 15 * MINUTE_MS });
  const { landscape, runtimeId } = world.simulator;
  for (const number of [1, 2]) landscape.createApplication(application(number, `app-${number}`));
  await world.sync();
  landscape.deleteAllApplications();
  const { held } = await world.sync();
  assert.ok(held);
  world.clock.advance(MINUTE_MS);
  const { id: plan, why, members } = held;
  const known = { id: plan, count: 2, since: '2026-01-01T00:00:00Z', budget: 10, why };
  assert.deepEqual((await planned(world)).held, { ...known, goesAt: '2026-01-01T00:15:00Z' });
  const decision = { plan, verdict: 'rejected', at: world.clock.now(), runtimeId, members } as const;
  assert.deepEqual((await world.plan({ kept: { held, decision } })).held, { ...known, decision: 'rejected' });
});

test('a listing that fails is an error', async (t) => {
  const world = await start(t);
  world.simulator.faults.add({ operation: 'applicationsForRuntime', status: 503 });
  await assert.rejects(world.plan(), { reason: 'CompassUnavailable' });
});

test('a plan can be narrowed to names, of objects or of the Director, and says which of them nobody knows', async (t) => {
  const world = await start(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'before', [withSecret(2)]));
  landscape.createApplication(application(3, 'other'));
  landscape.createApplication(application(4, 'same'));
  await world.sync();
  landscape.updateApplication(id(1), { name: 'now' });
  landscape.updateApplication(id(3), { description: 'changed' });
  const other = await planned(world, ['other', 'same']);
  assert.deepEqual([lines(other), other.totals.unchanged], [['update Application other'], 1]);
  assert.equal((await planned(world, ['other'])).totals.unchanged, 0);
  assert.equal((await planned(world, ['now'])).entries.length, 4);
  const { entries, unknown } = await planned(world, ['before', 'nobody']);
  assert.deepEqual([entries.length, unknown], [2, ['nobody']]);
});
