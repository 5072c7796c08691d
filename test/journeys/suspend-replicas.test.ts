import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LEASE } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { type Lease, podOfHolder } from '#common/resources/lease.ts';
import { until } from '../cluster/until.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { startWorld } from './world.ts';

/** Nothing is synchronized but at the start, on request, and by whoever takes over. */
const SELDOM = { APP_CONTROLLER_SYNC_PERIOD: '1h' };

/** A connection that one replica keeps while another stands by, with `orders` in the cluster. */
async function startReplicas(t: TestContext) {
  const world = await startWorld(t);
  const { cluster, kubeconfigPath } = world.cluster;
  const { landscape, requests } = world.simulator;
  const startReplica = (name: string) => world.start({ ...SELDOM, POD_NAME: name });
  const leads = (name: string) =>
    until(`${name} leads`, async () => {
      const ref = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
      return podOfHolder((await cluster.find<Lease>(ref))?.spec?.holderIdentity) === name;
    });
  await world.configure();
  landscape.createApplication({ name: 'orders' });
  const first = startReplica('replica-a');
  await world.reaches('Synchronized');
  const second = startReplica('replica-b');
  await until('the second one runs', () => Promise.resolve(second.lines.some(({ msg }) => msg === 'started')));
  return {
    world,
    first,
    second,
    startReplica,
    leads,
    landscape,
    plugin: (...args: string[]) => runPlugin(args, { KUBECONFIG: kubeconfigPath }),
    isThere: async (name: string) => (await cluster.find({ kind: APPLICATION, name })) !== undefined,
    listings: () => requests.list().filter(({ rootFields }) => rootFields.includes('applicationsForRuntime')).length,
  };
}

type Replicas = Awaited<ReturnType<typeof startReplicas>>;

/** What is asked for after it has taken over is answered by the replica that leads now. */
async function assertHeld({ plugin, isThere, listings }: Replicas, listedBefore: number): Promise<void> {
  const refused = await plugin('sync', '-o', 'json');
  assert.equal(refused.code, 7, refused.stderr);
  const { error } = JSON.parse(refused.stdout);
  assert.equal(error.reason, 'Suspended');
  assert.match(error.message, /: incident 4711$/);
  assert.match((await plugin('status', '-o', 'oneline')).stdout, /suspended=sync/);
  assert.equal(listings(), listedBefore, 'Compass was asked for Applications');
  assert.deepEqual([await isThere('invoices'), await isThere('orders')], [false, true]);
}

test('what is suspended stays so when another replica takes over, when that one is killed and started anew, until resume', async (t) => {
  const replicas = await startReplicas(t);
  const { world, first, second, startReplica, leads, landscape, plugin, isThere, listings } = replicas;
  assert.equal((await plugin('suspend', '--reason', 'incident 4711')).code, 0);
  const listedBefore = listings();
  landscape.deleteAllApplications();
  landscape.createApplication({ name: 'invoices' });

  await first.kill();
  await leads('replica-b');
  await assertHeld(replicas, listedBefore);

  await second.kill();
  const third = startReplica('replica-c');
  await leads('replica-c');
  await assertHeld(replicas, listedBefore);

  startReplica('replica-d');
  assert.equal(await third.stop(), 0);
  await leads('replica-d');
  await assertHeld(replicas, listedBefore);

  assert.equal((await plugin('resume')).code, 0);
  await until('it is synchronized', () => isThere('invoices'));
  await world.reaches('Synchronized');
});

test('deletions that are suspended stay so when another replica takes over, which goes on with the rest', async (t) => {
  const { world, first, leads, landscape, plugin, isThere } = await startReplicas(t);
  assert.equal((await plugin('suspend', '--scope=deletes', '--reason', 'incident 4711')).code, 0);
  landscape.deleteAllApplications();
  landscape.createApplication({ name: 'invoices' });

  await first.kill();
  await leads('replica-b');
  const held = await plugin('sync', '-o', 'json');
  assert.equal(held.code, 7, held.stderr);
  const { error, counts } = JSON.parse(held.stdout);
  assert.deepEqual([error.reason, counts.suspended], ['Suspended', 1]);
  assert.deepEqual([await isThere('orders'), await isThere('invoices')], [true, true]);
  const { status } = await world.connection();
  const suspended = status?.conditions?.find(({ type }) => type === 'Suspended');
  assert.match(suspended?.message ?? '', /incident 4711/);
});
