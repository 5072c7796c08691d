import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { fencedCluster } from '../../../sidecar/leader/fenced-cluster.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const ref = { kind: CONFIG_MAP, namespace: 'default', name: 'note' };
const metadata = { namespace: 'default', name: 'note' };
const note = (text: string): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text } });

test('R4: who does not lead reads, and writes nothing', async (t) => {
  const { cluster } = await startTestCluster(t);
  let leads = true;
  const fenced = fencedCluster(cluster, () => leads);
  await cluster
    .create(CONFIG_MAP, note('before'))
    .catch(() => cluster.apply(CONFIG_MAP, note('before'), { fieldManager: 't' }));
  leads = false;
  const options = { fieldManager: 'test' };
  const writes = [
    () => fenced.create(CONFIG_MAP, { ...note('x'), metadata: { ...metadata, name: 'other' } }),
    () => fenced.replace(CONFIG_MAP, note('x')),
    () => fenced.mergePatch(ref, { data: { text: 'x' } }),
    () => fenced.apply(CONFIG_MAP, note('x'), { ...options, force: true }),
    () => fenced.delete(ref),
  ];
  for (const write of writes) {
    await assert.rejects(write, (error) => error instanceof CompassError && error.reason === 'Stopping');
  }
  assert.equal((await fenced.get<ConfigMap>(ref)).data?.['text'], 'before');
  leads = true;
  await fenced.mergePatch(ref, { data: { text: 'after' } });
  assert.equal((await fenced.find<ConfigMap>(ref))?.data?.['text'], 'after');
  assert.equal(await fenced.delete(ref), true);
});
