import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPLICATION } from '#common/resources/application.ts';
import { DEFAULTS_FIELD_MANAGER, SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import { application, basic, bundle, id, oauth } from './samples.ts';
import { startSyncWorld } from './world.ts';

test("D23: a first synchronization shows the Director's Applications field for field, and a second writes nothing", async (t) => {
  const world = await startSyncWorld(t);
  const auth = { ...oauth(), requestAuth: { csrf: { tokenEndpointURL: 'https://orders.example.com/csrf' } } };
  world.simulator.landscape.createApplication({
    id: id(1),
    name: 'orders',
    auths: [{ id: id(71) }],
    bundles: [
      {
        id: id(2),
        name: 'Orders (v2)',
        instanceAuthRequestInputSchema: '{"type":"object"}',
        apiDefinitions: [{ id: id(3), name: '__Ünï', targetURL: 'https://orders.example.com/v2' }],
        eventDefinitions: [{ id: id(4), name: 'order created' }],
        defaultInstanceAuth: { ...auth, additionalHeaders: { 'x-b': ['1', '2'], 'x-a': ['<&>'] } },
      },
    ],
  });
  const outcome = await world.sync();
  assert.deepEqual(outcome.failed, []);
  assert.deepEqual(outcome.created, ['orders']);
  const orders = await world.application('orders');
  assert.equal(orders?.metadata.labels?.['applicationconnector.kyma-project.io/managed-by'], 'compass-runtime-agent');
  assert.equal(orders?.metadata.annotations?.['compass.kyma-project.io/connection'], 'compass-connection');
  assert.deepEqual(orders?.spec, {
    description: 'Description not provided',
    skipInstallation: false,
    skipVerify: false,
    encodeUrl: false,
    labels: { 'connected-app': 'orders' },
    compassMetadata: { applicationId: id(1), authentication: { clientIds: [id(71)] } },
    services: [
      {
        id: id(2),
        identifier: '',
        name: 'orders-v2-3223f',
        displayName: 'Orders (v2)',
        description: 'Description not provided',
        providerDisplayName: '',
        authCreateParameterSchema: '{"type":"object"}',
        entries: [
          {
            id: id(3),
            name: '__Ünï',
            type: 'API',
            targetUrl: 'https://orders.example.com/v2',
            centralGatewayUrl: 'http://gateway.example:8082/orders/orders-v2/n',
            credentials: {
              type: 'OAuth',
              secretName: `orders-${id(2)}`,
              authenticationUrl: 'https://auth.example.com/token',
              csrfInfo: { tokenEndpointURL: 'https://orders.example.com/csrf' },
            },
            requestParametersSecretName: `params-orders-${id(2)}`,
          },
          { id: id(4), name: 'order created', type: 'Events' },
        ],
      },
    ],
  });
  const secret = await world.secret(`orders-${id(2)}`);
  assert.deepEqual(secret?.metadata.labels, { app: 'orders', bundleId: id(2) });
  assert.deepEqual(secret?.metadata.ownerReferences, [
    {
      apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
      kind: 'Application',
      name: 'orders',
      uid: orders?.metadata.uid,
    },
  ]);
  assert.deepEqual(await world.content(`orders-${id(2)}`), { clientId: 'client', clientSecret: 'not-a-secret' });
  assert.deepEqual(await world.content(`params-orders-${id(2)}`), { headers: '{"x-a":["<&>"],"x-b":["1","2"]}' });

  const before = await world.versions();
  const second = await world.sync();
  assert.deepEqual(await world.versions(), before);
  assert.deepEqual([second.unchanged, second.inSync, second.present, second.changes.length], [1, 1, 1, 0]);
});

test('what is written once, at creation, belongs to another field manager and is left alone afterwards', async (t) => {
  const world = await startSyncWorld(t);
  world.simulator.landscape.createApplication(application(1, 'orders', [bundle(2)]));
  await world.sync();
  await world.cluster.cluster.mergePatch({ kind: APPLICATION, name: 'orders' }, { spec: { encodeUrl: true } });
  world.simulator.landscape.updateApplication(id(1), { description: 'all orders' });
  assert.deepEqual((await world.sync()).updated, ['orders']);
  const orders = await world.application('orders');
  assert.equal(orders?.spec?.encodeUrl, true);
  assert.equal(orders?.spec?.skipInstallation, false);
  assert.equal(orders?.spec?.description, 'all orders');
  const once = orders?.metadata.managedFields?.find(({ manager }) => manager === DEFAULTS_FIELD_MANAGER);
  assert.match(JSON.stringify(once?.fieldsV1), /skipInstallation/);
  const applied = orders?.metadata.managedFields?.find(({ operation }) => operation === 'Apply');
  assert.equal(applied?.manager, SIDECAR_FIELD_MANAGER);
  assert.doesNotMatch(JSON.stringify(applied?.fieldsV1), /encodeUrl|skipInstallation/);
});

test('D2, D14: 250 Applications come in pages, one of them with 230 APIs', async (t) => {
  const world = await startSyncWorld(t);
  for (let number = 1; number < 250; number += 1) {
    world.simulator.landscape.createApplication(application(number, `app-${number}`));
  }
  const apiDefinitions = Array.from({ length: 230 }, (_, index) => ({ id: id(10_000 + index), name: `api ${index}` }));
  world.simulator.landscape.createApplication(application(250, 'large', [bundle(9000, { apiDefinitions })]));
  const outcome = await world.sync();
  assert.deepEqual([outcome.fetch.pages, outcome.fetch.listed, outcome.fetch.complete], [3, 250, true]);
  assert.equal(outcome.created.length, 250);
  const large = await world.application('large');
  assert.equal(large?.spec?.services?.[0]?.entries.length, 230);
});

test('credentials that change change their Secret, and nothing else', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  await world.sync();
  const before = await world.versions();
  landscape.updateApplication(id(1), { bundles: [bundle(2, { defaultInstanceAuth: basic('another') })] });
  await world.sync();
  assert.deepEqual(await world.content(`orders-${id(2)}`), { username: 'user', password: 'another' });
  const after = await world.versions();
  assert.equal(after['Application orders'], before['Application orders']);
});

test('Basic becomes OAuth: the Secret has the new keys only', async (t) => {
  const world = await startSyncWorld(t);
  const { landscape } = world.simulator;
  landscape.createApplication(application(1, 'orders', [bundle(2, { defaultInstanceAuth: basic() })]));
  await world.sync();
  landscape.updateApplication(id(1), { bundles: [bundle(2, { defaultInstanceAuth: oauth() })] });
  await world.sync();
  assert.deepEqual(await world.content(`orders-${id(2)}`), { clientId: 'client', clientSecret: 'not-a-secret' });
  const orders = await world.application('orders');
  assert.equal(orders?.spec?.services?.[0]?.entries[0]?.credentials?.type, 'OAuth');
});
