import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import {
  compareApplications,
  forgetApplications,
  isKept,
  rememberApplications,
} from '../../../plugin/migrate/applications.ts';
import { formatRecord, MIGRATION_ANNOTATION, readRecord } from '../../../plugin/migrate/record.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

test('an Application that is gone, and one that is another of the same name, did not stay; one more is no loss', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ]);
  const grown = compareApplications(before, new Map([...before, ['d', '4']]));
  assert.deepEqual(grown, { before: 3, after: 4, missing: [], replaced: [], added: ['d'] });
  assert.ok(isKept(grown));
  const worse = compareApplications(
    before,
    new Map([
      ['a', '1'],
      ['b', '9'],
    ]),
  );
  assert.deepEqual(worse, { before: 3, after: 2, missing: ['c'], replaced: ['b'], added: [] });
  assert.ok(!isKept(worse));
  assert.ok(!isKept(compareApplications(before, new Map([...before, ['c', '9']]))));
});

test('a run that goes on compares with what was there before the first one, and one that begins with what is there now', async (t) => {
  const { cluster } = await startTestCluster(t, { crds: 'field' });
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyma-system' } });
  const { apiVersion, kind } = APPLICATION;
  const create = (name: string) =>
    cluster.create(APPLICATION, { apiVersion, kind, metadata: { name }, spec: { services: [] } } as never);
  await create('a');
  const first = await rememberApplications(cluster, 'kyma-system', false);
  assert.deepEqual([...first.keys()], ['a']);
  await create('b');
  assert.deepEqual(await rememberApplications(cluster, 'kyma-system', true), first);
  const anew = await rememberApplications(cluster, 'kyma-system', false);
  assert.deepEqual([...anew.keys()].toSorted(), ['a', 'b']);

  const ref = { kind: CONFIG_MAP, namespace: 'kyma-system', name: 'compass-connection-migration' };
  await cluster.mergePatch<ConfigMap>(ref, { data: { 'applications.gz': 'no good' } });
  assert.deepEqual(
    await rememberApplications(cluster, 'kyma-system', true),
    anew,
    'what cannot be read is as good as not there',
  );
  await forgetApplications(cluster, 'kyma-system');
  await forgetApplications(cluster, 'kyma-system');
  assert.equal(await cluster.find(ref), undefined);
});

test('the record of a migration survives being written down, and what is none counts for nothing', () => {
  const record = { replicas: 2, startedAt: '2026-01-01T00:00:00Z', sidecar: 'compass-system/compass-sidecar' };
  assert.deepEqual(readRecord({ [MIGRATION_ANNOTATION]: formatRecord(record) }), record);
  const proven = { ...record, provenAt: '2026-01-01T00:01:00Z' };
  assert.deepEqual(readRecord({ [MIGRATION_ANNOTATION]: formatRecord(proven) }), proven);
  for (const text of ['', 'no JSON', '[]', '{}', '{"replicas":0}', '{"replicas":1.5}', '{"replicas":"2"}'])
    assert.equal(readRecord({ [MIGRATION_ANNOTATION]: text }), undefined, text);
  assert.equal(readRecord(undefined), undefined);
});
