import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { until } from '../cluster/until.ts';
import { CLIENT, CONNECTION, startWorld, type World } from './world.ts';

async function fingerprint(world: World): Promise<string> {
  const client = await world.secret(CLIENT.namespace, CLIENT.name);
  return new X509Certificate(client?.['crt'] ?? '').fingerprint256;
}

async function patch(world: World, spec: object): Promise<void> {
  await world.cluster.cluster.mergePatch(CONNECTION, { spec });
}

const newFingerprint = (world: World, old: string) =>
  until('another certificate is stored', async () => {
    const current = await fingerprint(world);
    return current !== old && current;
  });

test('refreshCredentialsNow renews the certificate with a new key, and is set back', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const before = await fingerprint(world);
  await patch(world, { refreshCredentialsNow: true });
  const after = await newFingerprint(world, before);
  const connection = await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
  assert.ok(connection.status?.connectionStatus.renewed);
  assert.notEqual(after, before);
  const issued = world.simulator.certificates.list();
  assert.equal(issued.length, 2);
});

test('a certificate is renewed by its own dates before it expires', async (t) => {
  const world = await startWorld(t, { simulator: { switches: { certificateLifetimeSeconds: 21 } } });
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const first = await fingerprint(world);
  await newFingerprint(world, first);
  const failed = world.simulator.requests.list().filter(({ status }) => status !== null && status >= 400);
  assert.deepEqual(failed, []);
  await world.reaches('Synchronized');
});

test('deleting the CompassConnection while a renewal runs is not overlooked', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const before = await fingerprint(world);
  const { simulator, cluster } = world;
  const asked = simulator.requests.next(({ target }) => target === 'connectorMtls');
  simulator.faults.add({ target: 'connectorMtls', operation: 'configuration', when: 'afterExecution', delayMs: 2_000 });
  await patch(world, { refreshCredentialsNow: true });
  const isUnderWay = () =>
    simulator.requests.list().some(({ target, outcome }) => target === 'connectorMtls' && outcome === 'pending');
  await until('the renewal is under way', () => Promise.resolve(isUnderWay()));
  await cluster.cluster.delete(CONNECTION);
  await asked;
  await newFingerprint(world, before);
  await world.reaches('Synchronized', ({ status }) =>
    Boolean(status?.conditions?.some(({ type, status: value }) => type === 'ReconnectPending' && value === 'True')),
  );
});

test('deleting the CompassConnection with a new token in the Secret pairs anew; with a used one the connection stays', async (t) => {
  const world = await startWorld(t);
  const used = await world.configure();
  world.start();
  await world.reaches('Synchronized');
  const first = await fingerprint(world);

  await world.cluster.cluster.delete(CONNECTION);
  const stayed = await world.reaches('Synchronized', ({ status }) =>
    Boolean(status?.conditions?.some(({ type, status: value }) => type === 'ReconnectPending' && value === 'True')),
  );
  assert.equal(await fingerprint(world), first);
  assert.match(
    stayed.status?.conditions?.find(({ type }) => type === 'ReconnectPending')?.message ?? '',
    /new one-time token/,
  );

  const fresh = await world.configure();
  assert.notEqual(fresh, used);
  await newFingerprint(world, first);
  const paired = await world.reaches('Synchronized');
  assert.ok(!paired.status?.conditions?.some(({ type }) => type === 'ReconnectPending'));
  const pairings = world.simulator.requests
    .list()
    .filter(({ target, rootFields }) => target === 'connector' && rootFields.includes('configuration'));
  assert.equal(pairings.length, 2);
});
