import assert from 'node:assert/strict';
import type { ApiAnswer } from '../../cluster/api-request.ts';
import {
  APPLICATIONS,
  APPLY,
  application,
  type Case,
  CONNECTIONS,
  configMap,
  connection,
  expectCode,
  expectRefusal,
  MERGE,
  managersOf,
  secret,
  type World,
} from '../world.ts';

function applied({ patch, at }: World, manager: string, data: Record<string, string>, query = ''): Promise<ApiAnswer> {
  return patch(`${at('configmaps', 'x')}?fieldManager=${manager}${query}`, APPLY, configMap('x', data));
}

/** Server-side apply: who owns what, and what becomes of it. */
export const APPLY_CASES: readonly Case[] = [
  {
    name: 'apply creates what is not there',
    async run(world) {
      const created = expectCode(await applied(world, 'compass-sidecar', { a: '1' }), 201);
      assert.deepEqual(managersOf(created), ['compass-sidecar Apply']);
      const [{ fieldsV1, apiVersion, fieldsType }] = created.metadata.managedFields;
      assert.deepEqual(fieldsV1, { 'f:data': { 'f:a': {} } });
      assert.deepEqual([apiVersion, fieldsType], ['v1', 'FieldsV1']);
    },
  },
  {
    name: 'apply of the same keeps the version',
    async run(world) {
      const first = expectCode(await applied(world, 'me', { a: '1' }), 201);
      const second = expectCode(await applied(world, 'me', { a: '1' }), 200);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    },
  },
  {
    name: 'apply removes what its manager no longer says, and leaves what others own',
    async run(world) {
      expectCode(await applied(world, 'me', { a: '1', b: '2' }), 201);
      expectCode(await world.patch(world.at('configmaps', 'x'), MERGE, { data: { c: '3' } }), 200);
      assert.deepEqual(expectCode(await applied(world, 'me', { a: '1' }), 200).data, { a: '1', c: '3' });
    },
  },
  {
    name: 'apply of a field that another manager holds with another value is 409 and names both',
    async run(world) {
      expectCode(await applied(world, 'one', { a: '1' }), 201);
      const status = expectRefusal(
        await applied(world, 'two', { a: '2' }),
        409,
        'Conflict',
        /conflict with "one": \.data\.a/,
      );
      assert.equal(status.details.causes.length, 1);
      const [{ reason, field, message }] = status.details.causes;
      assert.deepEqual([reason, field], ['FieldManagerConflict', '.data.a']);
      assert.match(message, /conflict with "one"/);
    },
  },
  {
    name: 'apply by force takes the field over',
    async run(world) {
      expectCode(await applied(world, 'one', { a: '1', b: '1' }), 201);
      const taken = expectCode(await applied(world, 'two', { a: '2' }, '&force=true'), 200);
      assert.deepEqual(taken.data, { a: '2', b: '1' });
      const one = taken.metadata.managedFields.find(({ manager }: { manager: string }) => manager === 'one');
      assert.deepEqual(one.fieldsV1, { 'f:data': { 'f:b': {} } });
    },
  },
  {
    name: 'a field that two managers apply with one value stays until both have dropped it',
    async run(world) {
      expectCode(await applied(world, 'one', { a: '1' }), 201);
      expectCode(await applied(world, 'two', { a: '1' }), 200);
      assert.deepEqual(expectCode(await applied(world, 'one', {}), 200).data, { a: '1' });
      assert.equal(expectCode(await applied(world, 'two', {}), 200).data, undefined);
    },
  },
  {
    name: 'a write beside apply takes the ownership of what it changes',
    async run(world) {
      expectCode(await applied(world, 'one', { a: '1' }), 201);
      expectCode(
        await world.patch(`${world.at('configmaps', 'x')}?fieldManager=hand`, MERGE, { data: { a: '2' } }),
        200,
      );
      expectRefusal(await applied(world, 'one', { a: '3' }), 409, 'Conflict', /conflict with "hand"/);
    },
  },
  {
    name: 'apply without a manager is 400',
    async run({ patch, at }) {
      const answer = await patch(at('configmaps', 'x'), APPLY, configMap('x'));
      expectRefusal(answer, 422, 'Invalid', /fieldManager: Required value/);
    },
  },
  {
    name: 'apply with managedFields in the object is 400',
    async run(world) {
      const created = expectCode(await applied(world, 'me', { a: '1' }), 201);
      const answer = await world.patch(`${world.at('configmaps', 'x')}?fieldManager=me`, APPLY, created);
      expectRefusal(answer, 400, 'BadRequest', /metadata\.managedFields must be nil/);
    },
  },
  {
    name: 'apply with a stale version is 409',
    async run(world) {
      const { metadata } = expectCode(await applied(world, 'me', { a: '1' }), 201);
      expectCode(await applied(world, 'me', { a: '2' }), 200);
      const stale = configMap('x', { a: '3' }, { resourceVersion: metadata.resourceVersion });
      const answer = await world.patch(`${world.at('configmaps', 'x')}?fieldManager=me`, APPLY, stale);
      expectRefusal(answer, 409, 'Conflict', /the object has been modified/);
    },
  },
  {
    name: 'apply in a dry run stores nothing',
    async run(world) {
      expectCode(await applied(world, 'me', { a: '1' }, '&dryRun=All'), 201);
      expectCode(await world.get(world.at('configmaps', 'x')), 404);
    },
  },
  {
    name: 'apply takes YAML',
    async run({ patch, at }) {
      const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: "1"\n';
      assert.deepEqual(expectCode(await patch(`${at('configmaps', 'x')}?fieldManager=me`, APPLY, body), 201).data, {
        a: '1',
      });
    },
  },
  {
    name: 'apply under another name is 400',
    async run({ patch, at }) {
      const answer = await patch(`${at('configmaps', 'x')}?fieldManager=me`, APPLY, configMap('y'));
      expectRefusal(answer, 400, 'BadRequest', /name of the object \(y\) does not match/);
    },
  },
  {
    name: 'apply of a Secret owns key by key',
    async run({ patch, at }) {
      const path = (manager: string) => `${at('secrets', 's')}?fieldManager=${manager}&force=true`;
      expectCode(await patch(path('compass-runtime-agent'), APPLY, secret('s', { old: '1', both: '1' })), 201);
      const labels = { metadata: { name: 's', labels: { app: 'a' } } };
      const two = expectCode(
        await patch(path('compass-sidecar'), APPLY, { ...secret('s', { both: '2' }), ...labels }),
        200,
      );
      assert.deepEqual(two.data, { both: 'Mg==', old: 'MQ==' });
      assert.deepEqual(two.metadata.labels, { app: 'a' });
    },
  },
  {
    name: 'apply of an Application: lists are replaced whole, maps merged',
    async run({ patch, namespace }) {
      const path = (manager: string) => `${APPLICATIONS}/${namespace}?fieldManager=${manager}`;
      const service = (id: string) => ({
        id,
        name: id,
        displayName: id,
        providerDisplayName: '',
        description: '',
        entries: [],
      });
      const first = application(namespace, {
        description: 'd',
        services: [service('a'), service('b')],
        labels: { x: '1' },
      });
      expectCode(await patch(path('compass-sidecar'), APPLY, first), 201);
      expectCode(await patch(path('other'), APPLY, application(namespace, { labels: { y: '2' } })), 200);
      const second = application(namespace, { description: 'd', services: [service('b')], labels: { x: '1' } });
      const { spec } = expectCode(await patch(path('compass-sidecar'), APPLY, second), 200);
      assert.deepEqual(
        spec.services.map(({ id }: { id: string }) => id),
        ['b'],
      );
      assert.deepEqual(spec.labels, { x: '1', y: '2' });
      assert.equal(spec.encodeUrl, true);
    },
  },
  {
    name: 'a second manager keeps fields that the first no longer applies',
    async run({ patch, namespace }) {
      const path = (manager: string) => `${APPLICATIONS}/${namespace}?fieldManager=${manager}`;
      expectCode(
        await patch(
          path('compass-sidecar-defaults'),
          APPLY,
          application(namespace, { encodeUrl: false, skipInstallation: false }),
        ),
        201,
      );
      expectCode(
        await patch(path('compass-sidecar'), APPLY, application(namespace, { description: 'a', skipVerify: false })),
        200,
      );
      const { spec } = expectCode(
        await patch(path('compass-sidecar'), APPLY, application(namespace, { description: 'b' })),
        200,
      );
      assert.deepEqual(spec, { description: 'b', encodeUrl: false, skipInstallation: false });
    },
  },
  {
    name: 'apply of what the schema refuses is 422',
    async run({ patch, namespace }) {
      const path = `${CONNECTIONS}/${namespace}?fieldManager=me`;
      const answer = await patch(path, APPLY, {
        ...connection(namespace),
        spec: { managementInfo: { connectorUrl: 'a' } },
      });
      expectRefusal(answer, 422, 'Invalid', /spec\.managementInfo\.directorUrl/);
    },
  },
  {
    name: 'apply writes the status with the object where there is no status subresource',
    async run({ patch, namespace }) {
      const status = { connectionState: 'Connected', connectionStatus: { certificateStatus: {} } };
      const path = `${CONNECTIONS}/${namespace}?fieldManager=compass-sidecar`;
      const written = expectCode(await patch(path, APPLY, connection(namespace, { status })), 201);
      assert.deepEqual(written.status, status);
    },
  },
];
