import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, hasReason, type Reason } from '#common/errors.ts';
import { jsonLog } from '#common/log.ts';
import { DETAILS_ANNOTATION } from '#common/resources/connection-details.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { CredentialKeeper } from '../../../sidecar/connection/credential.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { type Issued, issue, issueRoot } from '../../common/pki/authority.ts';
import { memoryContext } from './memory-context.ts';

const CLIENT = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
const DAY_MS = 24 * 3_600_000;

/** Two pairs of one CA, valid for a week by the clock of the test. */
async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: CLIENT.namespace } });
  const way: { failing?: CompassError } = {};
  const door: Cluster = {
    ...cluster,
    create: (...args) => (way.failing ? Promise.reject(way.failing) : cluster.create(...args)),
    mergePatch: (...args) => (way.failing ? Promise.reject(way.failing) : cluster.mergePatch(...args)),
  };
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line), 'warn', Date.now);
  const { context, clock } = memoryContext({ cluster: door, log });
  const dates = { notBefore: clock.now() - DAY_MS, notAfter: clock.now() + 7 * DAY_MS };
  const issuer = await issueRoot('ca', dates);
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) => issue({ subject: `CN=${name}`, issuer, ...dates })),
  );
  assert.ok(one && two);
  const dataOf = ({ pem, keyPem }: Issued) => ({
    crt: btoa(pem),
    key: btoa(keyPem),
    crtChain: btoa(pem + issuer.pem),
  });
  /** Somebody writes the client Secret by hand. */
  const put = (data: Readonly<Record<string, string>>) =>
    cluster.apply<Secret>(
      SECRET,
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { namespace: CLIENT.namespace, name: CLIENT.name },
        data,
      } as Secret,
      { fieldManager: 'somebody', force: true },
    );
  const stored = async () => (await cluster.find<Secret>(CLIENT))?.data;
  const keeper = new CredentialKeeper(context);
  const nameOf = async () => (await keeper.read()).usable?.commonName;
  return { lines, cluster, way, clock, keeper, put, stored, nameOf, one: dataOf(one), two: dataOf(two) };
}

const reasonOf = (error: unknown): Reason | undefined => (error instanceof CompassError ? error.reason : undefined);

test('a client Secret is judged: absent, of no use, expired, another connection’s, or usable', async (t) => {
  const { cluster, clock, keeper, put, one, nameOf } = await start(t);
  const judged = async () => {
    const { usable, error, ...rest } = await new CredentialKeeper(memoryContext({ cluster, clock }).context).read();
    return { name: usable?.commonName, reason: reasonOf(error), ...rest };
  };
  const none = { name: undefined, reason: 'InvalidCredential' };
  assert.deepEqual(await judged(), { ...none, isAbsent: true });
  await put({ key: one.key });
  assert.deepEqual(await judged(), { ...none, isAbsent: false });
  await put(one);
  assert.equal(await nameOf(), 'one');
  clock.advance(8 * DAY_MS);
  const { error } = await keeper.read();
  assert.equal(hasReason(error, 'CertificateExpired'), true, 'it came back out of memory');
  await cluster.mergePatch(CLIENT, { metadata: { annotations: { [CONNECTION_ANNOTATION]: 'theirs' } } });
  assert.deepEqual(reasonOf((await keeper.read()).error), 'ForeignObject');
  const foreign = await keeper.read();
  assert.equal(foreign.usable === undefined && foreign.isAbsent, false);
});

test('a cluster that cannot be read says nothing of the client Secret', async (t) => {
  const { cluster } = await start(t);
  const failing = new CompassError('ClusterUnreachable', 'no way there');
  const door: Cluster = { ...cluster, find: () => Promise.reject(failing) };
  const keeper = new CredentialKeeper(memoryContext({ cluster: door }).context);
  await assert.rejects(keeper.read(), failing);
});

for (const [what, damage] of [
  ['deleted', undefined],
  ['emptied', { crt: null, key: null, crtChain: null }],
  ['without its key', { key: null }],
  ['without its certificate, which is in its chain still', { crt: null }],
  ['without its chain', { crtChain: null }],
  ['with a key that is none', { key: btoa('no key') }],
] as const) {
  test(`a client Secret that is ${what} is written back as it was, and says so`, async (t) => {
    const { cluster, keeper, put, stored, one } = await start(t);
    await put(one);
    const before = await keeper.read();
    assert.equal('restored' in before, false);
    if (damage) await cluster.mergePatch(CLIENT, { data: damage });
    else await cluster.delete(CLIENT);
    const restored = await keeper.read();
    assert.equal(restored.usable?.fingerprint, before.usable?.fingerprint);
    assert.equal(
      restored.usable && restored.restored,
      'the client secret compass-system/cluster-client-certificates was deleted or damaged; it was written back from memory',
    );
    assert.deepEqual(await stored(), one);
    const after = await keeper.read();
    assert.equal(after.usable && after.restored, undefined);
  });
}

test('a good pair that takes the place of another is taken as it is, and it is that which is written back', async (t) => {
  const { cluster, keeper, put, stored, one, two, nameOf } = await start(t);
  await put(one);
  await keeper.read();
  const { crt: _crt, ...part } = two;
  await put(part);
  assert.equal(await nameOf(), 'two');
  assert.deepEqual(await stored(), part);
  await cluster.delete(CLIENT);
  assert.equal(await nameOf(), 'two');
});

test('what has expired in memory does not come back, nor does what was given up', async (t) => {
  const { cluster, clock, keeper, put, stored, one } = await start(t);
  await put(one);
  await keeper.read();
  keeper.forget();
  await cluster.delete(CLIENT);
  assert.equal(reasonOf((await keeper.read()).error), 'InvalidCredential');
  await put(one);
  const { usable } = await keeper.read();
  assert.ok(usable);
  await cluster.delete(CLIENT);
  clock.advance(usable.notAfter - clock.now());
  assert.equal(reasonOf((await keeper.read()).error), 'InvalidCredential');
  assert.equal(await stored(), undefined);
});

for (const reason of ['ClusterForbidden', 'ClusterRefused', 'ClusterNotFound'] as const) {
  test(`a pair that cannot be written back serves from memory (${reason}), and is written as soon as it can be`, async (t) => {
    const { cluster, way, keeper, put, stored, nameOf, one } = await start(t);
    await put(one);
    await keeper.read();
    await cluster.delete(CLIENT);
    way.failing = new CompassError(reason, 'cannot create secrets: no');
    const served = await keeper.read();
    assert.deepEqual([served.usable?.commonName, served.usable && served.restored], ['one', undefined]);
    assert.equal(await nameOf(), 'one');
    delete way.failing;
    const restored = await keeper.read();
    assert.match((restored.usable && restored.restored) ?? '', /was written back/);
    assert.deepEqual(await stored(), one);
  });
}

test('that a pair cannot be written back is said once, and again after it was in its place', async (t) => {
  const { lines, cluster, way, keeper, put, one } = await start(t);
  const served = async () => {
    await cluster.delete(CLIENT);
    way.failing = new CompassError('ClusterForbidden', 'cannot create secrets: no');
    await keeper.read();
    const { length } = lines;
    await keeper.read();
    delete way.failing;
    assert.equal(lines.length, length);
  };
  await put(one);
  await keeper.read();
  await served();
  assert.equal(lines.length, 1, lines.join(''));
  assert.match(lines[0] ?? '', /cannot be written back; the one in memory serves/);
  await put(one);
  await keeper.read();
  await served();
  assert.equal(lines.length, 2);
});

test('a cluster that is out of reach while a pair is written back is tried again, and nothing is concluded', async (t) => {
  const { cluster, way, keeper, put, nameOf, one } = await start(t);
  await put(one);
  await keeper.read();
  await cluster.delete(CLIENT);
  way.failing = new CompassError('ClusterUnreachable', 'no way there');
  await assert.rejects(keeper.read(), way.failing);
  delete way.failing;
  assert.equal(await nameOf(), 'one');
});

test('a pair that has just been stored is what is written back', async (t) => {
  const { cluster, keeper, put, stored, one, two } = await start(t);
  await put(two);
  const { usable: second } = await keeper.read();
  await put(one);
  await keeper.read();
  assert.ok(second);
  keeper.keep(second);
  await cluster.delete(CLIENT);
  await keeper.read();
  assert.deepEqual(await stored(), two);
});

test('what stands beside the pair is known as it was read last', async (t) => {
  const { cluster, keeper, put, one } = await start(t);
  const annotated = (details: string | null) =>
    cluster.mergePatch(CLIENT, { metadata: { annotations: { [DETAILS_ANNOTATION]: details } } });
  assert.equal(keeper.details, undefined);
  await put(one);
  for (const details of ['{"a":1}', '{"a":2}']) {
    await annotated(details);
    await keeper.read();
    assert.equal(keeper.details, details);
  }
  await annotated(null);
  await keeper.read();
  assert.equal(keeper.details, undefined);
});

test('what stands beside a pair is written back with it: as it was stored, as it was read, or nothing', async (t) => {
  const { cluster, keeper, put, one } = await start(t);
  const details = async () => (await cluster.find(CLIENT))?.metadata.annotations?.[DETAILS_ANNOTATION];
  await put(one);
  const { usable } = await keeper.read();
  assert.ok(usable);
  for (const beside of ['{"a":1}', undefined, '{"a":2}']) {
    keeper.keep(usable, beside);
    await cluster.delete(CLIENT);
    await keeper.read();
    assert.equal(await details(), beside);
  }
  await keeper.read();
  await cluster.delete(CLIENT);
  await keeper.read();
  assert.equal(await details(), '{"a":2}');
});

/** Compass accepts one; somebody puts two in its place. */
async function replaced(t: TestContext) {
  const parts = await start(t);
  const { keeper, put, one, two } = parts;
  keeper.accept('nothing is known yet');
  await put(one);
  const first = await keeper.read();
  keeper.accept(first.usable?.fingerprint);
  await put(two);
  const second = await keeper.read();
  assert.ok(first.usable && second.usable);
  return { ...parts, first: first.usable.fingerprint, second: second.usable.fingerprint };
}

test('a pair that Compass refuses gives way to the one that it accepts, once', async (t) => {
  const { cluster, keeper, stored, put, first, second, one, two } = await replaced(t);
  const accepted = await keeper.afterRefusal(second);
  assert.equal(accepted?.usable?.fingerprint, first);
  assert.match(
    (accepted?.usable && accepted.restored) ?? '',
    /^the client secret .* held a certificate that Compass refuses/,
  );
  assert.deepEqual(await stored(), one);
  await cluster.delete(CLIENT);
  assert.equal((await keeper.read()).usable?.fingerprint, first);
  await put(two);
  assert.equal(await keeper.afterRefusal(second), undefined);
  assert.deepEqual(await stored(), two);
});

test('a pair that Compass refuses stays where none is accepted: it is the same, another was, or it was given up', async (t) => {
  const { keeper, stored, first, second, two } = await replaced(t);
  assert.equal(await keeper.afterRefusal(first), undefined);
  assert.equal(await keeper.afterRefusal(second), undefined);
  keeper.accept(undefined);
  keeper.accept(first);
  assert.equal(await keeper.afterRefusal('another'), undefined);
  keeper.accept(second);
  keeper.forget();
  assert.equal(await keeper.afterRefusal('another'), undefined);
  assert.deepEqual(await stored(), two);
});
