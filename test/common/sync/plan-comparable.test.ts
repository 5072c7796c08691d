import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '#common/cluster/objects.ts';
import type { Application } from '#common/resources/application.ts';
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
    fingerprints(secret('one', { a: 'MQ==' }), new Sensitive('another'))['a'],
    b,
  ];
  assert.equal(new Set([a, ...others]).size, 5);
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
