import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type KubeObject, NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { findLastGood, findOwn } from '#common/sync/last-good.ts';
import type { Scene } from '#common/sync/scene.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { INTEGRATION_NAMESPACE } from './world.ts';

const URL = 'https://auth.example.com/token';
const SECRET_NAME = 'orders-b1';
const OAUTH = { clientId: 'client', clientSecret: 'not-a-secret' };
const BASIC = { username: 'user', password: 'not-a-password' };

const marked = (connection: string) => ({ annotations: { [CONNECTION_ANNOTATION]: connection } });

interface Found {
  readonly scene: Scene;
  /** Of the Application `orders`, and of another one. */
  readonly uid: string;
  readonly otherUid: string;
  /** Puts the one Secret there, owned by `orders` unless said. */
  put(metadata: object, content: object): Promise<void>;
}

const ownerOf = (uid: string) => ({ apiVersion: APPLICATION.apiVersion, kind: 'Application', name: 'orders', uid });

async function start(t: TestContext): Promise<Found> {
  const { cluster } = await startTestCluster(t, { crds: 'field' });
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: INTEGRATION_NAMESPACE } };
  await cluster.create(NAMESPACE, namespace);
  const place = { connectionName: 'ours', integrationNamespace: INTEGRATION_NAMESPACE };
  const uidOf = async (name: string) => {
    const { apiVersion, kind } = APPLICATION;
    const object: KubeObject = { apiVersion, kind, metadata: { name } };
    return (
      (await cluster.create(APPLICATION, { ...object, spec: { description: '', services: [] } })).metadata.uid ?? ''
    );
  };
  const [uid, otherUid] = [await uidOf('orders'), await uidOf('others')];
  return {
    scene: { cluster, place } as Pick<Scene, 'cluster' | 'place'> as Scene,
    ...{ uid, otherUid },
    async put(metadata, content) {
      await cluster.delete({ kind: SECRET, name: SECRET_NAME, namespace: INTEGRATION_NAMESPACE });
      const data = Object.fromEntries(Object.entries(content).map(([key, value]) => [key, btoa(String(value))]));
      const named = { name: SECRET_NAME, namespace: INTEGRATION_NAMESPACE };
      const whole = { ...named, ownerReferences: [ownerOf(uid)], ...metadata };
      await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: whole, data });
    },
  };
}

/** An Application whose entry has these credentials, and whose fields these managers have written. */
function applicationOf(
  uid: string,
  credentials?: object,
  writers: readonly (readonly [object, string, string])[] = [],
): Application {
  const entries = [{ type: 'API', ...(credentials && { credentials }) }];
  const managedFields = writers.map(([spec, manager, operation]) => ({
    ...{ manager, operation },
    fieldsV1: { 'f:spec': spec },
  }));
  return {
    ...{ apiVersion: APPLICATION.apiVersion, kind: 'Application' },
    metadata: { name: 'orders', uid, managedFields },
    spec: { services: [{ id: 'b1', entries }] },
  } as unknown as Application;
}

test('a Secret serves that holds something, is owned by the Application, and is not of another bundle or connection', async (t) => {
  const { scene, uid, otherUid, put } = await start(t);
  const find = async () => (await findOwn(scene, SECRET_NAME, 'b1', applicationOf(uid))) !== undefined;
  assert.equal(await find(), false, 'there is none');
  const cases: readonly (readonly [metadata: object, content: object, isFound: boolean])[] = [
    [{}, BASIC, true],
    [{ labels: { bundleId: 'b1' }, ...marked('ours') }, BASIC, true],
    [{ labels: { bundleId: 'b2' } }, BASIC, false],
    [marked('another'), BASIC, false],
    [{ ownerReferences: [] }, BASIC, false],
    [{ ownerReferences: [ownerOf(otherUid)] }, BASIC, false],
  ];
  for (const [metadata, content, isFound] of cases) {
    await put(metadata, content);
    assert.equal(await find(), isFound, JSON.stringify(metadata));
  }
});

test('the type follows from the content where nothing is recorded, and half of one is none', async (t) => {
  const { scene, uid, put } = await start(t);
  const access = async (content: object, application = applicationOf(uid)) => {
    await put({}, content);
    return (await findLastGood(scene, 'b1', [application]))?.access;
  };
  assert.deepEqual(await access(BASIC), { type: 'Basic' });
  assert.equal(await access(OAUTH), undefined, 'its URL is not known');
  for (const content of [{}, { username: 'user' }, { password: 'p' }, { other: 'x' }]) {
    assert.equal(await access(content), undefined, Object.keys(content).join());
  }
  const edited = applicationOf(uid, { type: 'OAuth', secretName: SECRET_NAME, authenticationUrl: URL }, [
    [{ 'f:services': {} }, 'compass-sidecar', 'Apply'],
  ]);
  for (const content of [{ clientId: 'client' }, { clientSecret: 's' }]) {
    assert.equal(await access(content, edited), undefined, Object.keys(content).join());
  }
  assert.deepEqual(await access(OAUTH, edited), { type: 'OAuth', authenticationUrl: URL });
  const withoutBundle = { ...edited, spec: { services: [] } } as unknown as Application;
  assert.equal(await access(OAUTH, withoutBundle), undefined);
});

const WHOLE = { 'f:services': {}, 'f:compassMetadata': {} };
const PART = { 'f:services': {} };

const WRITERS: readonly (readonly [
  what: string,
  writers: readonly (readonly [object, string, string])[],
  isTrusted: boolean,
])[] = [
  ['nobody knows who wrote', [], false],
  ['the sidecar applied', [[PART, 'compass-sidecar', 'Apply']], true],
  ['the agent wrote whole', [[WHOLE, 'compass-runtime-agent', 'Update']], true],
  [
    'the agent wrote whole and others wrote beside',
    [
      [WHOLE, 'compass-runtime-agent', 'Update'],
      [{}, 'kubectl', 'Update'],
    ],
    true,
  ],
  ['somebody else applied', [[WHOLE, 'kubectl', 'Apply']], false],
  ['somebody edited under the name of the sidecar', [[PART, 'compass-sidecar', 'Update']], false],
  [
    'somebody edited after the sidecar had applied',
    [
      [PART, 'compass-sidecar', 'Apply'],
      [PART, 'kubectl-edit', 'Update'],
    ],
    false,
  ],
];

test('URLs are taken from the entries only while these are as agent or sidecar wrote them', async (t) => {
  const { scene, uid, put } = await start(t);
  await put({}, OAUTH);
  const credentials = { type: 'OAuth', secretName: SECRET_NAME, authenticationUrl: URL };
  for (const [what, writers, isTrusted] of WRITERS) {
    const good = await findLastGood(scene, 'b1', [applicationOf(uid, credentials, writers)]);
    assert.deepEqual(good?.access, isTrusted ? { type: 'OAuth', authenticationUrl: URL } : undefined, what);
  }
});
