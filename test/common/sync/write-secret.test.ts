import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Ownership } from '#common/sync/ownership.ts';
import { Present, type PresentSecret } from '#common/sync/present.ts';
import type { Scene } from '#common/sync/scene.ts';
import { createApplication } from '#common/sync/write-application.ts';
import { compareSecret, deleteSecret, dropOtherOwners, refuseForeign, writeSecret } from '#common/sync/write-secret.ts';
import { id, presentApplication } from './samples.ts';
import { roundOver } from './still.ts';
import { desiredOrders, startWriting } from './write-world.ts';

/** An Application in the cluster, and its Secret written as it is wanted; `write` says what was done. */
async function start(t: TestContext, more: Partial<Scene> = {}) {
  const world = await startWriting(t, more);
  const { scene } = world;
  const { desired, secret } = desiredOrders();
  const owner = await createApplication(scene, desired);
  const compare = (wanted = secret) => compareSecret(scene, wanted, owner);
  const write = (wanted = secret) => writeSecret(scene, compare(wanted), owner);
  return { ...world, owner, secret, compare, write, stored: () => world.storedSecret(secret.name) };
}

const ref = (name: string) => ({ kind: SECRET, name, namespace: 'kyma-system' });
const textOf = (secret: Secret | undefined, key: string) => Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();

/** The way to the cluster with a webhook that makes something else of each Secret. */
function withWebhook(cluster: Cluster, change: (secret: Secret) => Secret): Cluster {
  const through = <T extends KubeObject>(object: T) => change(object as never as Secret) as never as T;
  return {
    ...cluster,
    create: (kind, object, options) => cluster.create(kind, through(object), options),
    apply: (kind, object, options) => cluster.apply(kind, through(object), options),
  };
}

test('a Secret is created, left as it is, and updated once what is wanted is another', async (t) => {
  const { write, stored, countOf, state } = await start(t);
  assert.equal(await write(), 'created');
  const created = await stored();
  assert.equal(textOf(created, 'password'), 'not-a-password');
  assert.deepEqual([await countOf(write), await write()], [0, 'unchanged']);
  assert.equal((await stored())?.metadata.resourceVersion, created?.metadata.resourceVersion);
  const { writes } = state;
  assert.equal(await write(desiredOrders('another').secret), 'updated');
  assert.equal(state.writes - writes, 1);
  assert.equal(textOf(await stored(), 'password'), 'another');
});

test('a Secret that only lacks its fingerprint gets it, which is no change of it', async (t) => {
  const marking = { key: undefined as Sensitive | undefined, now: 0 };
  const { write, countOf, compare } = await start(t, { marking: () => marking });
  await write();
  marking.key = new Sensitive('a-key-of-tests');
  assert.deepEqual([compare().isSame, compare().isUpToDate], [true, false]);
  assert.equal(await write(), 'unchanged');
  assert.equal(await countOf(write), 0, 'it is marked now');
});

test('what a webhook makes of a Secret is remembered, told once, and not written again', async (t) => {
  const { cluster, state, lines, write, compare } = await start(t);
  state.door = withWebhook(cluster, (secret) => ({ ...secret, data: { ...secret.data, password: btoa('theirs') } }));
  assert.equal(await write(), 'created');
  assert.deepEqual([compare().isUpToDate, lines.length], [true, 1]);
  const { secret: another } = desiredOrders('another');
  assert.equal(await write(another), 'updated');
  assert.deepEqual([compare(another).isUpToDate, lines.length], [true, 2]);
});

test('so is what one makes of its fingerprint', async (t) => {
  const marking = { key: undefined as Sensitive | undefined, now: 0 };
  const { cluster, state, write, compare } = await start(t, { marking: () => marking });
  await write();
  marking.key = new Sensitive('a-key-of-tests');
  state.door = withWebhook(cluster, ({ metadata: { annotations = {}, ...metadata }, ...secret }) => {
    const kept = Object.entries(annotations).filter(([name]) => !name.includes('fingerprint'));
    return { ...secret, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
  });
  assert.equal(await write(), 'unchanged');
  assert.equal(compare().isUpToDate, true);
});

test('keys of others go with an update, unless somebody else was there in between', async (t) => {
  const { cluster, scene, secret, state, write, stored, countOf } = await start(t);
  await write();
  const meddle = () =>
    cluster.mergePatch<Secret>(ref(secret.name), { data: { theirs: btoa('x') } }, { fieldManager: 'x' });
  /** What was done to it meanwhile is known, as after a refresh. */
  const know = ({ metadata: { resourceVersion = '' } }: Secret) => {
    const before = scene.present.secret(secret.name);
    assert.ok(before);
    scene.present.putSecret({ ...before, resourceVersion });
  };
  know(await meddle());
  assert.equal(await countOf(() => write(desiredOrders('another').secret)), 2);
  assert.deepEqual(Object.keys((await stored())?.data ?? {}).toSorted(), ['password', 'username']);
  know(await meddle());
  state.door = {
    ...cluster,
    apply: async (...args) => {
      const applied = await cluster.apply(...args);
      await cluster.mergePatch(ref(secret.name), { metadata: { labels: { touched: 'yes' } } });
      return applied;
    },
  };
  await assert.rejects(write(desiredOrders('a third').secret), { reason: 'ClusterConflict' });
});

const OWNERS: Readonly<Record<string, Ownership>> = { ours: 'ours', unmarked: 'unmarked', foreign: 'foreign' };

for (const [ownership, owners, isRefused] of [
  ['ours', [], false],
  ['ours', ['unknown'], false],
  ['ours', ['ours', 'unmarked'], false],
  ['ours', ['foreign'], true],
  ['ours', ['ours', 'foreign'], true],
  ['unmarked', ['ours'], false],
  ['unmarked', ['unknown'], true],
  ['unmarked', [], true],
  ['unmarked', ['ours', 'foreign'], true],
  ['foreign', [], true],
  ['foreign', ['ours'], true],
] as const) {
  const of = owners.length === 0 ? 'nobody' : owners.join(' and ');
  test(`a Secret that is ${ownership} and belongs to ${of} is ${isRefused ? "somebody else's" : 'ours to write'}`, () => {
    const present = new Present();
    for (const [name, owned] of Object.entries(OWNERS)) present.putApplication(presentApplication(name, id(1), owned));
    const { scene } = roundOver(present).round;
    const { apiVersion, kind } = APPLICATION;
    const secret: PresentSecret = {
      ...{ name: 'one', uid: 'uid', resourceVersion: '1', ownership, digest: '', contentDigest: '', marks: {} },
      ...{ isTerminating: false, owners: owners.map((name) => ({ apiVersion, kind, name, uid: `uid-${name}` })) },
    };
    const refuse = () => refuseForeign(scene, secret);
    if (isRefused) assert.throws(refuse, { reason: 'ForeignObject', message: /^the Secret one in kyma-system is/ });
    else assert.doesNotThrow(refuse);
  });
}

test('of the owners of a Secret those go that it has left, and none that is not known', async (t) => {
  const { scene, cluster, owner, secret, write, stored, countOf } = await start(t);
  assert.equal(await countOf(() => dropOtherOwners(scene, 'absent', owner)), 0);
  await write();
  assert.equal(await countOf(() => dropOtherOwners(scene, secret.name, owner)), 0, 'it has no other');
  const other = await createApplication(scene, { ...desiredOrders().desired, name: 'former' });
  const { ownerReferences = [] } = (await stored())?.metadata ?? {};
  const former = { apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind, name: 'former', uid: other.uid };
  await cluster.mergePatch(ref(secret.name), { metadata: { ownerReferences: [...ownerReferences, former] } });
  const read = await stored();
  const before = scene.present.secret(secret.name);
  assert.ok(before && read);
  const { resourceVersion = '' } = read.metadata;
  scene.present.putSecret({ ...before, resourceVersion, owners: read.metadata.ownerReferences ?? [] });
  assert.equal(await countOf(() => dropOtherOwners(scene, secret.name, owner)), 1);
  const uids = (of: readonly { readonly uid: string }[] = []) => of.map(({ uid }) => uid);
  assert.deepEqual(uids((await stored())?.metadata.ownerReferences), [owner.uid]);
  assert.deepEqual(uids(scene.present.secret(secret.name)?.owners), [owner.uid]);
});

test('a Secret is deleted in the version that was judged, and in no other', async (t) => {
  const { scene, cluster, secret, write, stored } = await start(t);
  await write();
  const judged = scene.present.secret(secret.name);
  assert.ok(judged);
  await cluster.mergePatch(ref(secret.name), { metadata: { labels: { touched: 'yes' } } });
  await assert.rejects(deleteSecret(scene, judged), { reason: 'ClusterConflict' });
  assert.ok(await stored());
  assert.ok(scene.present.secret(secret.name));
  const { resourceVersion = '' } = (await stored())?.metadata ?? {};
  await deleteSecret(scene, { ...judged, resourceVersion });
  assert.deepEqual([await stored(), scene.present.secret(secret.name)], [undefined, undefined]);
});
