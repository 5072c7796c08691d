import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster, ListOptions, ListPage } from '#common/cluster/cluster.ts';
import { type Kind, type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { readPresent } from '#common/sync/read-present.ts';
import { id } from './samples.ts';
import { INTEGRATION_NAMESPACE, startSyncWorld } from './world.ts';

const PLACE = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
const ALMOST_A_MIB = 1_000_000;
const APPLICATION_OF = { apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind };
const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' && 'faults and records are the embedded server’s',
};

test('everything is read, also where a page of it would be larger than what is read of one answer', async (t) => {
  const { cluster } = (await startSyncWorld(t)).cluster;
  const names = Array.from({ length: 12 }, (_, number) => `app-${number + 10}`);
  for (const [number, name] of names.entries()) {
    const compassMetadata = { applicationId: id(number), authentication: { clientIds: [id(number)] } };
    const spec = { description: 'x'.repeat(ALMOST_A_MIB), compassMetadata, services: [] };
    await cluster.create(APPLICATION, { ...APPLICATION_OF, metadata: { name }, spec });
  }
  const text = Buffer.alloc(ALMOST_A_MIB).toString('base64');
  const secrets = Array.from({ length: 8 }, (_, number) => `secret-${number}`);
  for (const name of [...secrets, 'not-of-a-bundle']) {
    const labels = name === 'not-of-a-bundle' ? {} : { bundleId: id(1) };
    const metadata = { name, namespace: INTEGRATION_NAMESPACE, labels };
    await cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, data: { text } });
  }
  const { present, versions } = await readPresent(cluster, PLACE);
  assert.deepEqual([...present.applicationNames()], names);
  assert.deepEqual([...present.secretNames()], secrets);
  assert.ok(Number(versions.applications) > 0 && Number(versions.secrets) > 0);
});

/** So many small Applications, `app-10` and on. */
async function startWith(t: TestContext, many: number) {
  const { cluster } = await startSyncWorld(t);
  for (let number = 10; number < 10 + many; number += 1) {
    const metadata = { name: `app-${number}` };
    await cluster.cluster.create(APPLICATION, { ...APPLICATION_OF, metadata, spec: { services: [] } });
  }
  return cluster;
}

/** The same on the embedded server: its faults, and the lists that it was asked for, with their limits. */
async function startEmbeddedWith(t: TestContext, many: number) {
  const { cluster, embedded } = await startWith(t, many);
  assert.ok(embedded);
  const before = embedded.requests().length;
  const lists = () =>
    embedded
      .requests()
      .slice(before)
      .map(({ path, query }) => `${path.split('/').at(-1)} ${query['limit']}`);
  return { cluster, faults: embedded.faults, lists };
}

test('pages are small at first, and larger where the objects are small', EMBEDDED_ONLY, async (t) => {
  const { cluster, lists } = await startEmbeddedWith(t, 30);
  const { present } = await readPresent(cluster, PLACE);
  assert.equal([...present.applicationNames()].length, 30);
  assert.deepEqual(lists(), ['applications 20', 'applications 80', 'secrets 20']);
});

test('a list that expired half-way is begun anew, and nothing of its first part is used', async (t) => {
  const { cluster, compact } = await startWith(t, 22);
  let pages = 0;
  async function* listPages<T extends KubeObject>(kind: Kind, options?: ListOptions): AsyncGenerator<ListPage<T>> {
    for await (const page of cluster.listPages<T>(kind, options)) {
      yield page;
      pages += 1;
      if (pages > 1) continue;
      await cluster.delete({ kind: APPLICATION, name: 'app-10' });
      await compact();
    }
  }
  const { present } = await readPresent({ ...cluster, listPages }, PLACE);
  const names = Array.from({ length: 21 }, (_, number) => `app-${number + 11}`);
  assert.deepEqual([...present.applicationNames()], names);
});

test('a list that expires each time is given up at the third time', EMBEDDED_ONLY, async (t) => {
  const { cluster, faults, lists } = await startEmbeddedWith(t, 1);
  faults.add({ verb: 'list', effect: { kind: 'status', code: 410 }, times: 5 });
  await assert.rejects(readPresent(cluster, PLACE), (error) => hasReason(error, 'ClusterWatchExpired'));
  assert.deepEqual(lists(), ['applications 20', 'applications 20', 'applications 20']);
});

test('a list that fails otherwise is not begun anew', EMBEDDED_ONLY, async (t) => {
  const { cluster, faults, lists } = await startEmbeddedWith(t, 1);
  faults.add({ verb: 'list', resource: 'secrets', effect: { kind: 'status', code: 403 } });
  await assert.rejects(readPresent(cluster, PLACE), (error) => hasReason(error, 'ClusterForbidden'));
  assert.deepEqual(lists(), ['applications 20', 'secrets 20']);
});

test('either list ends with the signal', async (t) => {
  const { cluster } = await startWith(t, 1);
  for (const last of [APPLICATION, SECRET]) {
    const ending = new AbortController();
    const listPages: Cluster['listPages'] = (kind, options) => {
      if (kind === last) ending.abort();
      return cluster.listPages(kind, options);
    };
    const reading = readPresent({ ...cluster, listPages }, PLACE, ending.signal);
    await assert.rejects(reading, (error) => hasReason(error, 'Stopping'), last.plural);
  }
});
