import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { DETAILS_ANNOTATION } from '#common/resources/connection-details.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { Sensitive } from '#common/sensitive.ts';
import { readConfig } from '../../../sidecar/config.ts';
import {
  clearPair,
  readPair,
  restorePair,
  swapPair,
  tryPair,
  tryRoots,
} from '../../../sidecar/connection/credential-store.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { issueRoot } from '../../common/pki/authority.ts';

const namespace = 'compass-system';
const CLIENT = { kind: SECRET, namespace, name: 'client' };
const ROOTS = { kind: SECRET, namespace, name: 'roots' };
const PAIR = { crt: 'leaf', key: 'key', crtChain: 'leaf and chain' };
const OURS = 'ours';

const { config } = readConfig({
  POD_NAMESPACE: namespace,
  APP_COMPASS_CONNECTION_NAME: OURS,
  APP_CLUSTER_CERTIFICATES_SECRET: `${namespace}/client`,
  APP_CA_CERTIFICATES_SECRET: `${namespace}/roots`,
});

const encoded = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));

async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  /** Somebody has written it by hand. */
  const given = (values: Readonly<Record<string, string>>, annotations: Readonly<Record<string, string>> = {}) => {
    const { kind: _kind, ...where } = CLIENT;
    const metadata = { ...where, annotations };
    return cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, data: encoded(values) });
  };
  const client = () => cluster.find<Secret>(CLIENT);
  return { cluster, given, client };
}

const failsWith = (reason: Reason, message: RegExp) => (error: unknown) =>
  error instanceof CompassError && error.reason === reason && message.test(error.message);

/** The same cluster, where each patch of the client Secret is preceded by somebody else's, `times` times. */
function busy(cluster: Cluster, times: number): { readonly door: Cluster; readonly tries: () => number } {
  let tries = 0;
  const mergePatch = async (...args: Parameters<Cluster['mergePatch']>) => {
    tries += 1;
    if (tries <= times) await cluster.mergePatch(CLIENT, { data: { other: btoa(String(tries)) } });
    return cluster.mergePatch(...args);
  };
  return { door: { ...cluster, mergePatch } as Cluster, tries: () => tries };
}

test('a client Secret is read as it is, and without anything of a pair in it counts as none', async (t) => {
  const { cluster, given } = await start(t);
  assert.equal(await readPair(cluster, config), undefined);
  const { kind: _kind, ...metadata } = CLIENT;
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata });
  assert.equal(await readPair(cluster, config), undefined);
  await cluster.delete(CLIENT);
  await given({ other: 'x' });
  assert.equal(await readPair(cluster, config), undefined);
  for (const key of ['crt', 'key', 'crtChain'] as const) {
    await cluster.mergePatch(CLIENT, { data: { crt: null, key: null, crtChain: null, ...encoded({ [key]: 'part' }) } });
    const empty = { crt: '', key: '', crtChain: '' };
    assert.deepEqual(await readPair(cluster, config), { ...empty, [key]: 'part' });
  }
});

test('a client Secret that is marked as ours is read, and another one is refused by its name', async (t) => {
  const { cluster, given } = await start(t);
  await given(PAIR, { [CONNECTION_ANNOTATION]: OURS });
  assert.deepEqual(await readPair(cluster, config), PAIR);
  await cluster.mergePatch(CLIENT, { metadata: { annotations: { [CONNECTION_ANNOTATION]: 'theirs' } } });
  await assert.rejects(
    readPair(cluster, config),
    failsWith('ForeignObject', /compass-system\/client .* theirs; .*ours/),
  );
  await cluster.mergePatch(CLIENT, { metadata: { annotations: { [CONNECTION_ANNOTATION]: '' } } });
  await assert.rejects(readPair(cluster, config), failsWith('ForeignObject', /belongs/));
});

test('a pair that is only tried, and roots that are, are not stored, and what stands in their way is found', async (t) => {
  const { cluster, given, client } = await start(t);
  await tryPair(cluster, config);
  await tryRoots(cluster, config);
  assert.deepEqual([await client(), await cluster.find(ROOTS)], [undefined, undefined]);
  await given(PAIR);
  const before = await client();
  await tryPair(cluster, config);
  assert.deepEqual(await client(), before);
  await cluster.mergePatch(CLIENT, { immutable: true });
  await assert.rejects(tryPair(cluster, config), failsWith('ClusterRefused', /immutable/));
  const immutable = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: ROOTS.name }, immutable: true };
  await cluster.create<Secret>(SECRET, { ...immutable, data: encoded({ cacert: 'fixed' }) });
  await assert.rejects(tryRoots(cluster, config), failsWith('ClusterRefused', /immutable/));
});

test('a pair is swapped in with its roots, old and new together, and is marked as ours', async (t) => {
  const { cluster, client } = await start(t);
  const [old, fresh] = await Promise.all([issueRoot('old'), issueRoot('fresh')]);
  const pair = { leaf: 'leaf', chain: 'leaf and chain', key: new Sensitive('key') };
  await swapPair(cluster, config, { ...pair, ca: old.pem }, silentLog);
  const stored = await client();
  assert.deepEqual([stored?.data, stored?.type], [encoded(PAIR), 'Opaque']);
  assert.deepEqual(stored?.metadata.annotations, { [CONNECTION_ANNOTATION]: OURS });
  assert.ok(stored.metadata.managedFields?.every(({ manager }) => manager === 'compass-sidecar'));
  const roots = async () => Buffer.from((await cluster.get<Secret>(ROOTS)).data?.['cacert'] ?? '', 'base64').toString();
  assert.equal((await roots()).trim(), old.pem.trim());
  await swapPair(cluster, config, { ...pair, leaf: 'next', ca: fresh.pem }, silentLog);
  assert.deepEqual((await roots()).match(/BEGIN/g)?.length, 2);
  assert.equal((await client())?.data?.['crt'], btoa('next'));
});

test('what readers are to know of a pair comes in the same write, is read with it, restored with it and goes with it', async (t) => {
  const { cluster, client } = await start(t);
  const root = await issueRoot('Root');
  const pair = { leaf: 'leaf', chain: 'chain', key: new Sensitive('key'), ca: root.pem, details: 'details' };
  await swapPair(cluster, config, pair, silentLog);
  const written = await client();
  assert.equal(written?.metadata.annotations?.[DETAILS_ANNOTATION], 'details');
  const stored = await readPair(cluster, config);
  assert.deepEqual(stored, { crt: 'leaf', key: 'key', crtChain: 'chain', details: 'details' });
  await cluster.delete(CLIENT);
  assert.ok(stored);
  await restorePair(cluster, config, stored);
  assert.deepEqual(await readPair(cluster, config), stored);
  await clearPair(cluster, config);
  assert.deepEqual((await client())?.metadata.annotations ?? {}, {});
});

test('roots go where none are yet, and are not written again where they are known', async (t) => {
  const { cluster } = await start(t);
  const metadata = { namespace, name: ROOTS.name };
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata });
  const { pem: ca } = await issueRoot('any');
  const pair = { leaf: 'leaf', chain: 'chain', key: new Sensitive('key'), ca };
  await swapPair(cluster, config, pair, silentLog);
  assert.ok((await cluster.get<Secret>(ROOTS)).data?.['cacert']);
  const mergePatch = (...args: Parameters<Cluster['mergePatch']>) =>
    args[0].name === ROOTS.name
      ? Promise.reject(new CompassError('ClusterUnreachable', 'no way there'))
      : cluster.mergePatch(...args);
  await swapPair({ ...cluster, mergePatch } as Cluster, config, pair, silentLog);
});

test('roots that are refused keep no pair from its place; a cluster that is out of reach does', async (t) => {
  const { cluster, client } = await start(t);
  const { pem: ca } = await issueRoot('any');
  const pair = { leaf: 'leaf', chain: 'chain', key: new Sensitive('key'), ca };
  const failing = (reason: Reason): Cluster => ({
    ...cluster,
    create: (kind, object, options) =>
      object.metadata.name === ROOTS.name
        ? Promise.reject(new CompassError(reason, 'cannot create secrets: no'))
        : cluster.create(kind, object, options),
  });
  const unreachable = swapPair(failing('ClusterUnreachable'), config, pair, silentLog);
  await assert.rejects(unreachable, failsWith('ClusterUnreachable', /cannot create/));
  assert.equal(await client(), undefined);
  await swapPair(failing('ClusterForbidden'), config, pair, silentLog);
  assert.equal((await client())?.data?.['crt'], btoa('leaf'));
});

test('who writes the client Secret in the same moment is given way to, four times, and what they wrote stays', async (t) => {
  const { cluster, given, client } = await start(t);
  await given({ other: 'x' });
  const four = busy(cluster, 4);
  await restorePair(four.door, config, PAIR);
  const { data, metadata } = (await client()) ?? assert.fail('it is gone');
  assert.deepEqual(data, { ...encoded(PAIR), other: btoa('4') });
  assert.deepEqual(metadata.annotations, { [CONNECTION_ANNOTATION]: OURS });
  assert.equal(four.tries(), 5);
  const five = busy(cluster, 5);
  await assert.rejects(restorePair(five.door, config, { ...PAIR, crt: 'new' }), failsWith('ClusterConflict', /./));
  assert.equal(five.tries(), 5);
  assert.deepEqual((await client())?.data, { ...encoded(PAIR), other: btoa('5') });
});

test('a client Secret that somebody makes in the same moment is filled; what else fails is not tried again', async (t) => {
  const { cluster, given, client } = await start(t);
  let tries = 0;
  const create = async (...args: Parameters<Cluster['create']>) => {
    tries += 1;
    if (tries === 1) await given({ other: 'x' });
    return cluster.create(...args);
  };
  await restorePair({ ...cluster, create } as Cluster, config, PAIR);
  assert.deepEqual((await client())?.data, { ...encoded(PAIR), other: btoa('x') });
  await cluster.mergePatch(CLIENT, { immutable: true });
  const { door, tries: asked } = busy(cluster, 0);
  await assert.rejects(restorePair(door, config, { ...PAIR, crt: 'new' }), failsWith('ClusterRefused', /immutable/));
  assert.equal(asked(), 1);
});

test('a webhook that changes or drops what is written does not pass for a write, and the keys at fault are named', async (t) => {
  const { cluster } = await start(t);
  const dropping = {
    ...cluster,
    create: async (...args: Parameters<Cluster['create']>) => {
      const { data: { crtChain: _dropped, ...data } = {}, ...written } = (await cluster.create(...args)) as Secret;
      return { ...written, data: { ...data, key: 'b3RoZXI=' } };
    },
  } as Cluster;
  const what = /^secret compass-system\/client: key, crtChain did not come back as written/;
  await assert.rejects(restorePair(dropping, config, PAIR), failsWith('ClusterRefused', what));
  const mergePatch = async (...args: Parameters<Cluster['mergePatch']>) => {
    const { data: _data, ...written } = (await cluster.mergePatch(...args)) as Secret;
    return written;
  };
  const emptied = restorePair({ ...cluster, mergePatch } as Cluster, config, PAIR);
  await assert.rejects(emptied, failsWith('ClusterRefused', /: crt, key, crtChain did not/));
});

test('a pair is taken out with our mark, and what others keep beside it stays', async (t) => {
  const { cluster, given, client } = await start(t);
  await clearPair(cluster, config);
  assert.equal(await client(), undefined);
  await given({ ...PAIR, other: 'x' }, { [CONNECTION_ANNOTATION]: OURS, team: 'a' });
  await clearPair(cluster, config);
  const cleared = await client();
  assert.deepEqual([cleared?.data, cleared?.metadata.annotations], [encoded({ other: 'x' }), { team: 'a' }]);
  // Without a right to write, too: nothing is left to take out.
  const mergePatch = () => Promise.reject(new CompassError('ClusterForbidden', 'cannot patch secrets: no'));
  await clearPair({ ...cluster, mergePatch } as Cluster, config);
});

for (const [what, values, annotations] of [
  ['part of a pair without a mark', { key: 'part' }, {}],
  ['a mark alone', {}, { [CONNECTION_ANNOTATION]: OURS }],
] as const) {
  test(`${what} is taken out`, async (t) => {
    const { cluster, given, client } = await start(t);
    await given(values, annotations);
    await clearPair(cluster, config);
    const { data, metadata } = (await client()) ?? assert.fail('it is gone');
    assert.deepEqual([data ?? {}, metadata.annotations ?? {}], [{}, {}]);
  });
}

test("another connection's pair is not taken out, nor one that somebody changes in the same moment", async (t) => {
  const { cluster, given, client } = await start(t);
  const before = await given(PAIR, { [CONNECTION_ANNOTATION]: 'theirs' });
  await clearPair(cluster, config);
  assert.deepEqual(await client(), before);
  await cluster.mergePatch(CLIENT, { metadata: { annotations: { [CONNECTION_ANNOTATION]: null } } });
  await assert.rejects(clearPair(busy(cluster, 1).door, config), failsWith('ClusterConflict', /./));
  assert.deepEqual((await client())?.data, { ...encoded(PAIR), other: btoa('1') });
});
