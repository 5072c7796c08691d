import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { call, patchType, watchEvents } from './client.ts';
import { at, type JsonObject } from './json.ts';
import { startKubeApi } from './kube-api.ts';

const configMaps = '/api/v1/namespaces/default/configmaps';
const secrets = '/api/v1/namespaces/default/secrets';

test('an object is created, read, replaced only at its version, and deleted', async () => {
  await using api = await startKubeApi();
  const created = await call(api, 'POST', configMaps, { body: { metadata: { name: 'a' }, data: { k: 'v' } } });
  assert.equal(created.code, 201);
  assert.equal(
    (await call(api, 'POST', configMaps, { body: { metadata: { name: 'a' } } })).body['reason'],
    'AlreadyExists',
  );
  const stale = { metadata: { name: 'a', resourceVersion: '1' }, data: { k: 'w' } };
  const refused = await call(api, 'PUT', `${configMaps}/a`, { body: stale });
  assert.equal(refused.code, 409);
  assert.match(String(refused.body['message']), /the object has been modified/);
  const fresh = {
    metadata: { name: 'a', resourceVersion: at(created.body, 'metadata', 'resourceVersion') },
    data: { k: 'w' },
  };
  assert.equal((await call(api, 'PUT', `${configMaps}/a`, { body: fresh })).code, 200);
  assert.equal((await call(api, 'DELETE', `${configMaps}/a`, { body: { preconditions: { uid: 'other' } } })).code, 409);
  assert.equal((await call(api, 'DELETE', `${configMaps}/a`)).body['status'], 'Success');
  assert.equal((await call(api, 'GET', `${configMaps}/a`)).code, 404);
});

test('a dry run answers what would be stored and stores nothing', async () => {
  await using api = await startKubeApi();
  const tried = await call(api, 'POST', `${configMaps}?dryRun=All`, { body: { metadata: { generateName: 'a-' } } });
  assert.equal(tried.code, 201);
  assert.match(String(at(tried.body, 'metadata', 'name')), /^a-[a-z0-9]{5}$/);
  assert.deepEqual(
    api
      .stored('configmaps')
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith('a-')),
    [],
  );
});

test('a write that changes nothing keeps the version', async () => {
  await using api = await startKubeApi();
  const created = await call(api, 'POST', configMaps, { body: { metadata: { name: 'a' }, data: { k: 'v' } } });
  const again = await call(api, 'PATCH', `${configMaps}/a`, { body: { data: { k: 'v' } }, type: patchType.merge });
  assert.equal(at(again.body, 'metadata', 'resourceVersion'), at(created.body, 'metadata', 'resourceVersion'));
});

test("a Secret's stringData becomes data, and its type and immutable data stay", async () => {
  await using api = await startKubeApi();
  const created = await call(api, 'POST', secrets, {
    body: { metadata: { name: 's' }, stringData: { k: 'v' }, immutable: true },
  });
  assert.deepEqual(created.body['data'], { k: 'dg==' });
  assert.equal(created.body['stringData'], undefined);
  for (const change of [{ type: 'other' }, { data: { k: 'dw==' } }, { immutable: null }]) {
    const refused = await call(api, 'PATCH', `${secrets}/s`, { body: change, type: patchType.merge });
    assert.equal(refused.code, 422, JSON.stringify(change));
  }
});

test('finalizers hold a deleted object until the last one is gone', async () => {
  await using api = await startKubeApi();
  await call(api, 'POST', configMaps, { body: { metadata: { name: 'a', finalizers: ['example.com/hold'] } } });
  const deleted = await call(api, 'DELETE', `${configMaps}/a`);
  assert.ok(at(deleted.body, 'metadata', 'deletionTimestamp'));
  assert.equal((await call(api, 'GET', `${configMaps}/a`)).code, 200);
  await call(api, 'PATCH', `${configMaps}/a`, { body: { metadata: { finalizers: null } }, type: patchType.merge });
  assert.equal((await call(api, 'GET', `${configMaps}/a`)).code, 404);
});

test('what an object owns goes with it, unless it is orphaned', async () => {
  await using api = await startKubeApi();
  for (const policy of ['Background', 'Foreground', 'Orphan']) {
    const owner = await call(api, 'POST', configMaps, { body: { metadata: { name: 'owner' } } });
    const uid = at(owner.body, 'metadata', 'uid');
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid };
    await call(api, 'POST', secrets, {
      body: { metadata: { name: `of-${policy.toLowerCase()}`, ownerReferences: [reference] } },
    });
    await call(api, 'DELETE', `${configMaps}/owner`, { body: { propagationPolicy: policy } });
    await turn();
    await turn();
  }
  assert.deepEqual(
    api.stored('secrets').map(({ metadata }) => metadata.name),
    ['of-orphan'],
  );
  assert.equal(api.stored('secrets')[0]?.metadata.ownerReferences, undefined);
  assert.equal((await call(api, 'GET', `${configMaps}/owner`)).code, 404);
});

test('a namespace takes its content along after a moment, and nothing is created in a missing one', async () => {
  await using api = await startKubeApi();
  await call(api, 'POST', '/api/v1/namespaces', { body: { metadata: { name: 'n' } } });
  await call(api, 'POST', '/api/v1/namespaces/n/secrets', { body: { metadata: { name: 's' } } });
  const deleted = await call(api, 'DELETE', '/api/v1/namespaces/n');
  assert.equal(at(deleted.body, 'status', 'phase'), 'Terminating');
  assert.equal((await call(api, 'GET', '/api/v1/namespaces/n/secrets/s')).code, 200);
  for await (const { type } of watchEvents(api, '/api/v1/namespaces?watch=1&fieldSelector=metadata.name%3Dn')) {
    if (type === 'DELETED') break;
  }
  assert.equal((await call(api, 'GET', '/api/v1/namespaces/n')).code, 404);
  assert.deepEqual(api.stored('secrets'), []);
  const refused = await call(api, 'POST', '/api/v1/namespaces/n/secrets', { body: { metadata: { name: 's' } } });
  assert.equal(refused.body['message'], 'namespaces "n" not found');
});

test('what the server lacks is 501 with a Status, and what nobody knows is 404', async () => {
  await using api = await startKubeApi();
  const lacking = await call(api, 'GET', '/apis/batch/v1/namespaces/default/jobs');
  assert.deepEqual([lacking.code, lacking.body['kind'], lacking.body['reason']], [501, 'Status', 'NotImplemented']);
  assert.equal((await call(api, 'GET', '/api/v1/nonsense')).code, 404);
  assert.equal((await call(api, 'GET', '/apis/nonsense.io/v1/things')).text, '404 page not found\n');
});

test('a Deployment takes a second manager and strategic merges where its merge rules are known, else it is 501', async () => {
  await using api = await startKubeApi();
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const labels = { a: 'b' };
  const containers = [{ name: 'c', image: 'i' }];
  const deployment = (name: string, spec: JsonObject) => ({
    metadata: { name },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers, ...spec } } },
  });
  const known = deployment('d', {});
  assert.equal((await call(api, 'POST', path, { body: known })).code, 201);
  assert.equal((await call(api, 'PUT', `${path}/d?fieldManager=other`, { body: known })).code, 200);
  const added = { body: { spec: { template: { spec: { containers: [{ name: 'e', image: 'i' }] } } } } };
  const patched = await call(api, 'PATCH', `${path}/d`, { ...added, type: patchType.strategic });
  const names = (at(patched.body, 'spec', 'template', 'spec', 'containers') as JsonObject[]).map(({ name }) => name);
  assert.deepEqual(names, ['e', 'c']);
  const unknown = deployment('u', { hostAliases: [{ ip: '127.0.0.1', hostnames: ['x'] }] });
  assert.equal((await call(api, 'POST', path, { body: unknown })).code, 201);
  assert.equal((await call(api, 'PUT', `${path}/u`, { body: unknown })).code, 200);
  assert.equal((await call(api, 'PUT', `${path}/u?fieldManager=other`, { body: unknown })).code, 501);
  assert.equal((await call(api, 'PATCH', `${path}/u`, { ...added, type: patchType.strategic })).code, 501);
});
