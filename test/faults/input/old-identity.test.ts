import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { shiftedClock } from '../sidecar-here.ts';
import type { FaultWorld } from '../world.ts';

/** The swap is five minutes ago; in two steps, so that the clock is never more than five minutes off at once. */
const LATER_MS = 301_000;

const crt = async (world: FaultWorld) => (await world.secret(CLIENT.namespace, CLIENT.name))?.['crt'] ?? '';

const revoked = ({ simulator }: FaultWorld) => simulator.certificates.list().map((certificate) => certificate.revoked);

const superseded = async (world: FaultWorld): Promise<unknown[]> => {
  const state = await world.secret('compass-system', 'compass-connection-state');
  const { superseded: pairs = [] } = JSON.parse(state?.['document'] ?? '{}') as { superseded?: unknown[] };
  return pairs;
};

/** Deletes the CompassConnection with a new token in the Secret, and waits for the certificate that comes of it. */
async function pairAnew(world: FaultWorld, token: string): Promise<void> {
  const before = await crt(world);
  await world.configure({ TOKEN: token });
  await world.cluster.cluster.delete(CONNECTION);
  await until('another certificate is stored', async () => (await crt(world)) !== before);
  await world.reaches('Synchronized');
}

row('S17', 'the certificate of the identity before is revoked five minutes after a new pairing', async (world) => {
  let offsetMs = 0;
  world.here(
    {},
    shiftedClock(() => offsetMs),
  );
  await world.configure();
  await world.reaches('Synchronized');
  await pairAnew(world, world.simulator.requestToken().token);
  assert.deepEqual(revoked(world), [false, false]);
  assert.equal((await superseded(world)).length, 1);
  world.simulator.faults.add({ target: 'connectorMtls', operation: 'revokeCertificate', status: 503, times: 1 });
  offsetMs = LATER_MS;
  await world.says(/could not be revoked yet, and is tried again/);
  await until('the old certificate is revoked', () => Promise.resolve(revoked(world)[0] === true));
  await until('its key is forgotten', async () => (await superseded(world)).length === 0);
  assert.deepEqual(revoked(world), [true, false]);
  assert.equal(world.count('connectorMtls', 'revokeCertificate'), 2);
  await world.reaches('Synchronized');
});

row('S17', 'the revocation of the old certificate outlives a restart', async (world) => {
  const first = world.here();
  await world.configure();
  await world.reaches('Synchronized');
  await pairAnew(world, world.simulator.requestToken().token);
  await first.stop();
  world.here(
    {},
    shiftedClock(() => LATER_MS),
  );
  await until('the old certificate is revoked', () => Promise.resolve(revoked(world)[0] === true));
  assert.deepEqual(revoked(world), [true, false]);
});

row('S17', 'a new certificate of the same identity leaves the one before as it is', async (world) => {
  let offsetMs = 0;
  world.here(
    {},
    shiftedClock(() => offsetMs),
  );
  const { simulator } = world;
  const { token, clientId } = simulator.requestToken();
  await world.configure({ TOKEN: token });
  await world.reaches('Synchronized');
  await pairAnew(world, simulator.requestToken(simulator.runtimeId, clientId).token);
  const [first, second] = simulator.certificates.list();
  assert.equal(first?.clientId, second?.clientId);
  assert.match(new X509Certificate(await crt(world)).subject, new RegExp(clientId));
  assert.deepEqual(await superseded(world), []);
  offsetMs = LATER_MS;
  simulator.landscape.createApplication({ name: 'orders' });
  await until('it goes on', async () => (await world.report()).applications?.inSync === 1);
  assert.deepEqual(revoked(world), [false, false]);
});
