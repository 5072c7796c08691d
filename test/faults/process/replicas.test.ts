import assert from 'node:assert/strict';
import { LEASE, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import type { SidecarHere } from '../sidecar-here.ts';
import type { FaultWorld } from '../world.ts';

const FACTOR = 4;
const QUERY_LOGGING = { APP_QUERY_LOGGING: 'true' };

function callTimes({ lines }: SidecarHere): string[] {
  return lines.filter(({ msg }) => msg === 'called Compass').map(({ time }) => String(time));
}

row('R1', 'two replicas that start together with one token pair once, and one of them works', async (world) => {
  await world.configure();
  const replicas = ['a', 'b'].map((name) => world.here({ ...QUERY_LOGGING, POD_NAME: name }));
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
  const listings = world.count('director', 'applicationsForRuntime');
  await until('it synchronizes again', () =>
    Promise.resolve(world.count('director', 'applicationsForRuntime') > listings + 2),
  );
  assert.equal(replicas.filter((replica) => callTimes(replica).length > 0).length, 1);
});

/** The journal as a version before this one wrote it: without what was added since. */
async function makeOlder({ cluster: { cluster } }: FaultWorld): Promise<string> {
  const ref = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-journal' };
  const { data } = await cluster.get<Secret>(ref);
  const { holder, epoch, ...older } = JSON.parse(Buffer.from(data?.['document'] ?? '', 'base64').toString());
  assert.deepEqual([holder, epoch], ['old', 0]);
  const document = Buffer.from(JSON.stringify(older)).toString('base64');
  await cluster.mergePatch(ref, { data: { document } }, { fieldManager: 'older' });
  return older.phase;
}

row(
  'R5',
  'in a rolling update the new one goes on with the journal of the old, and they do not work at once',
  async (world) => {
    const { simulator } = world;
    const isSigning = { operation: 'signCertificateSigningRequest' };
    const fault = simulator.faults.add({ ...isSigning, when: 'beforeConsumption', status: 503, times: 1_000 });
    const clock = fastClock(FACTOR);
    const old = world.here({ ...QUERY_LOGGING, POD_NAME: 'old' }, clock);
    await world.configure();
    await until('signing was refused', () =>
      Promise.resolve(simulator.requests.list().some(({ status }) => status === 503)),
    );
    const young = world.here({ ...QUERY_LOGGING, POD_NAME: 'new' }, clock);
    await until('the new one runs', () => Promise.resolve(young.lines.some(({ msg }) => msg === 'started')));
    assert.equal(await makeOlder(world), 'configured');
    await old.stop();
    simulator.faults.remove(fault);
    await world.reaches('Synchronized');
    assert.equal(world.count('connector', 'configuration'), 1);
    assert.ok((callTimes(old).at(-1) ?? '') <= (callTimes(young)[0] ?? ''), 'their calls overlap');
    const lease = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
    const { spec } = await world.cluster.cluster.get<Lease>(lease);
    assert.match(spec?.holderIdentity ?? '', /^new/);
    assert.equal(spec?.leaseTransitions, 1);
  },
);
