import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '#common/cluster/objects.ts';
import type { Application } from '#common/resources/application.ts';
import { FINGERPRINT_ANNOTATION, ROTATED_AT_ANNOTATION } from '#common/resources/names.ts';
import { Sensitive } from '#common/sensitive.ts';
import { comparable } from '#common/sync/plan-comparable.ts';

const KEY = new Sensitive('a-key-of-tests');

function secret(name: string, data: Readonly<Record<string, string>>): Secret {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'kyma-system' }, type: 'Opaque', data };
}

function fingerprints(object: Secret, key = KEY): Readonly<Record<string, string>> {
  return (comparable(object, key) as { readonly data: Readonly<Record<string, string>> }).data;
}

test('a fingerprint is equal for the same value in the same place, and for nothing else', () => {
  const { a, b } = fingerprints(secret('one', { a: 'MQ==', b: 'MQ==' }));
  assert.equal(fingerprints(secret('one', { a: 'MQ==' }))['a'], a);
  const others = [
    fingerprints(secret('one', { a: 'Mg==' }))['a'],
    fingerprints(secret('two', { a: 'MQ==' }))['a'],
    fingerprints({ ...secret('one', { a: 'MQ==' }), metadata: { name: 'one', namespace: 'another' } })['a'],
    fingerprints(secret('one', { a: 'MQ==' }), new Sensitive('another'))['a'],
    b,
  ];
  assert.equal(new Set([a, ...others]).size, 6);
});

test('a fingerprint says what it is, in sixteen hexadecimal digits', () => {
  assert.match(fingerprints(secret('one', { a: 'MQ==' }))['a'] ?? '', /^hmac:[0-9a-f]{16}$/);
});

test('the parts of a place cannot be moved from one to the next', () => {
  const inName = fingerprints(secret('one-a', { b: 'MQ==' }))['b'];
  const inField = fingerprints(secret('one-', { ab: 'MQ==' }))['ab'];
  assert.notEqual(inName, inField);
});

test('a Secret shows its owners, its type, where it is, our labels and annotations but those that mark its content, and its keys in order', () => {
  const { metadata, ...rest } = secret('one', { b: 'MQ==', a: 'MQ==', c: 'MQ==' });
  const owner = { apiVersion: 'v1', kind: 'Application', name: 'orders', uid: 'u', controller: true };
  const marked = {
    ...metadata,
    labels: { app: 'orders', bundleId: 'b1', team: 'blue' },
    annotations: {
      'compass.kyma-project.io/connection': 'c',
      [FINGERPRINT_ANNOTATION]: 'f',
      [ROTATED_AT_ANNOTATION]: 'r',
    },
    ownerReferences: [owner],
  };
  const shown = comparable({ ...rest, metadata: marked } as Secret, KEY) as Record<string, object>;
  assert.deepEqual(shown['metadata'], {
    name: 'one',
    namespace: 'kyma-system',
    annotations: { 'compass.kyma-project.io/connection': 'c' },
    labels: { app: 'orders', bundleId: 'b1' },
    ownerReferences: [{ kind: 'Application', name: 'orders', uid: 'u' }],
  });
  assert.deepEqual(Object.keys(shown['data'] ?? {}), ['a', 'b', 'c']);
});

test('what a Secret does not say is as an API server takes it', () => {
  const bare = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one' } } as Secret;
  assert.deepEqual(comparable(bare, KEY), { ...bare, type: 'Opaque', data: {} });
  const typed = comparable({ ...bare, type: 'kubernetes.io/tls' } as Secret, KEY);
  assert.equal((typed as Secret).type, 'kubernetes.io/tls');
});

test('an Application shows no owners', () => {
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Any', name: 'n', uid: 'u' }];
  const application = { apiVersion: 'v1alpha1', kind: 'Application', metadata: { name: 'orders', ownerReferences } };
  assert.deepEqual(Object.keys((comparable(application, KEY) as Application).metadata), ['name']);
});

test('only what is ours is compared, and what readers take for absent is', () => {
  const application: Application = {
    apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'orders',
      uid: 'any',
      resourceVersion: '7',
      labels: { 'applicationconnector.kyma-project.io/managed-by': 'compass-runtime-agent', team: 'blue' },
      annotations: { 'compass.kyma-project.io/connection': 'compass-connection', note: 'of somebody' },
    },
    spec: { description: 'd', skipVerify: false, services: [], labels: { 'connected-app': 'orders' } },
  };
  assert.deepEqual(comparable(application, KEY), {
    apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'orders',
      annotations: { 'compass.kyma-project.io/connection': 'compass-connection' },
      labels: { 'applicationconnector.kyma-project.io/managed-by': 'compass-runtime-agent' },
    },
    spec: { description: 'd', labels: { 'connected-app': 'orders' } },
  });
});
