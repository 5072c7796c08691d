import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { until } from '../../cluster/until.ts';
import { always, serverAuthority, startTlsServer, type TlsServer } from '../../common/compass/tls-server.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { fails } from './steps.ts';

/** Another server on the trusted host, whose certificate is trusted as well: it would get whatever is sent there. */
async function startElsewhere(world: FaultWorld): Promise<TlsServer> {
  await appendFile(world.caFile, (await serverAuthority()).root.pem);
  return startTlsServer(always(404, '{}'));
}

/** Every token of the user's and every second one that ever stood in a Secret. */
function tokensOf({ witness }: FaultWorld): string[] {
  const decode = (value = '') => Buffer.from(value, 'base64').toString();
  const tokens = witness.secrets.flatMap(({ object: { data } }) => {
    const { secondToken } = JSON.parse(decode(data?.['document']) || '{}') as { secondToken?: string };
    return [decode(data?.['TOKEN']), secondToken ?? ''];
  });
  return [...new Set(tokens.filter((token) => token !== ''))];
}

function gotNoToken(world: FaultWorld, { received }: TlsServer): void {
  const tokens = tokensOf(world);
  assert.ok(tokens.length >= 2, 'a token of the user and a second one were seen');
  for (const { headers, url, body } of received) {
    assert.equal(headers['connector-token'], undefined);
    const all = url + body + JSON.stringify(headers);
    assert.ok(!tokens.some((token) => all.includes(token)), 'a token went elsewhere');
  }
}

row('S12', 'a redirect takes neither the user’s token nor the second one to another server', async (world) => {
  const { faults, urls } = world.simulator;
  await using elsewhere = await startElsewhere(world);
  const location = `${elsewhere.url}?from=${urls.connector}`;
  world.here();
  for (const operation of ['configuration', 'signCertificateSigningRequest']) {
    for (const status of [301, 302, 303, 307, 308]) {
      faults.clear();
      faults.add({ operation, when: 'beforeConsumption', status, headers: { location } });
      await world.configure();
      await fails(world, 'NotCompass', new RegExp(`${operation} at .* HTTP ${status}, a redirect to localhost:`));
    }
  }
  assert.equal(elsewhere.connections.length, 0);
  faults.clear();
  await world.reaches('Synchronized');
});

row('S12', 'a Connector that is named elsewhere gets certificates to see, and never a token', async (world) => {
  const { switches } = world.simulator;
  await using elsewhere = await startElsewhere(world);
  switches.certificateSecuredConnectorURL = elsewhere.url;
  await synchronized(world);
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  await until('it is asked there for a renewal', () => Promise.resolve(elsewhere.received.length > 0));
  gotNoToken(world, elsewhere);
});

row('S12', 'a Connector that somebody writes into the CompassConnection gets no token', async (world) => {
  await using elsewhere = await startElsewhere(world);
  await synchronized(world);
  const { director } = world.simulator.urls;
  const managementInfo = { connectorUrl: elsewhere.url, directorUrl: director };
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { managementInfo } });
  await until('it is asked there', () => Promise.resolve(elsewhere.received.length > 0));
  // A new pairing, by the way that a person has configured.
  await world.configure();
  await world.cluster.cluster.delete(CONNECTION);
  await until('it pairs anew', () => Promise.resolve(world.count('connector', 'configuration') === 2));
  await world.reaches('Synchronized');
  gotNoToken(world, elsewhere);
});

row(
  'S12',
  'a token in the form of a URL goes to CONNECTOR_URL where that is set, whatever the form names',
  async (world) => {
    await using elsewhere = await startElsewhere(world);
    const { token } = world.simulator.requestToken();
    world.here();
    await world.configure({ TOKEN: `${elsewhere.url}?token=${token}` });
    await world.reaches('Synchronized');
    assert.equal(elsewhere.connections.length, 0);
  },
);
