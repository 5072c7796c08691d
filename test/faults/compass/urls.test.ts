import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { renew, synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { fails } from './steps.ts';

const SIGN = 'signCertificateSigningRequest';

const REFUSED: readonly [url: string | null, why: RegExp][] = [
  ['http://localhost/graphql', /would be called by http:\/\//],
  ['https://compass.attacker.example/graphql', /neither on the host nor in the domain of CONNECTOR_URL/],
  ['https://127.0.0.1/graphql', /neither on the host/],
  ['https://[::1]/graphql', /neither on the host/],
  ['https://me:secret@localhost/graphql', /user name or password/],
  ['/graphql', /not an absolute URL/],
  [`https://localhost/${'x'.repeat(3_000)}`, /longer than 2048/],
  ['', /the Connector named no/],
  [null, /the Connector named no/],
];

row('C20', 'URLs that are not to be trusted get no credential, and cost no second token', async (world) => {
  const { switches, urls } = world.simulator;
  const right = { directorURL: urls.director, certificateSecuredConnectorURL: urls.connectorMtls };
  world.here();
  for (const which of ['directorURL', 'certificateSecuredConnectorURL'] as const) {
    for (const [url, why] of REFUSED) {
      Object.assign(switches, right, { [which]: url });
      await world.configure();
      await fails(world, url ? 'UntrustedUrl' : 'InvalidAnswer', why);
    }
  }
  assert.equal(world.count('connector', SIGN), 0);
  Object.assign(switches, right);
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', SIGN), 1);
});

row('C21', 'URLs that the Connector changes are used from then on, also after a restart', async (world) => {
  const { simulator } = world;
  await using proxy = await startTcpProxy(Number(new URL(simulator.urls.director).port));
  await synchronized(world);
  const moved = simulator.urls.director.replace(/:\d+/, `:${proxy.port}`);
  simulator.switches.directorURL = moved;
  await renew(world);
  await until('the new URL is used', () => Promise.resolve(proxy.accepted > 0));
  await world.reaches('Synchronized', ({ spec }) => spec.managementInfo.directorUrl === moved);
  for (const sidecar of world.sidecars) await sidecar.stop();
  // Neither an answer of the Connector nor the CompassConnection tells any more.
  simulator.faults.add({ target: 'connectorMtls', status: 503 });
  const managementInfo = { directorUrl: '', connectorUrl: '' };
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { managementInfo } });
  const { accepted } = proxy;
  world.here();
  await until('it is used after the restart', () => Promise.resolve(proxy.accepted > accepted));
});
