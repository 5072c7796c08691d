import assert from 'node:assert/strict';
import { CUSTOM_RESOURCE_DEFINITION } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import { until } from '../../cluster/until.ts';
import { conditionOf } from '../../journeys/every-state.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { clientSecret, eventsOf, metricsOf, pairings, reportOf, synchronized } from './steps.ts';

const isWhole = ({ status }: CompassConnection) =>
  Boolean(
    status?.connectionStatus.certificateStatus?.notAfter &&
      status.connectionStatus.established &&
      status.synchronizationStatus?.lastSuccessfulApplication &&
      status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
  );

row('K18', 'a status of nonsense, and a state that nobody knows, are rebuilt from the credentials', async (world) => {
  await synchronized(world);
  const nonsense = {
    connectionState: 'Bewildered',
    connectionStatus: { certificateStatus: { notAfter: null, notBefore: '1970-01-01T00:00:00Z' }, error: 'lost' },
    synchronizationStatus: null,
    conditions: [
      { type: 'Ready', status: 'Unknown', reason: 'None', message: '', lastTransitionTime: '1970-01-01T00:00:00Z' },
    ],
  };
  await world.cluster.cluster.mergePatch(CONNECTION, { status: nonsense });
  const rebuilt = await world.reaches('Synchronized', isWhole);
  assert.equal(rebuilt.status?.connectionStatus.error, undefined);
  assert.equal(pairings(world), 1);
});

row(
  'K18',
  'a CompassConnection that was made anew without a status while nobody looked gets one, without a pairing',
  async (world) => {
    await synchronized(world);
    await world.sidecars[0]?.stop();
    const { cluster } = world.cluster;
    const { spec } = await cluster.get<CompassConnection>(CONNECTION);
    await cluster.delete(CONNECTION);
    const { apiVersion, kind } = COMPASS_CONNECTION;
    await cluster.create<CompassConnection>(COMPASS_CONNECTION, {
      apiVersion,
      kind,
      metadata: { name: CONNECTION.name },
      spec,
    });
    world.here();
    const rebuilt = await world.reaches('Synchronized', isWhole);
    assert.equal(conditionOf(rebuilt, 'ReconnectPending'), undefined);
    assert.equal(pairings(world), 1);
  },
);

row('K18', 'credentials that work win over a status that says that all is lost', async (world) => {
  await synchronized(world);
  await world.sidecars[0]?.stop();
  await world.configure();
  const status = { connectionState: 'ConnectionFailed', connectionStatus: { error: 'TokenRequired: all is lost' } };
  await world.cluster.cluster.mergePatch(CONNECTION, { status });
  world.here();
  await world.reaches('Synchronized', isWhole);
  assert.equal(pairings(world), 1, 'the new token was not needed');
});

row(
  'K26',
  'a CompassConnection that is deleted with an unused token there: the old credentials serve until the new ones are proven',
  async (world) => {
    await synchronized(world);
    const before = await clientSecret(world);
    await world.configure();
    const refusal = world.simulator.faults.add({ target: 'director', operation: 'runtime', status: 503, times: 3 });
    await world.cluster.cluster.delete(CONNECTION);
    await until('the new pair waits for its proof', () => Promise.resolve(pairings(world) === 2));
    assert.deepEqual(await clientSecret(world), before);
    world.simulator.faults.remove(refusal);
    await until('the new pair is stored', async () => (await clientSecret(world))?.crt !== before?.crt);
    await world.reaches('Synchronized', (connection) => conditionOf(connection, 'ReconnectPending') === undefined);
    assert.equal(pairings(world), 2);
  },
);

row(
  'K26',
  'with a used token the working connection stays, and it is said that a new token is needed, which is then used within 10 s',
  async (world) => {
    world.simulator.landscape.createApplication({ name: 'orders' });
    world.here();
    const used = await world.configure();
    await world.reaches('Synchronized');
    const before = await clientSecret(world);
    await world.configure({ TOKEN: used });
    await world.cluster.cluster.delete(CONNECTION);
    const isPending = (connection: CompassConnection) =>
      conditionOf(connection, 'ReconnectPending')?.reason === 'TokenRequired' && isWhole(connection);
    const stayed = await world.reaches('Synchronized', isPending);
    assert.match(conditionOf(stayed, 'ReconnectPending')?.message ?? '', /request a new one-time token/);
    assert.deepEqual(await clientSecret(world), before);
    assert.equal(pairings(world), 1);
    await world.configure();
    await until('the new token is used', async () => (await clientSecret(world))?.crt !== before?.crt, 10_000);
    await world.reaches('Synchronized', (connection) => conditionOf(connection, 'ReconnectPending') === undefined);
  },
);

row('K26', 'one that was deleted while nobody looked asks for a new pairing as well', async (world) => {
  await synchronized(world);
  await world.sidecars[0]?.stop();
  const before = await clientSecret(world);
  await world.cluster.cluster.delete(CONNECTION);
  await world.configure();
  world.here();
  await until('the new token is used', async () => (await clientSecret(world))?.crt !== before?.crt, 10_000);
  await world.reaches('Synchronized', (connection) => conditionOf(connection, 'ReconnectPending') === undefined);
  assert.equal(pairings(world), 2);
});

for (const crds of ['field', 'field-with-status'] as const) {
  row(
    'K19',
    `a definition that prunes what is ours (${crds}) costs conditions and nothing else, and is not written to in vain`,
    async (world) => {
      await synchronized(world);
      const { metadata, status } = await world.connection();
      assert.ok(status?.connectionStatus.established && !status.conditions);
      const syncs = () => world.count('director', 'applicationsForRuntime');
      const before = syncs();
      await until('three more rounds', () => Promise.resolve(syncs() > before + 3));
      assert.equal((await world.connection()).metadata.resourceVersion, metadata.resourceVersion);
    },
    { crds },
  );
}

row(
  'K19',
  'without the definition it runs on, says so elsewhere, and neither its end nor its return asks for a pairing',
  async (world) => {
    await synchronized(world);
    await world.configure();
    const { cluster } = world.cluster;
    const [definition] = (await readCrds('ours')).filter(({ metadata: { name } }) =>
      name.startsWith('compassconnections'),
    );
    assert.ok(definition);
    await cluster.delete({ kind: CUSTOM_RESOURCE_DEFINITION, name: definition.metadata.name });
    await until('the report says so', async () =>
      (await reportOf(world))?.warnings?.some(({ type }) => type === 'DefinitionMissing'),
    );
    assert.equal((await eventsOf(world, 'DefinitionMissing')).length, 1);
    assert.match(await metricsOf(world), /compass_warning\{type="DefinitionMissing"\} 1/);
    world.simulator.landscape.createApplication({ name: 'later' });
    await until('Applications are synchronized', () =>
      Promise.resolve(world.witness.applications.some(({ object }) => object.metadata.name === 'later')),
    );
    await installCrd(cluster, definition);
    const back = await world.reaches('Synchronized', isWhole);
    assert.equal(conditionOf(back, 'ReconnectPending'), undefined);
    assert.equal(conditionOf(back, 'DefinitionMissing'), undefined);
    assert.equal(pairings(world), 1);
  },
);

row(
  'K26',
  'one 404 on the way to the API server is no deleted CompassConnection, and spends no token',
  async (world) => {
    const { embedded } = world.cluster;
    assert.ok(embedded);
    await synchronized(world);
    const effect = { kind: 'status', code: 404, reason: 'NotFound', message: '404 page not found' } as const;
    embedded.faults.add({ verb: 'get', resource: 'compassconnections', user: 'admin', times: 1, effect });
    await world.configure();
    await until('the token is noted', async () => (await reportOf(world))?.token === 'unused');
    world.simulator.landscape.createApplication({ name: 'invoices' });
    await until('it goes on', async () => (await reportOf(world))?.applications?.listed === 2);
    assert.equal(conditionOf(await world.connection(), 'ReconnectPending'), undefined);
    assert.equal(pairings(world), 1);
  },
);
