import assert from 'node:assert/strict';
import { installCrd, readCrds } from '../../cluster/crds.ts';
import {
  APPLICATIONS,
  APPLY,
  application,
  type Case,
  CONNECTIONS,
  connection,
  expectCode,
  expectRefusal,
  MERGE,
  type World,
} from '../world.ts';

const STATUS = {
  connectionState: 'Connected',
  connectionStatus: { certificateStatus: { acquired: null, notAfter: '2026-11-21T11:29:00Z', notBefore: null } },
};

/** The same as a merge patch leaves it: null removes. */
const PATCHED = { ...STATUS, connectionStatus: { certificateStatus: { notAfter: '2026-11-21T11:29:00Z' } } };

/** A copy of the field's CompassConnection with the status subresource, under a group of the case's own. */
async function withStatusSubresource({ cluster, namespace }: World) {
  const group = `${namespace}.example.com`;
  const [definition] = (await readCrds('field-with-status')).filter(({ metadata }) =>
    metadata.name.startsWith('compassc'),
  );
  const { spec } = definition as unknown as { spec: object };
  const renamed = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `compassconnections.${group}` },
    spec: { ...spec, group },
  };
  await installCrd(cluster, renamed);
  return { path: `/apis/${group}/v1alpha1/compassconnections`, apiVersion: `${group}/v1alpha1` };
}

const service = (more: object = {}) => ({
  id: 'a',
  name: 'a',
  displayName: 'a',
  providerDisplayName: '',
  description: '',
  entries: [],
  ...more,
});

/** Custom resources: schema, pruning, defaults, status, generation. */
export const CUSTOM_CASES: readonly Case[] = [
  {
    name: 'what the schema requires must be there',
    async run({ post, namespace }) {
      const { spec: _, ...without } = connection(namespace);
      const status = expectRefusal(await post(CONNECTIONS, without), 422, 'Invalid', /spec: Required value/);
      assert.equal(status.details.kind, 'CompassConnection');
      const half = connection(namespace, { spec: { managementInfo: { connectorUrl: '' } } });
      expectRefusal(await post(CONNECTIONS, half), 422, 'Invalid', /spec\.managementInfo\.directorUrl: Required value/);
    },
  },
  {
    name: 'types, enums and patterns are enforced',
    async run({ post, namespace }) {
      const wrongType = connection(namespace, { spec: { ...connection(namespace).spec, resyncNow: 'yes' } });
      expectRefusal(await post(CONNECTIONS, wrongType), 422, 'Invalid', /spec\.resyncNow: Invalid value: "string"/);
      const wrongEnum = application(namespace, { services: [service({ entries: [{ type: 'REST' }] })] });
      expectRefusal(await post(APPLICATIONS, wrongEnum), 422, 'Invalid', /entries.*type: Unsupported value: "REST"/);
      const wrongPattern = application(namespace, { accessLabel: '-a' });
      expectRefusal(
        await post(APPLICATIONS, wrongPattern),
        422,
        'Invalid',
        /spec\.accessLabel: Invalid value: .*should match/,
      );
      const tooLong = application(namespace, { accessLabel: 'a'.repeat(64) });
      expectRefusal(await post(APPLICATIONS, tooLong), 422, 'Invalid', /spec\.accessLabel: (Invalid value|Too long)/);
    },
  },
  {
    name: 'a date that is none is refused; null is kept where it is allowed',
    async run({ post, namespace }) {
      const wrong = { ...STATUS, connectionStatus: { certificateStatus: {}, established: 'yesterday' } };
      expectRefusal(
        await post(CONNECTIONS, connection(namespace, { status: wrong })),
        422,
        'Invalid',
        /established: Invalid value/,
      );
      const created = expectCode(await post(CONNECTIONS, connection(namespace, { status: STATUS })), 201);
      assert.deepEqual(created.status, STATUS);
    },
  },
  {
    name: 'null is dropped where it is not allowed, and then missing where it is required',
    async run({ post, namespace }) {
      const spec = { ...connection(namespace).spec, resyncNow: null };
      assert.deepEqual(
        expectCode(await post(CONNECTIONS, connection(namespace, { spec })), 201).spec,
        connection(namespace).spec,
      );
      const nulled = connection(namespace, { spec: { managementInfo: null } });
      expectRefusal(
        await post(CONNECTIONS, nulled),
        422,
        'Invalid',
        /spec\.managementInfo: (Required value|Invalid value)/,
      );
    },
  },
  {
    name: 'fields that the schema does not know are pruned, at every depth',
    async run({ post, namespace }) {
      const status = {
        ...STATUS,
        conditions: [{ type: 'Ready' }],
        connectionStatus: { ...STATUS.connectionStatus, extra: 1 },
      };
      const spec = { ...connection(namespace).spec, unknown: true };
      const created = expectCode(
        await post(CONNECTIONS, { ...connection(namespace, { status, spec }), extra: {} }),
        201,
      );
      assert.deepEqual(created.status, STATUS);
      assert.deepEqual(created.spec, connection(namespace).spec);
      assert.equal('extra' in created, false);
    },
  },
  {
    name: 'annotations are never pruned',
    async run({ post, namespace }) {
      const annotations = { 'compass.kyma-project.io/sync': '1;by=me' };
      const created = expectCode(
        await post(CONNECTIONS, connection(namespace, { metadata: { name: namespace, annotations } })),
        201,
      );
      assert.deepEqual(created.metadata.annotations, annotations);
    },
  },
  {
    name: 'defaults are filled in, false is not taken for absent',
    async run({ post, namespace }) {
      assert.equal(expectCode(await post(APPLICATIONS, application(`${namespace}-1`)), 201).spec.encodeUrl, true);
      const said = expectCode(await post(APPLICATIONS, application(`${namespace}-2`, { encodeUrl: false })), 201);
      assert.equal(said.spec.encodeUrl, false);
    },
  },
  {
    name: 'a name that is no DNS subdomain is 422',
    async run({ post }) {
      expectRefusal(
        await post(APPLICATIONS, application('Upper')),
        422,
        'Invalid',
        /metadata\.name: Invalid value: "Upper"/,
      );
    },
  },
  {
    name: 'a name of 253 characters is taken, one of 254 is not',
    async run({ post }) {
      expectCode(await post(APPLICATIONS, application('a'.repeat(253))), 201);
      expectRefusal(await post(APPLICATIONS, application('a'.repeat(254))), 422, 'Invalid', /must be no more than 253/);
    },
  },
  {
    name: 'a custom resource is replaced with its version, and not without',
    async run({ post, put, namespace }) {
      const created = expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const path = `${CONNECTIONS}/${namespace}`;
      expectRefusal(
        await put(path, connection(namespace)),
        422,
        'Invalid',
        /metadata\.resourceVersion: Invalid value: .*must be specified for an update/,
      );
      const spec = { ...created.spec, resyncNow: true };
      const replaced = expectCode(await put(path, { ...created, spec }), 200);
      assert.equal(replaced.spec.resyncNow, true);
      expectRefusal(await put(path, { ...created, spec }), 409, 'Conflict', /the object has been modified/);
    },
  },
  {
    name: 'the generation grows with the spec, not with metadata',
    async run({ post, patch, namespace }) {
      const path = `${CONNECTIONS}/${namespace}`;
      assert.equal(expectCode(await post(CONNECTIONS, connection(namespace)), 201).metadata.generation, 1);
      const labelled = expectCode(await patch(path, MERGE, { metadata: { labels: { a: 'b' } } }), 200);
      assert.equal(labelled.metadata.generation, 1);
      assert.equal(expectCode(await patch(path, MERGE, { spec: { resyncNow: true } }), 200).metadata.generation, 2);
    },
  },
  {
    name: 'without a status subresource the status is written with the object, its path is 404, the generation grows',
    async run({ post, patch, get, namespace }) {
      expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const patched = expectCode(await patch(`${CONNECTIONS}/${namespace}`, MERGE, { status: STATUS }), 200);
      assert.deepEqual(patched.status, PATCHED);
      assert.equal(patched.metadata.generation, 2);
      expectCode(await patch(`${CONNECTIONS}/${namespace}/status`, MERGE, { status: STATUS }), 404);
      expectCode(await get(`${CONNECTIONS}/${namespace}/status`), 404);
    },
  },
  {
    name: 'with a status subresource each path writes its own part only',
    async run(world) {
      const { post, patch, get, namespace } = world;
      const { path, apiVersion } = await withStatusSubresource(world);
      const created = expectCode(await post(path, { ...connection('one', { status: STATUS }), apiVersion }), 201);
      assert.equal(created.status, undefined);
      const main = expectCode(await patch(`${path}/one`, MERGE, { status: STATUS, spec: { resyncNow: true } }), 200);
      assert.deepEqual([main.status, main.spec.resyncNow, main.metadata.generation], [undefined, true, 2]);
      const sub = { status: STATUS, spec: { resyncNow: false }, metadata: { labels: { a: namespace } } };
      const written = expectCode(await patch(`${path}/one/status`, MERGE, sub), 200);
      assert.deepEqual([written.status, written.spec.resyncNow, written.metadata.generation], [PATCHED, true, 2]);
      assert.deepEqual(expectCode(await get(`${path}/one/status`), 200).status, PATCHED);
    },
  },
  {
    name: 'the status is applied at its subresource, owned there',
    async run(world) {
      const { post, patch } = world;
      const { path, apiVersion } = await withStatusSubresource(world);
      expectCode(await post(path, { ...connection('one'), apiVersion }), 201);
      const body = { apiVersion, kind: 'CompassConnection', metadata: { name: 'one' }, status: STATUS };
      const applied = expectCode(
        await patch(`${path}/one/status?fieldManager=compass-sidecar&force=true`, APPLY, body),
        200,
      );
      assert.deepEqual(applied.status, STATUS);
      const owner = applied.metadata.managedFields.find(
        ({ manager }: { manager: string }) => manager === 'compass-sidecar',
      );
      assert.equal(owner.operation, 'Apply');
      assert.ok('f:status' in owner.fieldsV1);
    },
  },
  {
    name: 'the status is replaced at its subresource, with the version it was read at',
    async run(world) {
      const { post, put } = world;
      const { path, apiVersion } = await withStatusSubresource(world);
      const created = expectCode(await post(path, { ...connection('one'), apiVersion }), 201);
      const written = expectCode(await put(`${path}/one/status`, { ...created, status: STATUS, spec: {} }), 200);
      assert.deepEqual(written.status, STATUS);
      assert.deepEqual(written.spec, created.spec);
      expectRefusal(await put(`${path}/one/status`, { ...created, status: STATUS }), 409, 'Conflict', /modified/);
    },
  },
];
