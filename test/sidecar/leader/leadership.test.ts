import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { LEASE, NAMESPACE } from '#common/cluster/objects.ts';
import { silentLog } from '#common/log.ts';
import type { Lease } from '#common/resources/lease.ts';
import { Leadership } from '../../../sidecar/leader/leadership.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { ManualClock } from '../manual-clock.ts';

const NAME = 'compass-connection-lease';

async function start(t: TestContext) {
  const { cluster, ...rest } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lead' } });
  const read = () => cluster.find<Lease>({ kind: LEASE, namespace: 'lead', name: NAME });
  return { cluster, read, ...rest };
}

/** A replica with a clock of its own, as on a node of its own. */
function replica(t: TestContext, cluster: Cluster, podName: string) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const config = { connectionName: 'compass-connection', ownNamespace: 'lead', podName };
  const leadership = new Leadership({ cluster, clock, log: silentLog, random: () => 0.5, config, onChange: () => {} });
  const ended = leadership.run(stop.signal);
  const end = () => {
    stop.abort();
    return ended;
  };
  t.after(end);
  /** Lets it look at the Lease once more, `ms` later. */
  const look = async (ms: number) => {
    clock.advance(ms);
    await waits();
  };
  const waits = () => until(`${podName} has looked at the Lease`, () => Promise.resolve(clock.sleepers === 1));
  return { leadership, clock, look, waits, end };
}

test('the first replica leads, and the second stands by while the first renews', async (t) => {
  const { cluster, read } = await start(t);
  const first = replica(t, cluster, 'pod-a');
  await first.waits();
  const second = replica(t, cluster, 'pod-b');
  await second.waits();
  for (let round = 0; round < 6; round++) {
    await first.look(5_000);
    await second.look(5_000);
  }
  assert.deepEqual([first.leadership.isLeader, second.leadership.isLeader], [true, false]);
  assert.equal(second.leadership.leader, 'pod-a');
  const lease = await read();
  assert.match(lease?.spec?.renewTime ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal(lease?.spec?.leaseTransitions, 0);
});

test('a leader that goes silent stops leading before the next one starts', async (t) => {
  const { cluster, read } = await start(t);
  const first = replica(t, cluster, 'pod-a');
  await first.waits();
  const second = replica(t, cluster, 'pod-b');
  await second.waits();
  await second.look(5_000);
  await second.look(5_000);
  assert.equal(second.leadership.isLeader, false);
  await second.look(2_000);
  assert.equal(second.leadership.isLeader, true);
  assert.equal((await read())?.spec?.leaseTransitions, 1);
  await first.look(15_000);
  assert.equal(first.leadership.isLeader, false);
  assert.equal(first.leadership.leader, 'pod-b');
});

test('a leader that ends gives the Lease up, and the next one takes it at its next look', async (t) => {
  const { cluster } = await start(t);
  const first = replica(t, cluster, 'pod-a');
  await first.waits();
  const second = replica(t, cluster, 'pod-b');
  await second.waits();
  await first.end();
  assert.equal(first.leadership.isLeader, false);
  await second.look(5_000);
  assert.equal(second.leadership.isLeader, true);
});

test('R3: a Lease that somebody deletes is taken again by its holder', async (t) => {
  const { cluster, read } = await start(t);
  const only = replica(t, cluster, 'pod-a');
  await only.waits();
  await cluster.delete({ kind: LEASE, namespace: 'lead', name: NAME });
  await only.look(5_000);
  assert.equal(only.leadership.isLeader, true);
  assert.match((await read())?.spec?.holderIdentity ?? '', /^pod-a_/);
});

test('without any right to Leases it works as the only one', async (t) => {
  const { as } = await start(t);
  const nobody = await as({ name: 'nobody-in-particular' });
  const only = replica(t, nobody.cluster, 'pod-a');
  await only.waits();
  assert.equal(only.leadership.isLeader, true);
});

test('an answer that never comes costs the leader no Lease', async (t) => {
  const { cluster, embedded } = await start(t);
  if (!embedded) return t.skip('needs an API server that fails on demand');
  const only = replica(t, cluster, 'pod-a');
  await only.waits();
  embedded.faults.add({ verb: 'get', resource: 'leases', effect: { kind: 'delay', ms: 3_600_000 } });
  // the look that gets no answer, the one that follows soon, and what would be too late
  for (const ms of [4_500, 1_500, 4_500, 4_500]) {
    await only.look(ms);
    assert.equal(only.leadership.isLeader, true);
  }
  assert.equal(only.leadership.term, 1);
});
