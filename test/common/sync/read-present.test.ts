import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { readPresent } from '#common/sync/read-present.ts';
import { id } from './samples.ts';
import { INTEGRATION_NAMESPACE, startSyncWorld } from './world.ts';

const PLACE = { connectionName: 'compass-connection', integrationNamespace: INTEGRATION_NAMESPACE };
const ALMOST_A_MIB = 1_000_000;

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

const APPLICATION_OF = { apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind };
