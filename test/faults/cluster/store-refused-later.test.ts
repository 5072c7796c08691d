import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { errorOf, refuseSecrets } from './store-refused.ts';

row('K6', 'a renewal that could not be stored is not begun, and the certificate in use serves on', async (world) => {
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  const forbidden = { kind: 'status', code: 403, message: 'secrets is forbidden: no more' } as const;
  const grant = refuseSecrets(world, { verb: 'patch', name: CLIENT.name, user: 'admin' }, forbidden);
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  const refused = await world.reaches('ConnectionMaintenanceFailed', (seen) => /^StoreForbidden/.test(errorOf(seen)));
  const condition = refused.status?.conditions?.find(({ type }) => type === 'StoreForbidden');
  assert.equal(condition?.status, 'True');
  assert.match(condition.message, /cannot patch secrets "cluster-client-certificates" in namespace "compass-system"/);
  // It is tried again, with growing waits, and nothing is asked of Compass for it; synchronizing goes on.
  world.simulator.landscape.createApplication({ name: 'invoices' });
  await until('another Application is there', async () => (await world.report()).applications?.inSync === 2);
  assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
  assert.equal(world.simulator.certificates.list().length, 1);
  assert.equal(world.count('connectorMtls', 'signCertificateSigningRequest'), 0);
  grant();
  await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
  assert.notDeepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
  assert.equal(world.simulator.certificates.list().length, 2);
  assert.equal(world.count('connector', 'configuration'), 1);
});

row(
  'K6',
  'a right that goes between the two tokens keeps the second one whole, and the pairing goes on with it',
  async (world) => {
    const { simulator } = world;
    simulator.faults.add({
      target: 'connector',
      operation: 'signCertificateSigningRequest',
      status: 503,
      when: 'beforeConsumption',
      times: 1,
    });
    const asked = simulator.requests.next(({ rootFields }) => rootFields.includes('signCertificateSigningRequest'));
    world.here();
    await world.configure();
    await asked;
    const forbidden = { kind: 'status', code: 403, message: 'secrets is forbidden: no more' } as const;
    const grant = refuseSecrets(world, { verb: 'create', namespace: 'compass-system', user: 'admin' }, forbidden);
    await world.reaches('ConnectionFailed', (seen) => /^StoreForbidden/.test(errorOf(seen)));
    assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
    grant();
    await world.reaches('Synchronized');
    assert.equal(world.count('connector', 'configuration'), 1);
    assert.equal(world.count('connector', 'signCertificateSigningRequest'), 2);
  },
);
