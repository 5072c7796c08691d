import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { type Case, configMap, expectCode, expectRefusal, MERGE, type World } from '../world.ts';

async function owned({ post, at }: World, more: object = {}) {
  const owner = expectCode(await post(at('configmaps'), configMap('owner')), 201);
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid, ...more };
  expectCode(await post(at('configmaps'), configMap('owned', {}, { ownerReferences: [reference] })), 201);
  return owner;
}

function gone({ get, at }: World, name: string) {
  return until(`${name} is gone`, async () => (await get(at('configmaps', name))).status === 404);
}

/** Deletion, with all that may hold it up or follow it. */
export const DELETE_CASES: readonly Case[] = [
  {
    name: 'a deletion answers 200 with a Status that names what is gone',
    async run({ post, get, at, ...world }) {
      const { metadata } = expectCode(await post(at('configmaps'), configMap('a')), 201);
      const status = expectCode(await world.delete(at('configmaps', 'a')), 200);
      assert.deepEqual([status.kind, status.status], ['Status', 'Success']);
      assert.deepEqual(status.details, { name: 'a', kind: 'configmaps', uid: metadata.uid });
      expectCode(await get(at('configmaps', 'a')), 404);
    },
  },
  {
    name: 'a deletion of what is not there is 404',
    async run({ at, ...world }) {
      expectRefusal(await world.delete(at('configmaps', 'a')), 404, 'NotFound', /configmaps "a" not found/);
    },
  },
  {
    name: 'a deletion for another uid or version is 409 and deletes nothing',
    async run({ post, get, at, ...world }) {
      const { metadata } = expectCode(await post(at('configmaps'), configMap('a')), 201);
      const options = (preconditions: object) => ({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions });
      const otherUid = await world.delete(
        at('configmaps', 'a'),
        options({ uid: '00000000-0000-4000-8000-000000000000' }),
      );
      expectRefusal(otherUid, 409, 'Conflict', /UID in the precondition/);
      const otherVersion = await world.delete(at('configmaps', 'a'), options({ resourceVersion: '1' }));
      expectRefusal(otherVersion, 409, 'Conflict', /ResourceVersion in the precondition/);
      expectCode(await get(at('configmaps', 'a')), 200);
      const { uid, resourceVersion } = metadata;
      expectCode(await world.delete(at('configmaps', 'a'), options({ uid, resourceVersion })), 200);
    },
  },
  {
    name: 'a dry run of a deletion deletes nothing',
    async run({ post, get, at, ...world }) {
      expectCode(await post(at('configmaps'), configMap('a')), 201);
      expectCode(
        await world.delete(at('configmaps', 'a'), { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] }),
        200,
      );
      expectCode(await world.delete(`${at('configmaps', 'a')}?dryRun=All`), 200);
      expectCode(await get(at('configmaps', 'a')), 200);
    },
  },
  {
    name: 'a finalizer holds the object until it is taken away',
    async run({ post, get, patch, at, ...world }) {
      const held = configMap('a', { k: '1' }, { finalizers: ['example.com/hold'] });
      expectCode(await post(at('configmaps'), held), 201);
      const answer = expectCode(await world.delete(at('configmaps', 'a')), 200);
      assert.equal(answer.kind, 'ConfigMap');
      const deleting = expectCode(await get(at('configmaps', 'a')), 200);
      assert.match(deleting.metadata.deletionTimestamp, /^\d{4}-/);
      assert.equal(deleting.metadata.deletionGracePeriodSeconds, 0);
      const patched = await patch(at('configmaps', 'a'), MERGE, {
        metadata: { finalizers: ['example.com/hold', 'example.com/more'] },
      });
      expectRefusal(patched, 422, 'Invalid', /no new finalizers can be added if the object is being deleted/);
      expectCode(await patch(at('configmaps', 'a'), MERGE, { metadata: { finalizers: null } }), 200);
      expectCode(await get(at('configmaps', 'a')), 404);
    },
  },
  {
    name: 'a second deletion of a held object changes nothing',
    async run({ post, get, at, ...world }) {
      expectCode(await post(at('configmaps'), configMap('a', {}, { finalizers: ['example.com/hold'] })), 201);
      expectCode(await world.delete(at('configmaps', 'a')), 200);
      const first = expectCode(await get(at('configmaps', 'a')), 200);
      expectCode(await world.delete(at('configmaps', 'a')), 200);
      const second = expectCode(await get(at('configmaps', 'a')), 200);
      assert.equal(second.metadata.deletionTimestamp, first.metadata.deletionTimestamp);
    },
  },
  {
    name: 'what an object owns goes after it',
    needs: 'controllers',
    async run(world) {
      await owned(world);
      expectCode(await world.delete(world.at('configmaps', 'owner')), 200);
      await gone(world, 'owned');
    },
  },
  {
    name: 'what an object owns goes before it when that is asked',
    needs: 'controllers',
    async run(world) {
      await owned(world, { blockOwnerDeletion: true });
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' };
      const deleting = expectCode(await world.delete(world.at('configmaps', 'owner'), body), 200);
      assert.deepEqual(deleting.metadata.finalizers, ['foregroundDeletion']);
      await gone(world, 'owner');
      expectCode(await world.get(world.at('configmaps', 'owned')), 404);
    },
  },
  {
    name: 'what an object owns stays, without it, when that is asked',
    needs: 'controllers',
    async run(world) {
      await owned(world);
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Orphan' };
      expectCode(await world.delete(world.at('configmaps', 'owner'), body), 200);
      await gone(world, 'owner');
      const orphan = expectCode(await world.get(world.at('configmaps', 'owned')), 200);
      assert.equal(orphan.metadata.ownerReferences, undefined);
    },
  },
  {
    name: 'an object whose owner has another uid goes',
    needs: 'controllers',
    async run(world) {
      const { post, at } = world;
      expectCode(await post(at('configmaps'), configMap('owner')), 201);
      const uid = '00000000-0000-4000-8000-000000000000';
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }];
      expectCode(await post(at('configmaps'), configMap('owned', {}, { ownerReferences })), 201);
      await gone(world, 'owned');
      expectCode(await world.get(at('configmaps', 'owner')), 200);
    },
  },
  {
    name: 'an object with two owners stays while one of them is there',
    needs: 'controllers',
    async run(world) {
      const { post, get, at } = world;
      const owners = [];
      for (const name of ['one', 'two']) {
        const { metadata } = expectCode(await post(at('configmaps'), configMap(name)), 201);
        owners.push({ apiVersion: 'v1', kind: 'ConfigMap', name, uid: metadata.uid });
      }
      expectCode(await post(at('configmaps'), configMap('owned', {}, { ownerReferences: owners })), 201);
      expectCode(await world.delete(at('configmaps', 'one')), 200);
      const left = await until('the first owner is forgotten', async () => {
        const { metadata } = expectCode(await get(at('configmaps', 'owned')), 200);
        return metadata.ownerReferences.length === 1 && metadata.ownerReferences[0];
      });
      assert.equal(left.name, 'two');
    },
  },
  {
    name: 'a deletion of a collection takes what the selector names',
    async run({ post, get, at, ...world }) {
      expectCode(await post(at('configmaps'), configMap('a', {}, { labels: { of: 'me' } })), 201);
      expectCode(await post(at('configmaps'), configMap('b', {}, { labels: { of: 'you' } })), 201);
      expectCode(await world.delete(`${at('configmaps')}?labelSelector=of%3Dme`), 200);
      expectCode(await get(at('configmaps', 'a')), 404);
      expectCode(await get(at('configmaps', 'b')), 200);
    },
  },
  {
    name: 'a namespace takes with it what is in it, and takes nothing new meanwhile',
    needs: 'controllers',
    async run({ post, get, at, namespace, ...world }) {
      expectCode(await post(at('configmaps'), configMap('a', {}, { finalizers: ['example.com/hold'] })), 201);
      expectCode(await post(at('configmaps'), configMap('b')), 201);
      const ending = expectCode(await world.delete(`/api/v1/namespaces/${namespace}`), 200);
      assert.equal(ending.status.phase, 'Terminating');
      const late = await post(at('configmaps'), configMap('c'));
      expectRefusal(
        late,
        403,
        'Forbidden',
        /unable to create new content in namespace .* because it is being terminated/,
      );
      await until('the free one is gone', async () => (await get(at('configmaps', 'b'))).status === 404);
      expectCode(await get(at('configmaps', 'a')), 200);
      expectCode(await world.patch(at('configmaps', 'a'), MERGE, { metadata: { finalizers: null } }), 200);
      await until('the namespace is gone', async () => (await get(`/api/v1/namespaces/${namespace}`)).status === 404);
    },
  },
];
