import assert from 'node:assert/strict';
import type { ApiAnswer } from '../../cluster/api-request.ts';
import { until } from '../../cluster/until.ts';
import { APPLY, type Case, CONNECTIONS, connection, expectCode, expectRefusal, MERGE, TABLE } from '../world.ts';

const LEASES = 'coordination.k8s.io/v1';

const lease = (spec: object, metadata: object = {}) => ({
  apiVersion: LEASES,
  kind: 'Lease',
  metadata: { name: 'l', ...metadata },
  spec,
});

const event = (name: string, namespace: string, involvedObject: object) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace },
  involvedObject,
  reason: 'Synchronized',
  message: 'all of it',
  type: 'Normal',
  source: { component: 'compass-sidecar' },
  firstTimestamp: '2026-11-21T11:29:00Z',
  lastTimestamp: '2026-11-21T11:29:00Z',
  count: 1,
});

function deployment(image: string, replicas = 1) {
  const labels = { app: 'd' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image }] } },
    },
  };
}

/** The built-in kinds that sidecar, plugin and installation use, and discovery. */
export const BUILT_IN_CASES: readonly Case[] = [
  {
    name: 'an Event about a cluster-scoped object lies in default',
    async run({ post, request, namespace }) {
      const { metadata } = expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const about = {
        apiVersion: 'compass.kyma-project.io/v1alpha1',
        kind: 'CompassConnection',
        name: namespace,
        uid: metadata.uid,
      };
      const body = event(`${namespace}.1`, 'default', about);
      const created = expectCode(await post('/api/v1/namespaces/default/events', body), 201);
      assert.deepEqual(created.involvedObject, about);
      const selector = encodeURIComponent(`involvedObject.name=${namespace},involvedObject.uid=${metadata.uid}`);
      const list = expectCode(await request('GET', `/api/v1/events?fieldSelector=${selector}`), 200);
      assert.deepEqual(
        list.items.map(({ reason }: ApiAnswer['json']) => reason),
        ['Synchronized'],
      );
    },
  },
  {
    name: 'an Event lies in the namespace of what it is about',
    async run({ post, at, namespace }) {
      const about = { apiVersion: 'v1', kind: 'Secret', name: 's', namespace: 'other' };
      expectRefusal(
        await post(at('events'), event('e', namespace, about)),
        422,
        'Invalid',
        /involvedObject\.namespace/,
      );
      expectCode(await post(at('events'), event('e', namespace, { ...about, namespace })), 201);
    },
  },
  {
    name: 'an Event is counted up by a patch',
    async run({ post, patch, at, namespace }) {
      expectCode(await post(at('events'), event('e', namespace, { kind: 'Secret', name: 's', namespace })), 201);
      const body = { count: 2, lastTimestamp: '2026-11-21T11:30:00Z' };
      const patched = expectCode(await patch(at('events', 'e'), MERGE, body), 200);
      assert.deepEqual(
        [patched.count, patched.firstTimestamp, patched.lastTimestamp],
        [2, '2026-11-21T11:29:00Z', '2026-11-21T11:30:00Z'],
      );
    },
  },
  {
    name: 'a Lease is taken by whoever writes its version first',
    async run({ post, put, at }) {
      const spec = {
        holderIdentity: 'one',
        leaseDurationSeconds: 15,
        renewTime: '2026-11-21T11:29:00.000000Z',
        leaseTransitions: 0,
      };
      const created = expectCode(await post(at('leases', undefined, LEASES), lease(spec)), 201);
      assert.deepEqual(created.spec, spec);
      const path = at('leases', 'l', LEASES);
      const taken = lease({ ...spec, holderIdentity: 'two' }, { resourceVersion: created.metadata.resourceVersion });
      assert.equal(expectCode(await put(path, taken), 200).spec.holderIdentity, 'two');
      const late = lease({ ...spec, holderIdentity: 'three' }, { resourceVersion: created.metadata.resourceVersion });
      expectRefusal(
        await put(path, late),
        409,
        'Conflict',
        /leases\.coordination\.k8s\.io "l": the object has been modified/,
      );
    },
  },
  {
    name: 'a Lease has a duration above zero and a time of microseconds',
    async run({ post, at }) {
      const path = at('leases', undefined, LEASES);
      const zero = await post(path, lease({ holderIdentity: 'a', leaseDurationSeconds: 0 }));
      expectRefusal(zero, 422, 'Invalid', /spec\.leaseDurationSeconds: Invalid value: 0: must be greater than 0/);
      expectRefusal(await post(path, lease({ renewTime: 'now' })), 400, 'BadRequest', /./);
    },
  },
  {
    name: 'a Lease is listed as kubectl shows it',
    async run({ post, get, at }) {
      expectCode(await post(at('leases', undefined, LEASES), lease({ holderIdentity: 'one' })), 201);
      const table = expectCode(await get(at('leases', undefined, LEASES), { accept: TABLE }), 200);
      assert.deepEqual(
        table.columnDefinitions.map(({ name }: ApiAnswer['json']) => name),
        ['Name', 'Holder', 'Age'],
      );
      assert.deepEqual(table.rows[0].cells.slice(0, 2), ['l', 'one']);
    },
  },
  {
    name: 'a Deployment is applied, read and applied again by its one manager',
    async run({ patch, get, at }) {
      const path = `${at('deployments', 'd', 'apps/v1')}?fieldManager=kubectl&force=true`;
      expectCode(await patch(path, APPLY, deployment('one:1')), 201);
      const second = expectCode(await patch(path, APPLY, deployment('one:2', 2)), 200);
      assert.equal(second.metadata.generation, 2);
      const { spec } = expectCode(await get(at('deployments', 'd', 'apps/v1')), 200);
      assert.equal(spec.replicas, 2);
      assert.deepEqual(
        spec.template.spec.containers.map(({ image }: ApiAnswer['json']) => image),
        ['one:2'],
      );
    },
  },
  {
    name: 'a ServiceAccount is created, labelled and deleted',
    async run({ post, patch, get, at, ...world }) {
      expectCode(
        await post(at('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }),
        201,
      );
      const patched = expectCode(
        await patch(at('serviceaccounts', 'robot'), MERGE, { metadata: { labels: { a: 'b' } } }),
        200,
      );
      assert.deepEqual(patched.metadata.labels, { a: 'b' });
      expectCode(await world.delete(at('serviceaccounts', 'robot')), 200);
      expectCode(await get(at('serviceaccounts', 'robot')), 404);
    },
  },
  {
    name: 'a namespace gets its default account and the CA of the cluster',
    needs: 'controllers',
    async run({ get, at }) {
      await until('the account', async () => (await get(at('serviceaccounts', 'default'))).status === 200);
      const root = await until('the CA', async () => {
        const answer = await get(at('configmaps', 'kube-root-ca.crt'));
        return answer.status === 200 && answer.json;
      });
      assert.match(root.data['ca.crt'], /BEGIN CERTIFICATE/);
    },
  },
  {
    name: 'a namespace is active, and created once',
    async run({ get, post, namespace }) {
      const found = expectCode(await get(`/api/v1/namespaces/${namespace}`), 200);
      assert.equal(found.status.phase, 'Active');
      assert.deepEqual(found.spec.finalizers, ['kubernetes']);
      const again = await post('/api/v1/namespaces', {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace },
      });
      expectRefusal(again, 409, 'AlreadyExists', /already exists/);
    },
  },
  {
    name: 'the server says which version it is, and that it is well',
    async run({ get }) {
      const version = expectCode(await get('/version'), 200);
      assert.match(version.gitVersion, /^v1\.\d+\.\d+/);
      assert.match(`${version.major}.${version.minor}`, /^1\.\d+/);
      for (const path of ['/readyz', '/livez', '/healthz']) assert.equal((await get(path)).text, 'ok');
    },
  },
  {
    name: 'discovery tells of every resource and what may be done with it',
    async run({ get }) {
      const core = expectCode(await get('/api/v1'), 200);
      const found = (name: string) => core.resources.find((resource: ApiAnswer['json']) => resource.name === name);
      assert.deepEqual(found('secrets').verbs, [
        'create',
        'delete',
        'deletecollection',
        'get',
        'list',
        'patch',
        'update',
        'watch',
      ]);
      assert.deepEqual([found('secrets').kind, found('secrets').namespaced], ['Secret', true]);
      assert.deepEqual([found('namespaces').namespaced, found('namespaces').shortNames], [false, ['ns']]);
      assert.deepEqual(found('serviceaccounts/token').verbs, ['create']);
      const custom = expectCode(await get('/apis/compass.kyma-project.io/v1alpha1'), 200);
      assert.deepEqual(
        custom.resources.map(({ name }: ApiAnswer['json']) => name),
        ['compassconnections'],
      );
      assert.equal(expectCode(await get('/api'), 200).versions[0], 'v1');
    },
  },
  {
    name: 'the schema of everything is published for kubectl',
    async run({ get }) {
      const { definitions } = await until('the CRDs are in it', async () => {
        const answer = await get('/openapi/v2');
        return answer.json?.definitions?.['io.kyma-project.compass.v1alpha1.CompassConnection'] && answer.json;
      });
      const schema = definitions['io.kyma-project.compass.v1alpha1.CompassConnection'];
      assert.deepEqual(schema['x-kubernetes-group-version-kind'], [
        { group: 'compass.kyma-project.io', kind: 'CompassConnection', version: 'v1alpha1' },
      ]);
      assert.ok('spec' in schema.properties);
    },
  },
];
