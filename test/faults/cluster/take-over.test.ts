import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf } from '../../journeys/every-state.ts';
import { CA, CLIENT, CONNECTION } from '../../journeys/world.ts';
import { call } from '../../simulator/tests/call.ts';
import { CONFIGURATION as ASK_CONFIGURATION, pair } from '../../simulator/tests/pair.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { clientSecret, clientSecretIs, renew } from './steps.ts';

const AGENT = { fieldManager: 'compass-runtime-agent' };

/** The cluster as the Go agent leaves it: its three Secrets, its CompassConnection, and nothing of ours. */
async function leftByTheAgent(world: FaultWorld): Promise<void> {
  const { simulator } = world;
  const { cert, key } = await pair(simulator);
  // What the agent asked of Compass was before our time.
  simulator.requests.clear();
  const crt = `${cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;
  const { cluster } = world.cluster;
  const store = (metadata: { namespace: string; name: string }, values: Record<string, string>) => {
    const data = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
    );
    return cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data }, AGENT);
  };
  await store(CLIENT, { crt, key, crtChain: cert });
  await store(CA, { cacert: cert.slice(crt.length) });
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const time = '2026-01-01T00:00:00Z';
  const { validFromDate, validToDate } = new X509Certificate(crt);
  const notBefore = `${validFromDate.toISOString().slice(0, 19)}Z`;
  const notAfter = `${validToDate.toISOString().slice(0, 19)}Z`;
  const certificateStatus = { acquired: notBefore, notBefore, notAfter };
  await cluster.create(
    COMPASS_CONNECTION,
    {
      apiVersion,
      kind,
      metadata: { name: CONNECTION.name },
      spec: { managementInfo: { connectorUrl: simulator.urls.connectorMtls, directorUrl: simulator.urls.director } },
      status: {
        connectionState: 'Synchronized',
        connectionStatus: { certificateStatus, established: time, lastSync: time, lastSuccess: time, renewed: null },
        synchronizationStatus: { lastAttempt: time, lastSuccessfulFetch: time, lastSuccessfulApplication: time },
      },
    } as CompassConnection,
    AGENT,
  );
}

for (const [title, values] of [
  ['without a token', { TOKEN: '' }],
  ['with the token that the agent used', { TOKEN: 'used-by-the-agent-long-ago' }],
] as const) {
  row(
    'N14',
    `the Secrets of the Go agent are taken over ${title}, proven by a call, and left as they are`,
    async (world) => {
      await leftByTheAgent(world);
      await world.configure(values);
      const before = await clientSecret(world);
      world.simulator.landscape.createApplication({ name: 'orders' });
      world.here();
      await until('an Application is synchronized', () =>
        Promise.resolve(world.witness.applications.some(({ object }) => object.metadata.name === 'orders')),
      );
      const taken = await world.reaches(
        'Synchronized',
        ({ status }) => status?.connectionStatus.lastSync !== '2026-01-01T00:00:00Z',
      );
      assert.equal(taken.status?.connectionStatus.established, '2026-01-01T00:00:00Z');
      assert.deepEqual(await clientSecret(world), before);
      assert.deepEqual(
        world.simulator.requests.list().filter(({ target }) => target === 'connector'),
        [],
        'no token left',
      );
      assert.ok(world.count('connectorMtls', 'configuration') >= 1);
      const renewed = await renew(world);
      assert.deepEqual(Object.keys(renewed).toSorted(), ['crt', 'crtChain', 'key']);
      await world.reaches('Synchronized');
    },
    { crds: 'field' },
  );
}

row(
  'N14',
  'Secrets of the Go agent whose certificate has expired need a new token, which is used within 10 s',
  async (world) => {
    const { switches } = world.simulator;
    Object.assign(switches, { certificateLifetimeSeconds: 60, certificateOffsetSeconds: -3_600 });
    await leftByTheAgent(world);
    Object.assign(switches, { certificateLifetimeSeconds: 86_400, certificateOffsetSeconds: 0 });
    await world.configure({ TOKEN: '' });
    world.here();
    const failed = await world.reaches('ConnectionFailed');
    assert.equal(conditionOf(failed, 'Connected')?.reason, 'TokenRequired');
    const startMs = performance.now();
    await world.configure();
    await world.reaches('Synchronized');
    // Ten seconds on a quiet machine; by the poll alone it would take a minute.
    assert.ok(performance.now() - startMs < 30_000);
  },
);

/** What the Go agent reads at its start, as it reads it. */
async function asTheAgentReads(world: FaultWorld) {
  const { crt, key, crtChain } = (await clientSecret(world)) ?? assert.fail('no client Secret');
  assert.match(key, /^-----BEGIN RSA PRIVATE KEY-----/);
  const leaf = new X509Certificate(crt);
  assert.ok(leaf.checkPrivateKey(createPrivateKey(key)));
  assert.equal(
    new X509Certificate(crtChain).fingerprint256,
    leaf.fingerprint256,
    'the chain begins with the certificate',
  );
  assert.ok((await world.secret(CA.namespace, CA.name))?.['cacert']?.includes('BEGIN CERTIFICATE'));
  const { spec, status, metadata } = await world.cluster.cluster.get<CompassConnection>(CONNECTION);
  return { crtChain, key, leaf, spec, status, metadata };
}

row(
  'N15',
  'after our sidecar the Go agent finds its Secrets and its CompassConnection, and starts Synchronized',
  async (world) => {
    await leftByTheAgent(world);
    await world.configure({ TOKEN: '' });
    world.here();
    await world.reaches('Synchronized');
    const renewed = await renew(world);
    await world.reaches('Synchronized', ({ status }) => Boolean(status?.connectionStatus.renewed));
    assert.equal(await world.sidecars[0]?.stop(), 0);
    const { crtChain, key, leaf, spec, status, metadata } = await asTheAgentReads(world);
    await clientSecretIs(world, renewed);
    assert.equal(status?.connectionState, 'Synchronized');
    assert.equal(Date.parse(status.connectionStatus.certificateStatus.notAfter ?? ''), leaf.validToDate.getTime());
    const { lastSync, lastSuccess, established } = status.connectionStatus;
    const { lastAttempt, lastSuccessfulFetch, lastSuccessfulApplication } = status.synchronizationStatus ?? {};
    for (const time of [
      lastSync,
      lastSuccess,
      established,
      lastAttempt,
      lastSuccessfulFetch,
      lastSuccessfulApplication,
    ]) {
      assert.match(time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    }
    assert.equal(metadata.finalizers, undefined);
    assert.ok(!spec.resyncNow && !spec.refreshCredentialsNow);
    const { connectorUrl, directorUrl } = spec.managementInfo;
    const { ca } = { ca: world.simulator.caPem };
    const maintained = await call(connectorUrl, { ca, cert: crtChain, key, query: ASK_CONFIGURATION });
    assert.deepEqual(maintained.errors, []);
    const listed = await call(directorUrl, {
      ca,
      cert: crtChain,
      key,
      query: `{ applicationsForRuntime(runtimeID: "${world.simulator.runtimeId}") { totalCount } }`,
    });
    assert.deepEqual(listed.errors, []);
  },
  { crds: 'field' },
);
