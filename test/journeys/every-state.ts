import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { CONNECTION, startWorld, type World } from './world.ts';

export const errorOf = ({ status }: CompassConnection) =>
  status?.connectionStatus.error || status?.synchronizationStatus?.error || '';

export const conditionOf = ({ status }: CompassConnection, type: string) =>
  status?.conditions?.find((candidate) => candidate.type === type);

async function patch(world: World, spec: object): Promise<void> {
  await world.cluster.cluster.mergePatch(CONNECTION, { spec });
}

/** Switches a fault on, waits for the state that it causes, ends it, and waits until all is well again. */
async function through(
  world: World,
  state: string,
  cause: { begin: () => Promise<unknown> | unknown; end: () => Promise<unknown> | unknown },
): Promise<CompassConnection> {
  await cause.begin();
  const reached = await world.reaches(state);
  assert.notEqual(errorOf(reached), '', `${state} without an error`);
  const ready = conditionOf(reached, 'Ready');
  // Labels that could not be set do not make a connection less ready; the CRD in the field prunes conditions.
  if (ready) assert.equal(ready.status, state === 'MetadataUpdateFailed' ? 'True' : 'False', `Ready in ${state}`);
  await cause.end();
  const healed = await world.reaches('Synchronized');
  assert.equal(errorOf(healed), '', 'an error that outlives its cause');
  if (ready) assert.equal(conditionOf(healed, 'Ready')?.status, 'True');
  return reached;
}

/** Every state of a connection, each reached by bringing its cause about and left when the cause ends. */
export async function everyState(t: TestContext, crds: 'field' | 'ours' | 'ours-with-status'): Promise<void> {
  const world = await startWorld(t, { crds });
  const { simulator } = world;
  const sidecar = world.start();

  const unconfigured = await world.reaches('ConnectionFailed');
  assert.match(errorOf(unconfigured), /no configuration/);
  assert.deepEqual(unconfigured.spec.managementInfo, { connectorUrl: '', directorUrl: '' });

  const slow = simulator.faults.add({
    target: 'director',
    operation: 'applicationsForRuntime',
    delayMs: 1_500,
    times: 1,
  });
  await world.configure();
  const connected = await world.reaches('Connected');
  assert.ok(connected.status?.connectionStatus.established);
  assert.ok(connected.status?.connectionStatus.certificateStatus.notAfter);
  simulator.faults.remove(slow);
  const synchronized = await world.reaches('Synchronized');
  const { lastAttempt, lastSuccessfulFetch, lastSuccessfulApplication } =
    synchronized.status?.synchronizationStatus ?? {};
  assert.ok(lastAttempt && lastSuccessfulFetch && lastSuccessfulApplication);
  assert.match(lastAttempt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

  await through(world, 'ConnectionMaintenanceFailed', {
    begin: async () => {
      simulator.faults.add({ target: 'connectorMtls', status: 503 });
      await patch(world, { refreshCredentialsNow: true });
    },
    end: () => simulator.faults.clear(),
  });

  await through(world, 'SynchronizationFailed', {
    begin: () => simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', status: 502 }),
    end: () => simulator.faults.clear(),
  });

  const { id } = simulator.landscape.createApplication({ name: 'Orders (not a name for Kubernetes)' });
  const failed = await through(world, 'ResourceApplicationFailed', {
    begin: () => undefined,
    end: () => simulator.landscape.deleteApplication(id),
  });
  assert.match(errorOf(failed), /Orders \(not a name for Kubernetes\)/);

  await through(world, 'MetadataUpdateFailed', {
    begin: () => {
      simulator.faults.add({ target: 'director', operation: 'setRuntimeLabel', error: { message: 'no', code: 10 } });
      const runtime = simulator.landscape.runtime(simulator.runtimeId);
      if (runtime) runtime.labels = {};
    },
    end: () => simulator.faults.clear(),
  });

  const revoked = await through(world, 'ConnectionFailed', {
    begin: () => simulator.revokeCertificates(),
    end: () => world.configure(),
  });
  if (crds !== 'field') assert.equal(conditionOf(revoked, 'Connected')?.reason, 'Rejected');
  assert.equal(await sidecar.stop(), 0);
}
