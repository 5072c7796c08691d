import assert from 'node:assert/strict';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import type { LogLine } from '../../journeys/sidecar-process.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { fastClock } from '../fast-clock.ts';
import { kubeconfigWith } from '../kubeconfig.ts';
import { row } from '../row.ts';
import type { SidecarHere } from '../sidecar-here.ts';
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.ts';
import type { FaultWorld } from '../world.ts';

/** How much faster than the machine's the sidecars' clocks run: a Lease of 12 s is over after 2. */
const FACTOR = 6;
const LEASE_MS = 12_000 / FACTOR;

/** Two replicas of which the first leads, by a way to the API server that can be cut. Both log each call of Compass. */
async function startTwo(world: FaultWorld) {
  const link = await startTcpProxy(Number(new URL(world.cluster.server).port));
  world.t.after(() => link[Symbol.asyncDispose]());
  const env = {
    APP_QUERY_LOGGING: 'true',
    POD_NAME: 'cut-off',
    KUBECONFIG: await kubeconfigWith(world, { port: link.port }),
  };
  const clock = fastClock(FACTOR);
  const cutOff = world.here(env, clock);
  await until('the first replica leads', async () => (await holder(world)).startsWith('cut-off'));
  const other = world.here({ APP_QUERY_LOGGING: 'true', POD_NAME: 'other' }, clock);
  return { link, cutOff, other };
}

async function holder({ cluster: { cluster } }: FaultWorld): Promise<string> {
  const ref = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
  return (await cluster.find<Lease>(ref))?.spec?.holderIdentity ?? '';
}

function cut(link: TcpProxy): void {
  link.mode = 'refuse';
  link.cut();
}

function callsOf({ lines }: SidecarHere, operation: string): number {
  return lines.filter((line) => line.msg === 'called Compass' && line['operation'] === operation).length;
}

row(
  'R4',
  'the answer of a call under way is stored by a leader that was cut off, and its successor goes on with it',
  async (world) => {
    const { simulator } = world;
    const { link, cutOff, other } = await startTwo(world);
    simulator.faults.add({ operation: 'configuration', when: 'afterExecution', delayMs: 3 * LEASE_MS });
    const asked = simulator.requests.next(({ rootFields }) => rootFields.includes('configuration'));
    await world.configure();
    await asked;
    cut(link);
    await until('the other replica leads', async () => (await holder(world)).startsWith('other'), 20_000);
    await until('the late answer is there', () => Promise.resolve(callsOf(cutOff, 'configuration') === 1));
    assert.match(cutOff.output(), /could not be stored; it is kept in memory and tried again/);
    link.mode = 'pass';
    await world.reaches('Synchronized');
    assert.equal(callsOf(cutOff, 'signCertificateSigningRequest'), 0, 'who was deposed begins nothing');
    assert.equal(callsOf(other, 'signCertificateSigningRequest'), 1);
    assert.equal(simulator.certificates.list().length, 1);
  },
);

row('R4', 'an answer that comes when the successor has paired with another token is dropped', async (world) => {
  const { simulator } = world;
  const { link } = await startTwo(world);
  simulator.faults.add({ operation: 'configuration', when: 'afterExecution', delayMs: 3 * LEASE_MS });
  const asked = simulator.requests.next(({ rootFields }) => rootFields.includes('configuration'));
  await world.configure();
  await asked;
  cut(link);
  await until('the other replica leads', async () => (await holder(world)).startsWith('other'), 20_000);
  await world.configure();
  await world.reaches('Synchronized');
  const present = await world.secret('compass-system', 'cluster-client-certificates');
  link.mode = 'pass';
  await world.says(/another replica has gone on with a pairing of its own/);
  assert.equal(await world.secret('compass-system', 'compass-connection-journal'), undefined);
  assert.deepEqual(await world.secret('compass-system', 'cluster-client-certificates'), present);
});

row('R4', 'a renewal goes no further once its leader is cut off, and its successor renews', async (world) => {
  const { simulator } = world;
  const { link, cutOff, other } = await startTwo(world);
  await world.configure();
  await world.reaches('Synchronized');
  const signed = callsOf(cutOff, 'signCertificateSigningRequest');
  const slow = { target: 'connectorMtls', operation: 'configuration' } as const;
  const isSlow: Parameters<typeof simulator.requests.next>[0] = ({ target, rootFields }) =>
    target === slow.target && rootFields.includes(slow.operation);
  simulator.faults.add({ ...slow, when: 'afterExecution', delayMs: 3 * LEASE_MS });
  const asked = simulator.requests.next(isSlow);
  const patch = { spec: { refreshCredentialsNow: true } };
  await world.cluster.cluster.mergePatch(CONNECTION, patch, { fieldManager: 'operator' });
  await asked;
  const answered = callsOf(cutOff, slow.operation);
  cut(link);
  await until('the other replica leads', async () => (await holder(world)).startsWith('other'), 20_000);
  await until('the other replica renews', async () => !(await world.connection()).spec.refreshCredentialsNow, 60_000);
  link.mode = 'pass';
  await until('the late answer is there', () => Promise.resolve(callsOf(cutOff, slow.operation) > answered));
  const ended = cutOff.lines.filter(isEnd).length;
  await until('its pass has ended', () => Promise.resolve(cutOff.lines.filter(isEnd).length > ended));
  assert.equal(callsOf(cutOff, 'signCertificateSigningRequest'), signed);
  assert.equal(callsOf(other, 'signCertificateSigningRequest'), 1);
  assert.equal(simulator.certificates.list().length, 2);
});

const isEnd = ({ msg }: LogLine) => msg === 'a pass ended' || msg.startsWith('the pass failed');
