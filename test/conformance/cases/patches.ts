import assert from 'node:assert/strict';
import {
  type Case,
  CONNECTIONS,
  configMap,
  connection,
  expectCode,
  expectRefusal,
  JSON_PATCH,
  MERGE,
  managersOf,
  STRATEGIC,
  secret,
  type World,
} from '../world.ts';

async function start({ post, at }: World, data: Record<string, string> = { a: '1', b: '2' }) {
  return expectCode(await post(at('configmaps'), configMap('x', data)), 201);
}

/** JSON, merge and strategic merge patches. */
export const PATCH_CASES: readonly Case[] = [
  {
    name: 'a merge patch sets, and removes by null',
    async run(world) {
      await start(world);
      const answer = await world.patch(world.at('configmaps', 'x'), MERGE, { data: { a: '9', b: null, c: '3' } });
      assert.deepEqual(expectCode(answer, 200).data, { a: '9', c: '3' });
    },
  },
  {
    name: 'a merge patch of what is not there is 404',
    async run({ patch, at }) {
      expectRefusal(await patch(at('configmaps', 'x'), MERGE, {}), 404, 'NotFound', /configmaps "x" not found/);
    },
  },
  {
    name: 'a merge patch with a stale version is 409, with the right one it goes',
    async run(world) {
      const { metadata } = await start(world);
      const path = world.at('configmaps', 'x');
      const bound = (value: string) => ({
        metadata: { resourceVersion: metadata.resourceVersion },
        data: { a: value },
      });
      expectCode(await world.patch(path, MERGE, bound('5')), 200);
      expectRefusal(await world.patch(path, MERGE, bound('6')), 409, 'Conflict', /the object has been modified/);
      assert.equal(expectCode(await world.get(path), 200).data.a, '5');
    },
  },
  {
    name: 'a merge patch with another uid is refused (422 in old servers, 409 in new ones)',
    async run(world) {
      await start(world);
      const body = { metadata: { uid: '00000000-0000-4000-8000-000000000000' }, data: { a: '5' } };
      const answer = await world.patch(world.at('configmaps', 'x'), MERGE, body);
      assert.ok([409, 422].includes(answer.status), answer.text);
      assert.equal(expectCode(await world.get(world.at('configmaps', 'x')), 200).data.a, '1');
    },
  },
  {
    name: 'a merge patch that changes nothing keeps the version',
    async run(world) {
      const { metadata } = await start(world);
      const patched = expectCode(await world.patch(world.at('configmaps', 'x'), MERGE, { data: { a: '1' } }), 200);
      assert.equal(patched.metadata.resourceVersion, metadata.resourceVersion);
    },
  },
  {
    name: 'a merge patch in a dry run changes nothing',
    async run(world) {
      await start(world);
      const path = world.at('configmaps', 'x');
      assert.equal(expectCode(await world.patch(`${path}?dryRun=All`, MERGE, { data: { a: '9' } }), 200).data.a, '9');
      assert.equal(expectCode(await world.get(path), 200).data.a, '1');
    },
  },
  {
    name: 'the field manager of a patch owns what it sets',
    async run(world) {
      await start(world);
      const path = `${world.at('configmaps', 'x')}?fieldManager=kubectl-compass`;
      const patched = expectCode(await world.patch(path, MERGE, { data: { c: '3' } }), 200);
      assert.deepEqual(managersOf(patched), ['compass-test Update', 'kubectl-compass Update']);
      const ours = patched.metadata.managedFields.find(
        ({ manager }: { manager: string }) => manager === 'kubectl-compass',
      );
      assert.deepEqual(ours.fieldsV1, { 'f:data': { 'f:c': {} } });
    },
  },
  {
    name: 'a merge patch of a Secret replaces one key',
    async run({ post, patch, at }) {
      expectCode(await post(at('secrets'), secret('s', { TOKEN: '1', TENANT: '2' })), 201);
      const patched = expectCode(await patch(at('secrets', 's'), MERGE, { stringData: { TOKEN: 'new' } }), 200);
      assert.deepEqual(patched.data, { TENANT: 'Mg==', TOKEN: 'bmV3' });
    },
  },
  {
    name: 'a merge patch writes annotations of a CompassConnection',
    async run({ post, patch, namespace }) {
      const { metadata } = expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const body = {
        metadata: { resourceVersion: metadata.resourceVersion, annotations: { 'compass.kyma-project.io/sync': '1' } },
      };
      const patched = expectCode(
        await patch(`${CONNECTIONS}/${namespace}?fieldManager=kubectl-compass`, MERGE, body),
        200,
      );
      assert.deepEqual(patched.metadata.annotations, { 'compass.kyma-project.io/sync': '1' });
      assert.equal(patched.metadata.generation, 1);
    },
  },
  {
    name: 'a JSON patch adds, replaces, removes, moves and tests',
    async run(world) {
      await start(world);
      const answer = await world.patch(world.at('configmaps', 'x'), JSON_PATCH, [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'add', path: '/data/c', value: '3' },
        { op: 'replace', path: '/data/a', value: '9' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/metadata/labels', value: { 'a.b/c': '1' } },
        { op: 'replace', path: '/metadata/labels/a.b~1c', value: '2' },
        { op: 'move', from: '/data/c', path: '/data/d' },
        { op: 'copy', from: '/data/a', path: '/data/e' },
      ]);
      const patched = expectCode(answer, 200);
      assert.deepEqual(patched.data, { a: '9', d: '3', e: '9' });
      assert.deepEqual(patched.metadata.labels, { 'a.b/c': '2' });
    },
  },
  {
    name: 'a JSON patch whose test fails changes nothing and is 422',
    async run(world) {
      await start(world);
      const path = world.at('configmaps', 'x');
      const answer = await world.patch(path, JSON_PATCH, [
        { op: 'replace', path: '/data/b', value: '9' },
        { op: 'test', path: '/data/a', value: 'other' },
      ]);
      expectRefusal(answer, 422, 'Invalid', /./);
      assert.deepEqual(expectCode(await world.get(path), 200).data, { a: '1', b: '2' });
    },
  },
  {
    name: 'a JSON patch that removes what is not there is 422',
    async run(world) {
      await start(world);
      const answer = await world.patch(world.at('configmaps', 'x'), JSON_PATCH, [{ op: 'remove', path: '/data/z' }]);
      expectRefusal(answer, 422, 'Invalid', /./);
    },
  },
  {
    name: 'a JSON patch goes on a custom resource',
    async run({ post, patch, namespace }) {
      expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const ops = [{ op: 'add', path: '/spec/resyncNow', value: true }];
      assert.equal(expectCode(await patch(`${CONNECTIONS}/${namespace}`, JSON_PATCH, ops), 200).spec.resyncNow, true);
    },
  },
  {
    name: 'a strategic merge patch merges maps, and lists by their key',
    async run(world) {
      await start(world);
      const path = world.at('configmaps', 'x');
      const patched = expectCode(await world.patch(path, STRATEGIC, { data: { b: null, c: '3' } }), 200);
      assert.deepEqual(patched.data, { a: '1', c: '3' });
      const replaced = expectCode(await world.patch(path, STRATEGIC, { data: { $patch: 'replace', z: '1' } }), 200);
      assert.deepEqual(replaced.data, { z: '1' });
    },
  },
  {
    name: 'a strategic merge patch merges owner references by uid',
    async run(world) {
      const owner = (name: string, uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid });
      const one = await start(world);
      const two = expectCode(await world.post(world.at('configmaps'), configMap('y')), 201);
      const ownerReferences = [owner('x', one.metadata.uid)];
      expectCode(await world.post(world.at('configmaps'), configMap('z', {}, { ownerReferences })), 201);
      const body = { metadata: { ownerReferences: [owner('y', two.metadata.uid)] } };
      const patched = expectCode(await world.patch(world.at('configmaps', 'z'), STRATEGIC, body), 200);
      const names = patched.metadata.ownerReferences.map(({ name }: { name: string }) => name).sort();
      assert.deepEqual(names, ['x', 'y']);
    },
  },
  {
    name: 'a strategic merge patch of a custom resource is 415',
    async run({ post, patch, namespace }) {
      expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const answer = await patch(`${CONNECTIONS}/${namespace}`, STRATEGIC, { spec: { resyncNow: true } });
      expectRefusal(answer, 415, 'UnsupportedMediaType', /json-patch\+json.*merge-patch\+json|supported/);
    },
  },
  {
    name: 'a patch of an unknown type is 415',
    async run(world) {
      await start(world);
      const answer = await world.patch(world.at('configmaps', 'x'), 'application/json', { data: {} });
      expectRefusal(answer, 415, 'UnsupportedMediaType', /./);
    },
  },
];
