import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, patchType } from './client.ts';
import { at, type JsonObject } from './json.ts';
import { type KubeApi, startKubeApi } from './kube-api.ts';

const path = '/api/v1/namespaces/default/configmaps/a';

function apply(api: KubeApi, manager: string, data: JsonObject, query = '') {
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data };
  return call(api, 'PATCH', `${path}?fieldManager=${manager}${query}`, { body, type: patchType.apply });
}

function managers(body: JsonObject): unknown {
  const entries = at(body, 'metadata', 'managedFields') as JsonObject[];
  return Object.fromEntries(
    entries.map((entry) => [`${entry['manager']} ${entry['operation']}`, at(entry, 'fieldsV1', 'f:data')]),
  );
}

test('apply creates, and says what the manager owns', async () => {
  await using api = await startKubeApi();
  const created = await apply(api, 'one', { k: 'v' });
  assert.equal(created.code, 201);
  assert.deepEqual(managers(created.body), { 'one Apply': { 'f:k': {} } });
});

test('apply of a field that another manager owns with another value is a conflict until forced', async () => {
  await using api = await startKubeApi();
  await apply(api, 'one', { k: 'v' });
  const refused = await apply(api, 'two', { k: 'w' });
  assert.equal(refused.code, 409);
  assert.equal(refused.body['message'], 'Apply failed with 1 conflict: conflict with "one": .data.k');
  const forced = await apply(api, 'two', { k: 'w' }, '&force=true');
  assert.deepEqual(managers(forced.body), { 'two Apply': { 'f:k': {} } });
});

test('a field applied alike by two is owned by both, and goes when both gave it up', async () => {
  await using api = await startKubeApi();
  await apply(api, 'one', { k: 'v', own: '1' });
  await apply(api, 'two', { k: 'v' });
  const shared = await apply(api, 'one', { own: '1' });
  assert.deepEqual(shared.body['data'], { k: 'v', own: '1' });
  const gone = await apply(api, 'two', {});
  assert.deepEqual(gone.body['data'], { own: '1' });
});

test('an update takes over what it changes, under the manager of its user agent', async () => {
  await using api = await startKubeApi();
  await apply(api, 'one', { k: 'v', l: 'v' });
  const patched = await call(api, 'PATCH', path, { body: { data: { k: 'w' } }, type: patchType.merge });
  assert.deepEqual(managers(patched.body), { 'one Apply': { 'f:l': {} }, 'test Update': { 'f:k': {} } });
});

test('applying the same again changes nothing', async () => {
  await using api = await startKubeApi();
  const first = await apply(api, 'one', { k: 'v' });
  assert.deepEqual((await apply(api, 'one', { k: 'v' })).body, first.body);
});

test('apply needs a manager, knows no unknown fields, and takes no managedFields', async () => {
  await using api = await startKubeApi();
  assert.equal((await apply(api, '', { k: 'v' })).code, 422);
  const wrong = await apply(api, 'one', { k: 1 });
  assert.deepEqual([wrong.code, /expected string/.test(String(wrong.body['message']))], [500, true]);
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', managedFields: [] } };
  assert.equal((await call(api, 'PATCH', `${path}?fieldManager=one`, { body, type: patchType.apply })).code, 400);
});

test('kubectl takes over with server-side apply what its client-side apply set, and keeps the annotation true', async () => {
  await using api = await startKubeApi();
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  const last = JSON.stringify({ ...config, data: { k: 'v', other: 'x' } });
  const body = {
    ...config,
    metadata: { name: 'a', annotations: { [annotation]: last } },
    data: { k: 'v', other: 'y' },
  };
  await call(api, 'POST', `${path.slice(0, -2)}?fieldManager=kubectl-client-side-apply`, { body });
  assert.equal((await apply(api, 'someone', { k: 'w' })).code, 409);
  assert.equal((await apply(api, 'kubectl', { other: 'w' })).code, 409);
  const taken = await apply(api, 'kubectl', { k: '<w>' });
  assert.equal(at(taken.body, 'data', 'k'), '<w>');
  const kept =
    '{"apiVersion":"v1","data":{"k":"\\u003cw\\u003e"},"kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}}\n';
  assert.equal(at(taken.body, 'metadata', 'annotations', annotation), kept);
});

test('claims that an update made, handed over to an apply, go with their values but not with what still is applied', async () => {
  await using api = await startKubeApi();
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  const body = { ...config, data: { k: 'v', gone: 'x' } };
  const made = await call(api, 'POST', `${path.slice(0, -2)}?fieldManager=one`, { body });
  const [claim] = at(made.body, 'metadata', 'managedFields') as JsonObject[];
  const replacement = [{ op: 'replace', path: '/metadata/managedFields', value: [{ ...claim, operation: 'Apply' }] }];
  await call(api, 'PATCH', path, { body: JSON.stringify(replacement), type: patchType.json });
  assert.deepEqual((await apply(api, 'one', { k: 'v' })).body['data'], { k: 'v' });
});
