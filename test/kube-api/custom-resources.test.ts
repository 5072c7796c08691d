import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, patchType } from './client.ts';
import { asArray, at } from './json.ts';
import { type KubeApi, startKubeApi } from './kube-api.ts';
import { widget, widgetCrd } from './testing-crd.ts';

const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/example.com/v1/namespaces/default/widgets';

async function startWithWidgets(): Promise<KubeApi> {
  const api = await startKubeApi();
  await call(api, 'POST', crds, { body: widgetCrd });
  return api;
}

test('a CRD is established, served and discovered, and takes its objects along', async () => {
  await using api = await startWithWidgets();
  const stored = await call(api, 'GET', `${crds}/widgets.example.com`);
  const conditions = asArray(at(stored.body, 'status', 'conditions')).map(
    (one) => `${at(one, 'type')}=${at(one, 'status')}`,
  );
  assert.deepEqual(conditions, ['NamesAccepted=True', 'Established=True']);
  assert.equal((await call(api, 'POST', widgets, { body: widget('a') })).code, 201);
  const listed = await call(api, 'GET', '/apis/example.com/v1');
  assert.deepEqual(
    asArray(listed.body['resources']).map((one) => at(one, 'name')),
    ['widgets', 'widgets/status'],
  );
  await call(api, 'DELETE', `${crds}/widgets.example.com`);
  assert.equal((await call(api, 'GET', `${crds}/widgets.example.com`)).code, 404);
  assert.deepEqual(api.stored('widgets', 'example.com'), []);
});

test('custom resources are pruned, defaulted and validated', async () => {
  await using api = await startWithWidgets();
  const spec = { colour: 'red', unknown: 1, notes: { kept: true } };
  const created = await call(api, 'POST', widgets, { body: widget('a', { spec }) });
  assert.deepEqual(created.body['spec'], { colour: 'red', notes: { kept: true }, size: 3 });
  const refused = await call(api, 'POST', widgets, {
    body: widget('b', { spec: { colour: 'green', size: 0, parts: [{}] } }),
  });
  const causes = asArray(at(refused.body, 'details', 'causes')).map(
    (one) => `${at(one, 'field')} ${at(one, 'reason')}`,
  );
  assert.deepEqual(causes.sort(), [
    'spec.colour FieldValueNotSupported',
    'spec.parts.name FieldValueRequired',
    'spec.size FieldValueInvalid',
  ]);
});

test('status changes through its subresource only, and counts no generation', async () => {
  await using api = await startWithWidgets();
  await call(api, 'POST', widgets, { body: widget('a', { status: { phase: 'lost' } }) });
  const change = { body: { spec: { size: 9 }, status: { phase: 'Ready' } }, type: patchType.merge };
  const byStatus = await call(api, 'PATCH', `${widgets}/a/status`, change);
  assert.deepEqual([byStatus.body['status'], at(byStatus.body, 'metadata', 'generation')], [{ phase: 'Ready' }, 1]);
  const byMain = await call(api, 'PATCH', `${widgets}/a`, {
    ...change,
    body: { spec: { size: 9 }, status: { phase: 'no' } },
  });
  assert.deepEqual([byMain.body['status'], at(byMain.body, 'metadata', 'generation')], [{ phase: 'Ready' }, 2]);
});

test('keyed lists merge by key under apply, and a strategic merge is refused', async () => {
  await using api = await startWithWidgets();
  for (const name of ['one', 'two']) {
    const body = widget('a', { spec: { parts: [{ name, count: 1 }] } });
    await call(api, 'PATCH', `${widgets}/a?fieldManager=${name}`, { body, type: patchType.apply });
  }
  const both = await call(api, 'GET', `${widgets}/a`);
  assert.deepEqual(at(both.body, 'spec', 'parts'), [
    { name: 'one', count: 1 },
    { name: 'two', count: 1 },
  ]);
  assert.equal((await call(api, 'PATCH', `${widgets}/a`, { body: {}, type: patchType.strategic })).code, 415);
});

test('tables show the printer columns', async () => {
  await using api = await startWithWidgets();
  await call(api, 'POST', widgets, { body: widget('a', { spec: {} }) });
  const table = await call(api, 'GET', widgets, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  assert.deepEqual(
    asArray(table.body['columnDefinitions']).map((one) => at(one, 'name')),
    ['Name', 'Size'],
  );
  assert.deepEqual(
    asArray(table.body['rows']).map((row) => at(row, 'cells')),
    [['a', 3]],
  );
});
