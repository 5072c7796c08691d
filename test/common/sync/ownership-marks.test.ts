import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { applicationOwners, applicationOwnership, isDisposable, secretOwnership } from '#common/sync/ownership.ts';

const marked = (connection?: string) =>
  connection === undefined ? {} : { annotations: { [CONNECTION_ANNOTATION]: connection } };

test('an Application is ours by its mark, unmarked without, and foreign where it is not from Compass', () => {
  const ownership = (connection?: string, spec: object | undefined = { compassMetadata: { applicationId: 'i' } }) =>
    applicationOwnership({ metadata: { name: 'a', ...marked(connection) }, spec } as unknown as Application, 'mine');
  assert.deepEqual(
    ['mine', undefined, '', 'other'].map((one) => ownership(one)),
    ['ours', 'unmarked', 'unmarked', 'foreign'],
  );
  assert.deepEqual([ownership('mine', {}), ownership('mine', null as never)], ['foreign', 'foreign']);
});

test("a Secret without a mark is the agent's only with its labels and name", () => {
  const ownership = (name: string, labels?: Readonly<Record<string, string>>, connection?: string) =>
    secretOwnership(
      { metadata: { name, ...(labels && { labels }), ...marked(connection) } } as unknown as KubeObject,
      'mine',
    );
  const labels = { app: 'orders', bundleId: 'b1' };
  assert.equal(ownership('orders-b1', labels), 'unmarked');
  assert.equal(ownership('orders-b2', labels), 'foreign');
  assert.equal(ownership('orders-b1', { app: 'orders' }), 'foreign');
  assert.equal(ownership('orders-b1', { bundleId: 'b1' }), 'foreign');
  assert.equal(ownership('orders-b1'), 'foreign');
  assert.deepEqual([ownership('any', undefined, 'mine'), ownership('orders-b1', labels, 'other')], ['ours', 'foreign']);
});

test('what is not listed goes by its own connection, and unmarked by the default one', () => {
  const disposable = (connection: string) =>
    (['ours', 'unmarked', 'foreign'] as const).map((one) => isDisposable(one, connection));
  assert.deepEqual(disposable('compass-connection'), [true, true, false]);
  assert.deepEqual(disposable('second'), [true, false, false]);
});

test('owners are Applications of that group, in whatever version', () => {
  const owner = (apiVersion: string, kind: string, uid: string) => ({ apiVersion, kind, name: 'n', uid });
  const [group] = APPLICATION.apiVersion.split('/');
  const owners = [
    owner(APPLICATION.apiVersion, 'Application', '1'),
    owner(`${group}/v9`, 'Application', '2'),
    owner('argoproj.io/v1alpha1', 'Application', '3'),
    owner(APPLICATION.apiVersion, 'ConfigMap', '4'),
  ];
  assert.deepEqual(applicationOwners(owners), ['1', '2']);
});
