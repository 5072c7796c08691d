import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DirectorApplication, DirectorAuth, DirectorBundle } from '#common/compass/director-types.ts';
import type { Desired } from '#common/sync/desired.ts';
import { toDesired } from '#common/sync/mapping.ts';

const SETTINGS = { gatewayUrl: 'http://gateway', skipVerify: false };

const BUNDLE: DirectorBundle = {
  id: 'b1',
  name: 'Bundle',
  apiDefinitions: [{ id: 'a1', name: 'API', targetURL: 'https://target' }],
  eventDefinitions: [],
};

function application(more: Partial<DirectorApplication> = {}): DirectorApplication {
  return { id: 'i1', name: 'orders', clientIds: [], bundles: [BUNDLE], ...more };
}

function desiredOf(listed: DirectorApplication, settings = SETTINGS): Desired {
  const mapped = toDesired(listed, settings);
  assert.equal(mapped.kind, 'desired');
  return mapped.kind === 'desired' ? mapped.desired : assert.fail();
}

const withAuth = (defaultInstanceAuth: DirectorAuth) => application({ bundles: [{ ...BUNDLE, defaultInstanceAuth }] });

const entryOf = (desired: Desired) => desired.spec.services?.[0]?.entries[0];

test('a description that is empty is said not to be provided', () => {
  for (const description of [undefined, null, '']) {
    const bundles = [{ ...BUNDLE, ...(description === undefined ? {} : { description }) }];
    const { spec } = desiredOf(application({ bundles, ...(description === undefined ? {} : { description }) }));
    assert.equal(spec.description, 'Description not provided');
    assert.equal(spec.services?.[0]?.description, 'Description not provided');
  }
  assert.equal(desiredOf(application({ description: 'mine' })).spec.description, 'mine');
});

test('the spec names the Application as Compass knows it: id, client ids, and the label of the agent', () => {
  const { spec, id, name } = desiredOf(application({ clientIds: ['c1', 'c2'] }));
  assert.deepEqual([id, name, spec.labels], ['i1', 'orders', { 'connected-app': 'orders' }]);
  assert.deepEqual(spec.compassMetadata, { applicationId: 'i1', authentication: { clientIds: ['c1', 'c2'] } });
});

test('a target that cannot be called is a problem of the Application, which is written all the same', () => {
  const odd = {
    ...BUNDLE,
    id: 'b2',
    name: 'Odd',
    apiDefinitions: [{ id: 'a2', name: 'FTP', targetURL: 'ftp://target' }],
  };
  const { problem, spec } = desiredOf(application({ bundles: [BUNDLE, odd] }));
  assert.deepEqual(problem, {
    reason: 'InvalidApplication',
    message: 'bundle "Odd": the target URL of API "FTP" is no http or https URL, and is passed on as it is',
  });
  assert.deepEqual(
    spec.services?.map(({ entries }) => entries.length),
    [1, 1],
  );
  assert.equal(desiredOf(application()).problem, undefined);
});

test('skipVerify follows the setting', () => {
  assert.equal(desiredOf(application(), { ...SETTINGS, skipVerify: true }).spec.skipVerify, true);
});

test('entries are the APIs, then the events, in the order of the Director', () => {
  const apiDefinitions = ['z', 'a'].map((id) => ({ id, name: id, targetURL: 'https://target' }));
  const eventDefinitions = ['y', 'b'].map((id) => ({ id, name: id }));
  const { spec } = desiredOf(application({ bundles: [{ ...BUNDLE, apiDefinitions, eventDefinitions }] }));
  assert.deepEqual(
    spec.services?.[0]?.entries.map(({ id }) => id),
    ['z', 'a', 'y', 'b'],
  );
  assert.deepEqual(spec.services?.[0]?.entries[2], { id: 'y', name: 'y', type: 'Events' });
});

test('without credentials there is neither a block nor a Secret', () => {
  for (const auth of [{}, { credential: null }, { requestAuth: { csrf: { tokenEndpointURL: 'https://csrf' } } }]) {
    const desired = desiredOf(withAuth(auth));
    assert.deepEqual([desired.secrets, entryOf(desired)?.credentials], [[], undefined]);
  }
});

test('Basic credentials with a CSRF endpoint', () => {
  const credential = { type: 'Basic', username: 'u', password: 'p' } as const;
  const desired = desiredOf(withAuth({ credential, requestAuth: { csrf: { tokenEndpointURL: 'https://csrf' } } }));
  assert.deepEqual(entryOf(desired)?.credentials, {
    type: 'Basic',
    secretName: 'orders-b1',
    csrfInfo: { tokenEndpointURL: 'https://csrf' },
  });
  assert.deepEqual(desired.secrets[0]?.content.reveal(), { username: 'u', password: 'p' });
});

test('request parameters are lists of strings in JSON, only those that are there', () => {
  const one = desiredOf(withAuth({ additionalHeaders: {}, additionalQueryParams: { b: ['2'], a: ['1', ''] } }));
  assert.deepEqual(one.secrets[0]?.content.reveal(), { queryParameters: '{"a":["1",""],"b":["2"]}' });
  assert.equal(entryOf(one)?.requestParametersSecretName, 'params-orders-b1');
  assert.equal(desiredOf(withAuth({ additionalHeaders: {} })).secrets.length, 0);
});

const UNUSABLE: readonly (readonly [what: string, credential: NonNullable<DirectorAuth['credential']>])[] = [
  ['of an unknown type', { type: 'Unknown', typename: 'CertificateOAuthCredentialData' }],
  ['an empty username', { type: 'Basic', username: '', password: 'p' }],
  ['an empty password', { type: 'Basic', username: 'u', password: '' }],
  ['an empty client id', { type: 'OAuth', clientId: '', clientSecret: 's', url: 'https://token' }],
  ['an empty client secret', { type: 'OAuth', clientId: 'c', clientSecret: '', url: 'https://token' }],
  ['an empty token URL', { type: 'OAuth', clientId: 'c', clientSecret: 's', url: '' }],
];

for (const [what, credential] of UNUSABLE) {
  test(`D15: credentials with ${what} are kept as they were, and never left out silently`, () => {
    const desired = desiredOf(withAuth({ credential }));
    assert.deepEqual([desired.spec.services?.[0]?.entries, desired.secrets], [[], []]);
    assert.deepEqual(
      desired.kept.map(({ bundleId, secretName }) => [bundleId, secretName]),
      [['b1', 'orders-b1']],
    );
  });
}

const INVALID: readonly (readonly [what: string, listed: DirectorApplication, reason: string])[] = [
  ['a name with blanks', application({ name: 'Order Service' }), 'InvalidName'],
  ['a name of 100 emoji', application({ name: '😀'.repeat(100) }), 'InvalidName'],
  ['a header with a blank in its name', withAuth({ additionalHeaders: { 'x tenant': ['a'] } }), 'InvalidApplication'],
  ['a header with a line break', withAuth({ additionalHeaders: { x: ['a\nb'] } }), 'InvalidApplication'],
  ['a header that is no list', withAuth({ additionalHeaders: { x: 'a' } as never }), 'InvalidApplication'],
  [
    'a bundle id that cannot name a Secret',
    application({ bundles: [{ ...BUNDLE, id: 'B 1', defaultInstanceAuth: { additionalHeaders: { x: ['a'] } } }] }),
    'InvalidApplication',
  ],
];

const WITH_HEADER = { defaultInstanceAuth: { additionalHeaders: { x: ['a'] } } };
const bundlesCalled = (...ids: readonly string[]) =>
  application({ bundles: ids.map((id) => ({ ...BUNDLE, ...WITH_HEADER, id })) });

const MESSAGES: readonly (readonly [what: string, listed: DirectorApplication, message: RegExp])[] = [
  ['a name as it is', application({ name: 'A'.repeat(120) }), /the name "A{120}" is/],
  ['a long name, cut', application({ name: 'A'.repeat(121) }), /the name "A{120}…" is/],
  ['a bundle id with a blank', bundlesCalled('b 1'), /the bundle id "b 1" cannot/],
  ['a bundle id that ends a name badly', bundlesCalled('b1-'), /the bundle id "b1-" cannot/],
  ['a bundle id that is too long for a label', bundlesCalled('b'.repeat(64)), /the bundle id "b{64}" cannot/],
  ['two bundles with one id', bundlesCalled('b1', 'b1'), /one and the same Secret params-orders-b1$/],
];

for (const [what, listed, message] of MESSAGES) {
  test(`what is wrong is named: ${what}`, () => {
    const mapped = toDesired(listed, SETTINGS);
    assert.match(mapped.kind === 'invalid' ? mapped.problem.message : 'desired', message);
  });
}

test('the longest bundle id that is a label is taken, and two bundles are', () => {
  assert.equal(desiredOf(bundlesCalled('b'.repeat(63))).secrets[0]?.labels.bundleId, 'b'.repeat(63));
  assert.deepEqual(
    desiredOf(bundlesCalled('b1', 'b2')).secrets.map(({ name }) => name),
    ['params-orders-b1', 'params-orders-b2'],
  );
});

for (const [what, listed, reason] of INVALID) {
  test(`${what} is ${reason}`, () => {
    const mapped = toDesired(listed, SETTINGS);
    assert.equal(mapped.kind === 'invalid' ? mapped.problem.reason : 'desired', reason);
  });
}

test('D11: whatever the name, the mapping says yes or InvalidName, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const mapped = toDesired(application({ name }), SETTINGS);
      if (mapped.kind === 'invalid') assert.equal(mapped.problem.reason, 'InvalidName');
      else assert.equal(mapped.desired.name, name);
    }),
  );
});
