import assert from 'node:assert/strict';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import type { SidecarHere } from '../sidecar-here.ts';
import type { FaultWorld } from '../world.ts';

const FACTOR = 4;
const SIGNING = 'signCertificateSigningRequest';

/** A Lease of 12 s is over after so long. */
const LEASE_MS = 12_000 / FACTOR;

/** As if the API server were of another opinion about rights, for a moment or for good. */
function refuseLeases({ cluster: { embedded } }: FaultWorld, verb: string, times: number): void {
  const effect = { kind: 'status', code: 403, message: 'leases is forbidden' } as const;
  embedded?.faults.add({ verb, resource: 'leases', user: 'admin', times, effect });
}

/** Two replicas, of which the first leads. */
async function startTwo(world: FaultWorld): Promise<readonly [SidecarHere, SidecarHere]> {
  const { cluster } = world.cluster;
  const ref = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
  const holder = async () => (await cluster.find<Lease>(ref))?.spec?.holderIdentity ?? '';
  const clock = fastClock(FACTOR);
  const first = world.here({ POD_NAME: 'pod-a', APP_QUERY_LOGGING: 'true' }, clock);
  await until('the first replica leads', async () => (await holder()).startsWith('pod-a'));
  const second = world.here({ POD_NAME: 'pod-b', APP_QUERY_LOGGING: 'true' }, clock);
  await until('the second stands by', () => Promise.resolve(second.lines.some(({ msg }) => msg === 'a pass ended')));
  return [first, second];
}

const callsOf = ({ lines }: SidecarHere) => lines.filter(({ msg }) => msg === 'called Compass').length;

for (const operation of ['configuration', SIGNING]) {
  row(
    ['R1', 'R4'],
    `a Lease that is refused three times while ${operation} is under way makes no second leader`,
    async (world) => {
      const [, second] = await startTwo(world);
      const { faults, requests, certificates } = world.simulator;
      const passed = () => requests.list().some(({ rootFields }) => rootFields.includes(operation));
      faults.add({ target: 'connector', operation, when: 'afterExecution', delayMs: 2 * LEASE_MS, times: 1 });
      await world.configure();
      await until('it is under way', () => Promise.resolve(passed()));
      refuseLeases(world, 'get', 3);
      await world.reaches('Synchronized');
      assert.equal(world.count('connector', 'configuration'), 1);
      assert.equal(world.count('connector', SIGNING), 1);
      assert.equal(certificates.list().length, 1);
      assert.equal(callsOf(second), 0, 'the second calls nobody');
    },
  );
}

row('R1', 'of two replicas that may not renew the Lease the one that took it pairs, and once', async (world) => {
  refuseLeases(world, 'update', 1_000_000);
  const [, second] = await startTwo(world);
  await world.says(/working as if this were the only replica/);
  const { faults, certificates } = world.simulator;
  faults.add({ target: 'connector', operation: 'configuration', when: 'afterExecution', delayMs: LEASE_MS, times: 1 });
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal(certificates.list().length, 1);
  assert.equal(callsOf(second), 0, 'the second calls nobody');
});
