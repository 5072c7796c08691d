import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '../../simulator/model.ts';
import { differences, type Found } from './check-world.ts';

const SETTINGS = { gateway: 'http://gateway', connection: 'compass-connection' };
const OWNER = { kind: 'Application', name: 'orders', uid: 'uid-1' };
const MARK = { 'compass.kyma-project.io/connection': 'compass-connection' };

const definition = { description: null, group: null, version: null };

/** Two bundles, in an order that is not that of their ids. */
const LISTED: Application = {
  id: 'app-1',
  tenant: 'tenant',
  formations: [],
  name: 'orders',
  providerName: null,
  description: 'All orders',
  labels: null,
  auths: [{ id: 'client-1' }, { id: 'client-2' }],
  bundles: [
    {
      id: 'b2',
      name: 'Second',
      description: null,
      instanceAuthRequestInputSchema: null,
      apiDefinitions: [],
      eventDefinitions: [{ ...definition, id: 'event-1', name: 'placed' }],
      defaultInstanceAuth: {
        credential: { type: 'Basic', username: 'me', password: 'secret' },
        additionalHeaders: { 'X-Tenant': ['a'] },
        additionalQueryParams: null,
        requestAuth: null,
      },
    },
    {
      id: 'b1',
      name: 'Orders (v2)',
      description: 'First',
      instanceAuthRequestInputSchema: '{}',
      apiDefinitions: [{ ...definition, id: 'api-1', name: 'read', targetURL: 'https://orders.example' }],
      eventDefinitions: [],
      defaultInstanceAuth: {
        credential: { type: 'OAuth', clientId: 'me', clientSecret: 'secret', url: 'https://token.example' },
        additionalHeaders: null,
        additionalQueryParams: null,
        requestAuth: { csrf: { tokenEndpointURL: 'https://csrf.example' } },
      },
    },
  ],
};

function secret(name: string, bundleId: string, data: Readonly<Record<string, string>>) {
  const labels: Record<string, string> = { app: 'orders', bundleId };
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const metadata = { name, uid: `uid-${name}`, labels, annotations: { ...MARK }, ownerReferences: [{ ...OWNER }] };
  return { metadata, data: Object.fromEntries(encoded) as Record<string, string> };
}

/** What the mapping's document says of it, and what API servers and other managers add. */
function world() {
  const first = {
    id: 'b1',
    identifier: '',
    name: 'orders-v2-7e83c',
    displayName: 'Orders (v2)',
    description: 'First',
    providerDisplayName: '',
    authCreateParameterSchema: '{}',
    entries: [
      {
        id: 'api-1',
        name: 'read',
        type: 'API',
        targetUrl: 'https://orders.example',
        centralGatewayUrl: 'http://gateway/orders/orders-v2/read',
        credentials: {
          type: 'OAuth',
          secretName: 'orders-b1',
          authenticationUrl: 'https://token.example',
          csrfInfo: { tokenEndpointURL: 'https://csrf.example' },
        },
      },
    ],
  };
  const second = {
    id: 'b2',
    name: 'second-32f28',
    displayName: 'Second',
    description: 'Description not provided',
    entries: [{ id: 'event-1', name: 'placed', type: 'Events' }],
  };
  const spec = {
    description: 'All orders',
    skipInstallation: false,
    skipVerify: false,
    encodeUrl: false,
    labels: { 'connected-app': 'orders' },
    compassMetadata: { applicationId: 'app-1', authentication: { clientIds: ['client-2', 'client-1'] } },
    services: [first, second],
  };
  const labels = { 'applicationconnector.kyma-project.io/managed-by': 'compass-runtime-agent', more: 'by others' };
  const application = { metadata: { name: 'orders', uid: 'uid-1', labels, annotations: { ...MARK } }, spec };
  const oauth = secret('orders-b1', 'b1', { clientId: 'me', clientSecret: 'secret' });
  const basic = secret('orders-b2', 'b2', { username: 'me', password: 'secret' });
  const parameters = secret('params-orders-b2', 'b2', { headers: '{ "X-Tenant": ["a"] }' });
  return {
    applications: [application],
    secrets: [oauth, basic, parameters],
    application,
    first,
    second,
    oauth,
    parameters,
  };
}

type World = ReturnType<typeof world>;

/** One field each, and what is said of it. */
const DAMAGES: readonly [says: string, damage: (world: World) => void][] = [
  ['Application orders is missing', ({ applications }) => applications.pop()],
  ['Application more is too many', ({ applications }) => applications.push(named(world().application, 'more'))],
  ['Secret orders-b1 is missing', ({ secrets }) => secrets.shift()],
  ['Secret more is too many', ({ secrets }) => secrets.push(named(world().oauth, 'more'))],
  [
    'Application orders: label applicationconnector.kyma-project.io/managed-by differs',
    ({ application }) => Object.assign(application.metadata, { labels: undefined }),
  ],
  [
    'Application orders: annotation compass.kyma-project.io/connection differs',
    ({ application }) => Object.assign(application.metadata.annotations, other(MARK)),
  ],
  ['Application orders: spec.description differs', ({ application: { spec } }) => (spec.description = '')],
  ['Application orders: a flag is not false', ({ application: { spec } }) => (spec.skipVerify = true)],
  ['Application orders: a flag is not false', ({ application: { spec } }) => (spec.encodeUrl = true)],
  ['Application orders: a flag is not false', ({ application: { spec } }) => (spec.skipInstallation = true)],
  [
    'Application orders: spec.labels.connected-app differs',
    ({ application: { spec } }) => (spec.labels['connected-app'] = 'o'),
  ],
  [
    'Application orders: spec.labels.more differs',
    ({ application: { spec } }) => Object.assign(spec.labels, { more: 'l' }),
  ],
  [
    'Application orders: spec.compassMetadata.applicationId differs',
    ({ application: { spec } }) => (spec.compassMetadata.applicationId = 'app-2'),
  ],
  [
    'Application orders: spec.compassMetadata.authentication.clientIds differs',
    ({ application: { spec } }) => spec.compassMetadata.authentication.clientIds.pop(),
  ],
  ['Application orders: spec.services.1 differs', ({ application: { spec } }) => spec.services.pop()],
  ['Application orders: spec.services.0.identifier differs', ({ first }) => (first.identifier = 'i')],
  ['Application orders: spec.services.0.name differs', ({ first }) => (first.name = 'orders-v2')],
  ['Application orders: spec.services.0.displayName differs', ({ first }) => (first.displayName = 'Orders')],
  ['Application orders: spec.services.1.description differs', ({ second }) => (second.description = '')],
  [
    'Application orders: spec.services.0.authCreateParameterSchema differs',
    ({ first }) => (first.authCreateParameterSchema = ''),
  ],
  [
    'Application orders: spec.services.1.entries.0.type differs',
    ({ second }) => Object.assign(second.entries[0] ?? {}, { type: 'API' }),
  ],
  ...(['id', 'name', 'type', 'targetUrl', 'centralGatewayUrl', 'credentials'] as const).map(
    (key): [string, (world: World) => void] => [
      `Application orders: spec.services.0.entries.0.${key} differs`,
      ({ first }) => Object.assign(first.entries[0] ?? {}, { [key]: 'other' }),
    ],
  ),
  ...(['type', 'secretName', 'authenticationUrl', 'csrfInfo'] as const).map((key): [string, (world: World) => void] => [
    `Application orders: spec.services.0.entries.0.credentials.${key} differs`,
    ({ first }) => Object.assign(first.entries[0]?.credentials ?? {}, { [key]: 'other' }),
  ]),
  [
    'Application orders: spec.services.0.entries.0.requestParametersSecretName differs',
    ({ first }) => Object.assign(first.entries[0] ?? {}, { requestParametersSecretName: 'params-orders-b1' }),
  ],
  ['Secret orders-b1: label app differs', ({ oauth }) => (oauth.metadata.labels['app'] = 'o')],
  ['Secret orders-b1: label bundleId differs', ({ oauth }) => (oauth.metadata.labels['bundleId'] = 'b2')],
  [
    'Secret orders-b1: annotation compass.kyma-project.io/connection differs',
    ({ oauth }) => Object.assign(oauth.metadata.annotations, other(MARK)),
  ],
  [
    'Secret orders-b1: owners differ',
    ({ oauth }) => Object.assign(oauth.metadata.ownerReferences[0] ?? {}, { uid: 'u' }),
  ],
  ['Secret orders-b1: owners differ', ({ oauth }) => oauth.metadata.ownerReferences.push(OWNER)],
  ['Secret orders-b1: data.clientSecret differs', ({ oauth }) => (oauth.data['clientSecret'] = 'b2xk')],
  ['Secret orders-b1: data.password differs', ({ oauth }) => (oauth.data['password'] = 'b2xk')],
  ['Secret orders-b1: data.clientId differs', ({ oauth }) => delete oauth.data['clientId']],
  [
    'Secret params-orders-b2: data.headers.X-Tenant.0 differs',
    ({ parameters }) => (parameters.data['headers'] = Buffer.from('{"X-Tenant":["b"]}').toString('base64')),
  ],
];

function other(marks: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(marks).map((key) => [key, 'other']));
}

function named<T extends { readonly metadata: { name: string } }>(object: T, name: string): T {
  object.metadata.name = name;
  return object;
}

function found({ applications, secrets }: World): Found {
  return { applications, secrets };
}

test('a cluster that is as it is to be has no differences', () => {
  assert.deepEqual(differences([LISTED], found(world()), SETTINGS), []);
});

test('each damaged field is named, and no other', () => {
  for (const [says, damage] of DAMAGES) {
    const damaged = world();
    damage(damaged);
    assert.deepEqual(differences([LISTED], found(damaged), SETTINGS), [says]);
  }
});

test('services in another order than the Director lists them are a difference', () => {
  const damaged = world();
  damaged.application.spec.services.reverse();
  const found = differences([LISTED], { applications: damaged.applications, secrets: damaged.secrets }, SETTINGS);
  assert.ok(found.includes('Application orders: spec.services.0.id differs'));
});

test('a value that differs is not told', () => {
  const damaged = world();
  damaged.oauth.data['clientSecret'] = Buffer.from('another').toString('base64');
  assert.doesNotMatch(differences([LISTED], found(damaged), SETTINGS).join(), /another/);
});
