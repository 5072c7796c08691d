import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { CALLS, type TracedCall } from '#common/calls.ts';
import { jsonLog } from '#common/log.ts';
import { WatchedPresent } from '#common/sync/watched-present.ts';
import { until } from '../../cluster/until.ts';
import type { RecordedRequest } from '../../kube-api/recorder.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { application, basic, bundle } from './samples.ts';
import { INTEGRATION_NAMESPACE, type Sync, type SyncWorld, startSyncWorld } from './world.ts';

/** A world whose rounds see what is watched. */
export interface WatchedWorld extends SyncWorld {
  readonly watched: WatchedPresent;
  readonly sync: Sync;
  /** What the watches and their polls go by. */
  readonly watchClock: ManualClock;
  /** What the watches logged. */
  readonly told: readonly string[];
}

/** Nothing is in it, and nothing was synchronized. */
export async function startEmptyWatched(t: TestContext): Promise<WatchedWorld> {
  const world = await startSyncWorld(t);
  const { cluster } = world.cluster;
  const place = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
  const watchClock = new ManualClock();
  const told: string[] = [];
  const log = jsonLog(
    (line) => told.push(line),
    'info',
    () => watchClock.now(),
  );
  const watched = new WatchedPresent({ cluster, place, clock: watchClock, random: () => 0.5, log });
  const over = new AbortController();
  const running = watched.run(over.signal);
  t.after(async () => {
    over.abort();
    await running;
  });
  const sync = world.another(undefined, undefined, { present: watched });
  return { ...world, watched, sync, watchClock, told };
}

/** Two Applications with a Secret each, synchronized once. */
export async function startWatched(t: TestContext): Promise<WatchedWorld> {
  const world = await startEmptyWatched(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(11, { defaultInstanceAuth: basic('one') })]));
  landscape.createApplication(application(2, 'parcels', [bundle(12, { defaultInstanceAuth: basic('two') })]));
  const { created } = await world.sync();
  assert.equal(created.length, 2);
  return world;
}

/** The calls of the API server that a synchronization made for Applications and Secrets, but for the watches. */
export async function callsOf(work: () => Promise<unknown>): Promise<readonly string[]> {
  const calls: string[] = [];
  const note = { start: ({ side, what }: TracedCall) => void (side === 'cluster' && calls.push(what)) };
  CALLS.subscribe(note as never);
  try {
    await work();
  } finally {
    CALLS.unsubscribe(note as never);
  }
  return calls.filter((call) => !call.startsWith('watch ')).toSorted();
}

/** Events of what was written before may still be on their way. */
export async function settled({ sync }: WatchedWorld): Promise<void> {
  await until('a round without a call', async () => (await callsOf(sync)).length === 0);
}

/** What was asked of the embedded server while `work` was done, in short; `metadata` are lists that show nothing else. */
export async function requestsOf({ cluster }: WatchedWorld, work: () => Promise<unknown>): Promise<readonly string[]> {
  const requests = () => cluster.embedded?.requests() ?? assert.fail('not the embedded server');
  const before = requests().length;
  await work();
  return requests().slice(before).map(inShort);
}

function inShort({ method, path, query, accept }: RecordedRequest): string {
  const [resource] = path.split('/').filter((part) => part === 'applications' || part === 'secrets');
  const isOne = !path.endsWith(`/${resource}`);
  const verb = query['watch'] ? 'watch' : isOne || method !== 'GET' ? method.toLowerCase() : 'list';
  return `${verb}${accept.includes('PartialObjectMetadata') ? ' metadata of' : ''} ${resource}`;
}
