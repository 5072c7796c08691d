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

test('without any right to Leases it works as the only one, once that has lasted', async (t) => {
  const { as } = await start(t);
  const nobody = await as({ name: 'nobody-in-particular' });
  const only = replica(t, nobody.cluster, 'pod-a');
  await only.waits();
  for (const ms of [6_000, 6_000, 6_000, 5_900]) {
    assert.equal(only.leadership.isLeader, false);
    await only.look(ms);
  }
  await only.look(2_000);
  assert.deepEqual([only.leadership.isLeader, only.leadership.worksAlone], [true, true]);
  await only.look(5_000);
  assert.equal(only.leadership.isLeader, true);
});

const FORBIDDEN = { kind: 'status', code: 403, message: 'leases is forbidden' } as const;

test('R1: a holder that may not renew stops, goes on alone after two durations, and whoever saw it never does', async (t) => {
  const { cluster, embedded } = await start(t);
  if (!embedded) return t.skip('needs an API server that fails on demand');
  const first = replica(t, cluster, 'pod-a');
  await first.waits();
  const second = replica(t, cluster, 'pod-b');
  await second.waits();
  const pass = embedded.faults.add({ verb: 'get', resource: 'leases', times: 1_000, effect: FORBIDDEN });
  const firstLed: boolean[] = [];
  for (let round = 0; round < 8; round++) {
    await first.look(5_000);
    firstLed.push(first.leadership.isLeader);
    await second.look(5_000);
    assert.equal(second.leadership.isLeader, false);
  }
  // 12 s to the end of the Lease, and 24 s from the first refusal on
  assert.deepEqual(firstLed, [true, true, false, false, false, true, true, true]);
  assert.equal(first.leadership.term, 2);
  pass();
  await first.look(5_000);
  assert.deepEqual([first.leadership.isLeader, first.leadership.worksAlone], [true, false]);
});

test('R1: refusals that stop in between are no lasting ones', async (t) => {
  const { cluster, embedded } = await start(t);
  if (!embedded) return t.skip('needs an API server that fails on demand');
  const forbid = () => embedded.faults.add({ verb: 'create', resource: 'leases', times: 1_000, effect: FORBIDDEN });
  const fail = () => embedded.faults.add({ verb: 'get', resource: 'leases', effect: { ...FORBIDDEN, code: 503 } });
  const pass = forbid();
  const only = replica(t, cluster, 'pod-a');
  await only.waits();
  for (let round = 0; round < 6; round++) {
    if (round % 2 === 1) fail();
    await only.look(15_000);
    assert.equal(only.leadership.isLeader, false);
  }
  pass();
});

test('who works alone stops at once when somebody else turns out to hold the Lease', async (t) => {
  const { cluster, embedded } = await start(t);
  if (!embedded) return t.skip('needs an API server that fails on demand');
  const pass = embedded.faults.add({ verb: 'get', resource: 'leases', times: 1_000, effect: FORBIDDEN });
  const first = replica(t, cluster, 'pod-a');
  await first.waits();
  await first.look(25_000);
  assert.equal(first.leadership.worksAlone, true);
  pass();
  await replica(t, cluster, 'pod-b').waits();
  await first.look(5_000);
  assert.deepEqual([first.leadership.isLeader, first.leadership.worksAlone], [false, false]);
  assert.equal(first.leadership.leader, 'pod-b');
});

test('R3: a holder that claims the Lease for a lifetime keeps it for a minute', async (t) => {
  const { cluster, read } = await start(t);
  const first = replica(t, cluster, 'pod-a');
  await first.waits();
  const present = await read();
  assert.ok(present);
  const spec = { ...present.spec, holderIdentity: 'pod-x_0', leaseDurationSeconds: 2_147_483_647 };
  await cluster.replace<Lease>(LEASE, { ...present, spec });
  const second = replica(t, cluster, 'pod-b');
  await second.waits();
  await second.look(59_000);
  assert.equal(second.leadership.isLeader, false);
  await second.look(2_000);
  assert.equal(second.leadership.isLeader, true);
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
