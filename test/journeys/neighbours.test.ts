import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { DETAILS_ANNOTATION } from '#common/resources/connection-details.ts';
import type { ConnectionFile } from '#common/resources/connection-file.ts';
import { until } from '../cluster/until.ts';
import { memoryFolder } from '../sidecar/neighbours/memory-folder.ts';
import { CLIENT, CONNECTION, startWorld, type World } from './world.ts';

/** The files of one set, as one reads them who resolves `..data` first; undefined before there are any. */
function readFiles(folder: string) {
  try {
    const set = realpathSync(join(folder, '..data'));
    const read = (name: string) => readFileSync(join(set, name), 'utf8');
    const connection = JSON.parse(read('connection.json')) as ConnectionFile;
    return { set, certificate: read('tls.crt'), key: read('tls.key'), authorities: read('ca.crt'), connection };
  } catch {
    return undefined;
  }
}

/** A reader by the rights of a Role on one Secret, in a process of its own. */
async function startReader(t: TestContext, world: World, env: Readonly<Record<string, string>> = {}) {
  const folder = memoryFolder(t);
  const { cluster } = world.cluster;
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  const metadata = { namespace: CLIENT.namespace, name: 'reader' };
  const rules = [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [CLIENT.name], verbs: ['get', 'list', 'watch'] },
  ];
  const rbac = (kind: string, plural: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    plural,
    namespaced: true,
  });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };
  await cluster.create(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const { apiVersion } = rbac('Role', 'roles');
  await cluster.create(rbac('Role', 'roles'), { apiVersion, kind: 'Role', metadata, rules } as never);
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace: CLIENT.namespace }];
  const binding = { apiVersion, kind: 'RoleBinding', metadata, roleRef: role, subjects };
  await cluster.create(rbac('RoleBinding', 'rolebindings'), binding as never);
  const { kubeconfigPath } = await world.cluster.asServiceAccount(CLIENT.namespace, 'reader');
  const settings = {
    KUBECONFIG: kubeconfigPath,
    APP_MODE: 'reader',
    APP_CREDENTIALS_FOLDER: folder,
    ...env,
  };
  return { folder, start: () => world.start(settings) };
}

test('G1, G2, G5: a reader with a Role on one Secret keeps matching files beside a workload, through a renewal and damage', async (t) => {
  const world = await startWorld(t);
  const { folder, start } = await startReader(t, world);
  const reader = start();
  await until('the reader says that it has nothing yet', () =>
    Promise.resolve(reader.lines.some(({ msg }) => msg.includes('no credentials for neighbours yet'))),
  );
  assert.equal(readFiles(folder), undefined);
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');

  const first = await until('the files are there', () => Promise.resolve(readFiles(folder)));
  const leaf = new X509Certificate(first.certificate);
  assert.ok(leaf.checkPrivateKey(createPrivateKey(first.key)));
  assert.ok(leaf.checkIssued(new X509Certificate(first.authorities)), 'ca.crt begins with the issuer');
  assert.ok(first.authorities.includes(world.simulator.caPem.trim()), 'ca.crt has the roots of APP_COMPASS_CA_BUNDLE');
  const { simulator } = world;
  assert.deepEqual(first.connection, {
    schemaVersion: 'v1',
    generation: 1,
    connection: 'compass-connection',
    connectorUrl: simulator.urls.connectorMtls,
    directorUrl: simulator.urls.director,
    tenant: simulator.tenant,
    runtimeId: simulator.runtimeId,
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: `${leaf.validFromDate.toISOString().slice(0, 19)}Z`,
    notAfter: `${leaf.validToDate.toISOString().slice(0, 19)}Z`,
  });

  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  const second = await until('other files are there', () => {
    const files = readFiles(folder);
    return Promise.resolve(files?.connection.generation === 2 && files);
  });
  assert.notEqual(second.key, first.key);
  assert.ok(new X509Certificate(second.certificate).checkPrivateKey(createPrivateKey(second.key)));
  assert.equal(second.connection.directorUrl, simulator.urls.director);
  assert.equal(await sidecar.stop(), 0);

  const ref = { kind: SECRET, ...CLIENT };
  await world.cluster.cluster.mergePatch(ref, { data: { key: Buffer.from('no key').toString('base64') } });
  await until('the damage is said', () =>
    Promise.resolve(reader.lines.some(({ error }) => /no pair/.test(String(error)))),
  );
  await world.cluster.cluster.delete(ref);
  await until('the loss is said', () =>
    Promise.resolve(reader.lines.some(({ error }) => /does not exist/.test(String(error)))),
  );
  assert.deepEqual(readFiles(folder), second, 'the last good set is kept');
  assert.equal(await reader.stop(), 0);
});

test('a reader beside a Secret of the reference agent gives what that says, and null for the rest', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');
  assert.equal(await sidecar.stop(), 0);
  const { cluster } = world.cluster;
  const stored = await cluster.get<Secret>({ kind: SECRET, ...CLIENT });
  assert.ok(stored.metadata.annotations?.[DETAILS_ANNOTATION]);
  await cluster.delete({ kind: SECRET, ...CLIENT });
  // As the agent leaves it: three keys, and no annotation.
  await cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: CLIENT, data: stored.data } as never);

  const { folder, start } = await startReader(t, world);
  const reader = start();
  const files = await until('the files are there', () => Promise.resolve(readFiles(folder)));
  const { connection } = files;
  assert.ok(new X509Certificate(files.certificate).checkPrivateKey(createPrivateKey(files.key)));
  assert.deepEqual(
    [connection.connection, connection.connectorUrl, connection.directorUrl, connection.tenant, connection.runtimeId],
    [null, null, null, null, null],
  );
  assert.match(connection.notAfter, /^\d{4}-/);

  // Taken over again, the Secret says the rest, and nothing of the pair changes.
  const again = world.start();
  await until('the rest is there', () => {
    const now = readFiles(folder);
    return Promise.resolve(now?.connection.directorUrl === world.simulator.urls.director && now);
  });
  assert.equal(readFiles(folder)?.key, files.key);
  assert.equal(await again.stop(), 0);

  // A reader that starts anew finds what it left, and writes nothing.
  const set = readlinkSync(join(folder, '..data'));
  assert.equal(await reader.stop(), 0);
  const next = start();
  await until('it has started', () => Promise.resolve(next.lines.some(({ msg }) => msg === 'started')));
  await until('it has looked', async () => {
    const port = next.lines.find(({ msg }) => msg === 'started')?.['healthPort'];
    return (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).status === 200;
  });
  assert.equal(readlinkSync(join(folder, '..data')), set);
  assert.equal(await next.stop(), 0);
});
