import assert from 'node:assert/strict';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { type Case, configMap, expectCode, expectRefusal, managersOf, secret } from '../world.ts';

/** Create, read and replace, on the kinds that every cluster has. */
export const OBJECT_CASES: readonly Case[] = [
  {
    name: 'create answers 201 with what the server adds',
    async run({ post, at, namespace }) {
      const created = expectCode(await post(`${at('configmaps')}?fieldManager=me`, configMap('a', { k: 'v' })), 201);
      const { uid, resourceVersion, creationTimestamp } = created.metadata;
      assert.match(uid, /^[0-9a-f-]{36}$/);
      assert.match(resourceVersion, /^\d+$/);
      assert.match(creationTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.equal(created.metadata.namespace, namespace);
      assert.equal(created.kind, 'ConfigMap');
      assert.deepEqual(managersOf(created), ['me Update']);
    },
  },
  {
    name: 'the manager of a write without a name is the user agent up to its slash',
    async run({ post, at }) {
      const created = expectCode(await post(at('configmaps'), configMap('a', { k: 'v' })), 201);
      assert.deepEqual(managersOf(created), ['compass-test Update']);
    },
  },
  {
    name: 'a write that asks for metadata alone stores all of it and gives back no data',
    async run({ at, get, cluster, namespace }) {
      const metadata = { name: 'partial', namespace };
      const wanted = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { k: 'created' } };
      const created = await cluster.create<ConfigMap>(CONFIG_MAP, wanted, { metadataOnly: true });
      assert.deepEqual([created.metadata.name, 'data' in created], ['partial', false]);
      const patch = { metadata: { resourceVersion: created.metadata.resourceVersion }, data: { k: 'patched' } };
      const patched = await cluster.mergePatch({ kind: CONFIG_MAP, ...metadata }, patch, { metadataOnly: true });
      assert.equal('data' in patched, false);
      const stored = expectCode(await get(`${at('configmaps')}/partial`), 200);
      assert.deepEqual(stored.data, { k: 'patched' });
      assert.equal(stored.metadata.resourceVersion, patched.metadata.resourceVersion);
    },
  },
  {
    name: 'create twice is 409 AlreadyExists',
    async run({ post, at }) {
      expectCode(await post(at('configmaps'), configMap('a')), 201);
      const again = await post(at('configmaps'), configMap('a'));
      const status = expectRefusal(again, 409, 'AlreadyExists', /^configmaps "a" already exists$/);
      assert.deepEqual(status.details, { name: 'a', kind: 'configmaps' });
    },
  },
  {
    name: 'create in a namespace that does not exist is 404 and names the namespace',
    async run({ post }) {
      const answer = await post('/api/v1/namespaces/nowhere/configmaps', configMap('a'));
      const status = expectRefusal(answer, 404, 'NotFound', /^namespaces "nowhere" not found$/);
      assert.deepEqual(status.details, { name: 'nowhere', kind: 'namespaces' });
    },
  },
  {
    name: 'create with another namespace in the object is 400',
    async run({ post, at }) {
      const answer = await post(at('configmaps'), configMap('a', {}, { namespace: 'other' }));
      expectRefusal(answer, 400, 'BadRequest', /namespace of the provided object does not match the namespace sent/);
    },
  },
  {
    name: 'create without any name is 422',
    async run({ post, at }) {
      const answer = await post(at('configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} });
      expectRefusal(answer, 422, 'Invalid', /name or generateName is required/);
    },
  },
  {
    name: 'generateName gives a new name each time',
    async run({ post, at }) {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'gen-' } };
      const names = [
        expectCode(await post(at('configmaps'), body), 201),
        expectCode(await post(at('configmaps'), body), 201),
      ].map(({ metadata }) => String(metadata.name));
      for (const name of names) assert.match(name, /^gen-[a-z0-9]{5}$/);
      assert.notEqual(names[0], names[1]);
    },
  },
  {
    name: 'a name that is no DNS subdomain is 422 with the field',
    async run({ post, at }) {
      const answer = await post(at('configmaps'), configMap('Not_A_Name'));
      const status = expectRefusal(
        answer,
        422,
        'Invalid',
        /^ConfigMap "Not_A_Name" is invalid: metadata\.name: Invalid/,
      );
      assert.equal(status.details.causes[0].field, 'metadata.name');
      assert.equal(status.details.causes[0].reason, 'FieldValueInvalid');
    },
  },
  {
    name: 'a label that is none is 422',
    async run({ post, at }) {
      const answer = await post(at('configmaps'), configMap('a', {}, { labels: { a: 'no spaces here' } }));
      expectRefusal(answer, 422, 'Invalid', /metadata\.labels: Invalid value/);
    },
  },
  {
    name: 'a data key that is none is 422',
    async run({ post, at }) {
      expectRefusal(
        await post(at('configmaps'), configMap('a', { 'a/b': '' })),
        422,
        'Invalid',
        /data\[a\/b\]: Invalid/,
      );
    },
  },
  {
    name: 'a dry run of a creation answers like one and stores nothing',
    async run({ post, get, at }) {
      const created = expectCode(await post(`${at('configmaps')}?dryRun=All`, configMap('a', { k: 'v' })), 201);
      assert.deepEqual(created.data, { k: 'v' });
      expectCode(await get(at('configmaps', 'a')), 404);
      expectRefusal(await post(`${at('configmaps')}?dryRun=Some`, configMap('a')), 422, 'Invalid', /dryRun/);
    },
  },
  {
    name: 'reading what is not there is 404 with its name and resource',
    async run({ get, at }) {
      const status = expectRefusal(await get(at('secrets', 'x')), 404, 'NotFound', /^secrets "x" not found$/);
      assert.deepEqual(status.details, { name: 'x', kind: 'secrets' });
    },
  },
  {
    name: 'a resource that the group does not have is 404 without a name',
    async run({ get }) {
      const answer = await get('/api/v1/compassthings');
      const status = expectRefusal(answer, 404, 'NotFound', /could not find the requested resource/);
      assert.equal(status.details?.name, undefined);
    },
  },
  {
    name: 'a group that the server does not have is 404 in plain text',
    async run({ get }) {
      const answer = await get('/apis/nobody.example/v1/things/a');
      assert.equal(answer.status, 404);
      assert.equal(answer.text.trim(), '404 page not found');
    },
  },
  {
    name: 'replace without a version always goes, with a stale one it is 409',
    async run({ post, put, at }) {
      const first = expectCode(await post(at('configmaps'), configMap('a', { k: '1' })), 201);
      const second = expectCode(await put(at('configmaps', 'a'), configMap('a', { k: '2' })), 200);
      assert.deepEqual(second.data, { k: '2' });
      assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion);
      assert.equal(second.metadata.uid, first.metadata.uid);
      const stale = await put(at('configmaps', 'a'), { ...first, data: { k: '3' } });
      const status = expectRefusal(
        stale,
        409,
        'Conflict',
        /^Operation cannot be fulfilled on configmaps "a": the object has been modified/,
      );
      assert.deepEqual(status.details, { name: 'a', kind: 'configmaps' });
    },
  },
  {
    name: 'replace with another uid is 409',
    async run({ post, put, at }) {
      expectCode(await post(at('configmaps'), configMap('a')), 201);
      const other = configMap('a', { k: '2' }, { uid: '00000000-0000-4000-8000-000000000000' });
      expectRefusal(await put(at('configmaps', 'a'), other), 409, 'Conflict', /UID in precondition/);
    },
  },
  {
    name: 'replace of what is not there is 404',
    async run({ put, at }) {
      expectRefusal(await put(at('configmaps', 'a'), configMap('a')), 404, 'NotFound', /configmaps "a" not found/);
    },
  },
  {
    name: 'replace under another name is 400',
    async run({ post, put, at }) {
      expectCode(await post(at('configmaps'), configMap('a')), 201);
      const answer = await put(at('configmaps', 'a'), configMap('b'));
      expectRefusal(answer, 400, 'BadRequest', /name of the object \(b\) does not match the name on the URL \(a\)/);
    },
  },
  {
    name: 'replace by the same keeps the version',
    async run({ post, put, at }) {
      const first = expectCode(await post(at('configmaps'), configMap('a', { k: '1' })), 201);
      const second = expectCode(await put(at('configmaps', 'a'), first), 200);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    },
  },
  {
    name: 'a body that is no JSON is 400',
    async run({ request, at }) {
      const answer = await request('POST', at('configmaps'), { body: '{"kind":' });
      expectRefusal(answer, 400, 'BadRequest', /./);
    },
  },
  {
    name: 'a body of another kind is 400',
    async run({ post, at }) {
      expectRefusal(await post(at('configmaps'), secret('a')), 400, 'BadRequest', /Secret/);
    },
  },
  {
    name: 'a body in a form that the server does not read is 415',
    async run({ request, at }) {
      const answer = await request('POST', at('configmaps'), {
        body: 'a=b',
        contentType: 'application/x-www-form-urlencoded',
      });
      expectRefusal(answer, 415, 'UnsupportedMediaType', /media type|Content-Type/i);
    },
  },
  {
    name: 'a body in YAML is read',
    async run({ request, at }) {
      const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: "1"\n';
      const answer = await request('POST', at('configmaps'), { body, contentType: 'application/yaml' });
      assert.deepEqual(expectCode(answer, 201).data, { k: '1' });
    },
  },
  {
    name: 'a verb that a path does not have is 405',
    async run({ put, at }) {
      expectRefusal(await put(at('configmaps'), configMap('a')), 405, 'MethodNotAllowed', /./);
    },
  },
  {
    name: 'a body beyond 3 MiB is 413',
    async run({ post, at }) {
      const answer = await post(at('configmaps'), configMap('a', { k: 'x'.repeat(3_200_000) }));
      expectRefusal(answer, 413, 'RequestEntityTooLarge', /limit/);
    },
  },
  {
    name: 'a Secret beyond 1 MiB is 422',
    async run({ post, at }) {
      const answer = await post(at('secrets'), secret('a', { k: 'x'.repeat(1_100_000) }));
      expectRefusal(answer, 422, 'Invalid', /^Secret "a" is invalid: data: Too long/);
    },
  },
  {
    name: 'a Secret is Opaque unless said, and stringData becomes data',
    async run({ post, at }) {
      const created = expectCode(
        await post(at('secrets'), { ...secret('a', { k: '1' }), stringData: { s: '2' } }),
        201,
      );
      assert.equal(created.type, 'Opaque');
      assert.deepEqual(created.data, { k: 'MQ==', s: 'Mg==' });
      assert.equal(created.stringData, undefined);
    },
  },
  {
    name: 'a Secret whose value is no base64 is 400',
    async run({ post, at }) {
      const broken = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { k: '***' } };
      expectRefusal(await post(at('secrets'), broken), 400, 'BadRequest', /base64/);
    },
  },
  {
    name: 'the type of a Secret stays',
    async run({ post, put, at }) {
      expectCode(await post(at('secrets'), secret('a', { k: '1' })), 201);
      const answer = await put(at('secrets', 'a'), secret('a', { k: '1' }, { type: 'example.com/other' }));
      expectRefusal(answer, 422, 'Invalid', /type: Invalid value: .*field is immutable/);
    },
  },
  {
    name: 'an immutable Secret keeps its data',
    async run({ post, put, at }) {
      expectCode(await post(at('secrets'), secret('a', { k: '1' }, { immutable: true })), 201);
      const changed = await put(at('secrets', 'a'), secret('a', { k: '2' }, { immutable: true }));
      expectRefusal(changed, 422, 'Invalid', /data: Forbidden: field is immutable when `immutable` is set/);
      const unset = await put(at('secrets', 'a'), secret('a', { k: '1' }));
      expectRefusal(unset, 422, 'Invalid', /immutable: Forbidden: field is immutable when `immutable` is set/);
    },
  },
  {
    name: 'an immutable ConfigMap keeps its data',
    async run({ post, put, at }) {
      expectCode(await post(at('configmaps'), { ...configMap('a', { k: '1' }), immutable: true }), 201);
      const changed = await put(at('configmaps', 'a'), { ...configMap('a', { k: '2' }), immutable: true });
      expectRefusal(changed, 422, 'Invalid', /data: Forbidden: field is immutable when `immutable` is set/);
    },
  },
  {
    name: 'a TLS Secret needs its two keys',
    async run({ post, at }) {
      const answer = await post(at('secrets'), secret('a', { 'tls.crt': 'x' }, { type: 'kubernetes.io/tls' }));
      expectRefusal(answer, 422, 'Invalid', /data\[tls\.key\]: Required value/);
    },
  },
];
