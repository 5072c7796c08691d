import assert from 'node:assert/strict';
import { systemClock } from '#common/clock.ts';
import { SECRET } from '#common/cluster/objects.ts';
import type { RequestVerb } from '#common/resources/requests.ts';
import { until } from '../../cluster/until.ts';
import { CONFIGURATION, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const FLOOD_MS = 4_000;
/** On a machine that is slow it takes longer. */
const LEAST_ASKED = 50;
const QUIET = { APP_CONTROLLER_SYNC_PERIOD: '1h', APP_MINIMAL_COMPASS_SYNC_TIME: '2s' };

const annotation = (verb: RequestVerb) => `compass.kyma-project.io/${verb}`;

function patch({ cluster: { cluster } }: FaultWorld, changes: object): Promise<unknown> {
  return cluster.mergePatch(CONNECTION, changes, { fieldManager: 'somebody' });
}

async function isAnsweredAll(world: FaultWorld): Promise<boolean> {
  const { metadata, spec } = await world.connection();
  const isAsking = Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith('compass.kyma-project.io/'));
  return !isAsking && !spec.resyncNow && !spec.refreshCredentialsNow;
}

/** Asks again and again; how often, and what came of it at Compass and at the API server. */
async function flood(world: FaultWorld, changes: (count: number) => object, pauseMs: number) {
  world.here(QUIET);
  await world.configure();
  await world.reaches('Synchronized');
  const before = { listings: listings(world), certificates: certificates(world), writes: writes(world) };
  const endsMs = systemClock.monotonicMs() + FLOOD_MS;
  let asked = 0;
  while (systemClock.monotonicMs() < endsMs || asked < LEAST_ASKED) {
    await patch(world, changes(asked));
    asked += 1;
    await systemClock.sleep(pauseMs);
  }
  await until('the last ones are answered', () => isAnsweredAll(world));
  const seconds = (systemClock.monotonicMs() - endsMs + FLOOD_MS) / 1_000;
  return {
    asked,
    seconds,
    listings: listings(world) - before.listings,
    renewals: certificates(world) - before.certificates,
    writes: writes(world) - before.writes,
  };
}

const listings = (world: FaultWorld) => world.count('director', 'applicationsForRuntime');
const certificates = ({ simulator }: FaultWorld) => simulator.certificates.list().length;

/** What the sidecar wrote, beside its Lease; whether it may do something is asked by POST, and stores nothing. */
function writes({ cluster: { embedded } }: FaultWorld): number {
  const isWrite = ({ method, userAgent, path }: { method: string; userAgent: string; path: string }) =>
    method !== 'GET' && userAgent.startsWith('compass-sidecar') && !/\/leases\/|\/selfsubjectaccessreviews$/.test(path);
  return (embedded?.requests() ?? []).filter(isWrite).length;
}

row('R9', 'resyncNow that is set again and again is one synchronization in the minimal time', async (world) => {
  const { seconds, listings } = await flood(world, () => ({ spec: { resyncNow: true } }), 100);
  assert.ok(listings >= 2, 'nothing was synchronized');
  assert.ok(listings <= 1 + seconds / 2, `${listings} listings in ${seconds} s`);
});

row(['R9', 'G7'], 'requests without end are coalesced: Compass and the API server see few of them', async (world) => {
  const changes = (count: number) => {
    const verbs = ['sync', 'renew', 'check', 'diff'] as const;
    const annotations = Object.fromEntries(verbs.map((verb) => [annotation(verb), `${verb}-${count}`]));
    return { metadata: { annotations }, spec: { resyncNow: true, refreshCredentialsNow: true } };
  };
  const seen = await flood(world, changes, 0);
  const { seconds } = seen;
  assert.ok(seen.renewals >= 1 && seen.renewals <= 1 + seconds / 2, `${seen.renewals} renewals in ${seconds} s`);
  // Those of diff, five at once and then one in two seconds, and those of sync.
  assert.ok(seen.listings <= 6 + seconds, `${seen.listings} listings in ${seconds} s`);
  // Twenty passes at once and then one a second, of which each writes a few times.
  assert.ok(seen.writes <= 10 * (20 + seconds), `${seen.writes} writes in ${seconds} s`);
});

row('R7', 'a renewal, a new configuration, requests and SIGHUP at once are one renewal', async (world) => {
  const { simulator } = world;
  const sidecar = world.start(QUIET);
  await world.configure();
  await world.reaches('Synchronized');
  simulator.faults.add({ target: 'connectorMtls', operation: 'configuration', delayMs: 1_000 });
  const renewing = simulator.requests.next(
    ({ target, rootFields }) => target === 'connectorMtls' && rootFields.includes('configuration'),
  );
  const ask = (id: string) =>
    patch(world, { metadata: { annotations: { [annotation('renew')]: id } }, spec: { refreshCredentialsNow: true } });
  await ask('first');
  await renewing;
  const configuration = { stringData: { NOTE: 'somebody wrote this' } };
  await Promise.all([
    ask('second'),
    world.cluster.cluster.mergePatch({ kind: SECRET, ...CONFIGURATION }, configuration, { fieldManager: 'operator' }),
  ]);
  sidecar.child.kill('SIGHUP');
  await until('all is answered', () => isAnsweredAll(world));
  await world.reaches('Synchronized');
  assert.equal(certificates(world), 2);
  assert.equal(sidecar.child.exitCode ?? sidecar.child.signalCode, null, 'it goes on');
});
