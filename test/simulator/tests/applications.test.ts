import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleApplications } from '../samples.ts';
import { startSimulator } from '../simulator.ts';
import { askDirector } from './director.ts';
import { pair } from './pair.ts';

const EVERYTHING = `query ($id: ID!) { applicationsForRuntime(runtimeID: $id) { totalCount data {
  id name providerName description labels auths { id } bundles { totalCount data {
    id name description instanceAuthRequestInputSchema
    apiDefinitions { data { id name description targetURL group version { value deprecated deprecatedSince forRemoval } } }
    eventDefinitions { data { id name description group version { value } } }
    defaultInstanceAuth { additionalHeaders additionalQueryParams requestAuth { csrf { tokenEndpointURL } } credential {
      ... on BasicCredentialData { username password }
      ... on OAuthCredentialData { clientId clientSecret url }
      ... on CertificateOAuthCredentialData { clientId certificate url } } } } } } } }`;

interface Listed {
  totalCount: number;
  data: { name: string; labels: unknown; bundles: { data: { name: string; [field: string]: unknown }[] } }[];
}

test('the samples hold every kind of Application that a cluster has to cope with', async () => {
  await using simulator = await startSimulator({ samples: true });
  const answer = await askDirector(simulator, await pair(simulator), EVERYTHING, { id: simulator.runtimeId });
  assert.deepEqual(answer.errors, []);
  const { totalCount, data } = answer.data['applicationsForRuntime'] as unknown as Listed;
  assert.equal(totalCount, sampleApplications.length);
  const names = data.map(({ name }) => name);
  assert.equal(names.filter((name) => name === 'twin').length, 2);
  assert.ok(names.some((name) => name.length === 100));
  const shop = data.find(({ name }) => name === 'shop');
  assert.deepEqual(shop?.labels, { stage: 'production', regions: ['eu', 'us'], tier: 1 });
  const auths = Object.fromEntries(
    shop?.bundles.data.map((bundle) => [bundle.name, bundle['defaultInstanceAuth']]) ?? [],
  );
  assert.partialDeepStrictEqual(auths, {
    Orders: { credential: { clientId: 'sample-client', url: 'https://shop.example.com/oauth/token' } },
    Customers: { credential: { username: 'sample-user' }, requestAuth: null },
    'Carts with CSRF': { requestAuth: { csrf: { tokenEndpointURL: 'https://shop.example.com/csrf' } } },
    Prices: { credential: null, additionalQueryParams: { currency: ['EUR', 'USD'] } },
    'Opening Hours': null,
  });
});

test('bundles of one sample have equal names once normalized', () => {
  const sample = sampleApplications.find(({ name }) => name === 'same-bundles');
  const normalized = sample?.bundles?.map(({ name }) =>
    name
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .toLowerCase()
      .replace(/-$/, ''),
  );
  assert.deepEqual(normalized, ['orders-v2', 'orders-v2', 'orders-v2']);
});

test('a certificate credential and all fields of a version are listed', async () => {
  await using simulator = await startSimulator();
  const credential = {
    type: 'CertificateOAuth',
    clientId: 'c',
    certificate: 'pem',
    url: 'https://t.example.com',
  } as const;
  const version = { value: 'v1', deprecated: true, deprecatedSince: 'v2', forRemoval: false };
  const apiDefinitions = [{ id: 'api', name: 'api', targetURL: 'https://a.example.com', group: 'g', version }];
  simulator.landscape.createApplication({
    name: 'orders',
    bundles: [{ name: 'b', apiDefinitions, instanceAuthRequestInputSchema: '{}', defaultInstanceAuth: { credential } }],
  });
  const answer = await askDirector(simulator, await pair(simulator), EVERYTHING, { id: simulator.runtimeId });
  const { data } = answer.data['applicationsForRuntime'] as unknown as Listed;
  const { type: _type, ...shown } = credential;
  assert.partialDeepStrictEqual(data[0]?.bundles.data[0], {
    instanceAuthRequestInputSchema: '{}',
    apiDefinitions: { data: [{ ...apiDefinitions[0], description: null }] },
    defaultInstanceAuth: { credential: shown },
  });
});

test('definitions can be listed by group', async () => {
  await using simulator = await startSimulator();
  const apiDefinitions = ['x', 'y', 'x'].map((group, index) => ({ id: `${index}`, name: 'api', group }));
  simulator.landscape.createApplication({ id: 'app', name: 'app', bundles: [{ id: 'b', name: 'b', apiDefinitions }] });
  const query =
    '{ application(id: "app") { bundle(id: "b") { apiDefinitions(group: "x") { totalCount data { id } } } } }';
  const { data } = await askDirector(simulator, await pair(simulator), query);
  assert.deepEqual(data, {
    application: { bundle: { apiDefinitions: { totalCount: 2, data: [{ id: '0' }, { id: '2' }] } } },
  });
});
