import assert from 'node:assert/strict';
import { systemClock } from '#common/clock.ts';
import { DEPLOYMENT, SECRET } from '#common/cluster/objects.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf } from '../../journeys/every-state.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { clientSecret, eventsOf, metricsOf, probe, reportOf, synchronized } from '../cluster/steps.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { shiftedClock } from '../sidecar-here.ts';
import type { FaultWorld } from '../world.ts';

const MANAGER = 'compass-runtime-agent';

/** As the Go agent writes its status: the whole object, without the conditions that it does not know. */
async function agentWrites({ cluster: { cluster } }: FaultWorld): Promise<void> {
  const status = { conditions: null, connectionStatus: { lastSync: new Date().toISOString().replace(/\.\d+Z$/, 'Z') } };
  await cluster.mergePatch(CONNECTION, { status }, { fieldManager: MANAGER });
}

/** Of `until`, which looks every 20 ms. */
const LOOKS_A_ROUND = 100;

const isTold = (connection: CompassConnection) => conditionOf(connection, 'ForeignAgent')?.status === 'True';

/** It says so everywhere, and does nothing of what is asked for. */
async function isParked(world: FaultWorld): Promise<void> {
  let looks = 0;
  const parked = await until('the condition tells', async () => {
    const connection = await world.cluster.cluster.get<CompassConnection>(CONNECTION);
    if (isTold(connection)) return connection;
    looks += 1;
    // It writes again and again: what a pass of ours under way writes over is not the last of it.
    if (looks % LOOKS_A_ROUND === 0) await agentWrites(world);
    return undefined;
  });
  assert.equal(conditionOf(parked, 'Ready')?.reason, 'ForeignAgent');
  assert.equal(parked.status?.connectionState, 'Synchronized', "the state is the other one's to write");
  const before = await clientSecret(world);
  const certificates = world.simulator.certificates.list().length;
  const { landscape } = world.simulator;
  landscape.createApplication({ name: 'while-parked' });
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true, resyncNow: true } });
  await world.configure();
  const asked = world.simulator.requests.list().length;
  const passes = () => world.sidecars.at(-1)?.lines.filter(({ msg }) => msg === 'a pass ended').length ?? 0;
  const seen = passes();
  await until('two more passes', () => Promise.resolve(passes() >= seen + 2));
  assert.equal(world.simulator.requests.list().length, asked, 'nothing is asked of Compass');
  assert.equal(world.simulator.certificates.list().length, certificates);
  assert.deepEqual(await clientSecret(world), before);
  const applications = world.witness.applications.map(({ object }) => object.metadata.name);
  assert.ok(!applications.includes('while-parked'));
  assert.equal((await eventsOf(world, 'ForeignAgent')).length, 1);
  const report = await reportOf(world);
  assert.ok(report?.warnings?.some(({ type }) => type === 'ForeignAgent'));
  assert.match(await metricsOf(world), /compass_warning\{type="ForeignAgent"\} 1/);
  assert.deepEqual([await probe(world, 'livez'), await probe(world, 'readyz')], [200, 503]);
}

/** What waited is done, and nothing tells of it any more. */
async function goesOn(world: FaultWorld): Promise<void> {
  await world.reaches(
    'Synchronized',
    (connection) => !conditionOf(connection, 'ForeignAgent') && connection.spec.refreshCredentialsNow === false,
  );
  await until('what came meanwhile is synchronized', () =>
    Promise.resolve(world.witness.applications.some(({ object }) => object.metadata.name === 'while-parked')),
  );
  const report = await reportOf(world);
  assert.ok(!report?.warnings?.some(({ type }) => type === 'ForeignAgent'));
  assert.match(await metricsOf(world), /compass_warning\{type="ForeignAgent"\} 0/);
  assert.equal(await probe(world, 'readyz'), 200);
  assert.equal(world.count('connector', 'configuration'), 1, 'the new token was not needed');
}

row('R6', "the other agent's writes park ours, until it has been silent for five minutes", async (world) => {
  let aheadMs = 0;
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    monotonicMs: () => systemClock.monotonicMs() + aheadMs,
  };
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.here({}, clock);
  await world.configure();
  await world.reaches('Synchronized');
  await agentWrites(world);
  await isParked(world);
  await world.cluster.cluster.delete({ kind: SECRET, ...CLIENT });
  aheadMs = 5 * 60_000;
  await goesOn(world);
});

row('R6', "the other agent's Deployment parks us while it has replicas", async (world) => {
  const { cluster } = world.cluster;
  await synchronized(world);
  await world.sidecars[0]?.stop();
  const labels = { app: MANAGER };
  const metadata = { name: MANAGER, namespace: 'kyma-system' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'agent', image: 'agent' }] } };
  await cluster.create(DEPLOYMENT, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  } as never);
  world.here({}, fastClock(4));
  await agentWrites(world);
  await isParked(world);
  await cluster.mergePatch({ kind: DEPLOYMENT, ...metadata }, { spec: { replicas: 0 } });
  await goesOn(world);
});

row('R6', 'what the other agent wrote before our start parks nobody', async (world) => {
  await synchronized(world);
  await world.sidecars[0]?.stop();
  await agentWrites(world);
  const aheadMs = 2_000;
  world.here(
    {},
    shiftedClock(() => aheadMs),
  );
  world.simulator.landscape.createApplication({ name: 'later' });
  await until('it goes on', () =>
    Promise.resolve(world.witness.applications.some(({ object }) => object.metadata.name === 'later')),
  );
  assert.deepEqual(await eventsOf(world, 'ForeignAgent'), []);
});
