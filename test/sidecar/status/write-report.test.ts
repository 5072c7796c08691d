import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap, NAMESPACE } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { fencedCluster } from '../../../sidecar/leader/fenced-cluster.ts';
import { ReportWriter } from '../../../sidecar/status/write-report.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { ManualClock } from '../manual-clock.ts';

const [namespace, name] = ['reports', 'report'];
const REF = { kind: CONFIG_MAP, namespace, name };

const writerOn = (cluster: Cluster) =>
  new ReportWriter({ cluster, clock: new ManualClock(), namespace, name, periodMs: 60_000 });

/** What a replica says, on what was said before. */
const says =
  (pod: string) =>
  (previous?: Report): Report => ({ schemaVersion: '1', ...previous, leader: { pod } });

async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const read = async () => readReport((await cluster.get<ConfigMap>(REF)).data?.[REPORT_KEY]);
  return { cluster, read };
}

for (const [title, isThere] of [
  ['wrote over it', true],
  ['was the first to write', false],
] as const) {
  test(`R12: a late write of a deposed leader does not replace the report that its successor ${title}`, async (t) => {
    const { cluster, read } = await start(t);
    let leads = true;
    const onItsWay = Promise.withResolvers<void>();
    const arrives = Promise.withResolvers<void>();
    let isHeld = false;
    const late = async <T>(send: () => Promise<T>): Promise<T> => {
      if (isHeld) {
        onItsWay.resolve();
        await arrives.promise;
      }
      return send();
    };
    const slow: Cluster = Object.assign(Object.create(cluster) as Cluster, {
      find: (...args: Parameters<Cluster['find']>) => cluster.find(...args),
      create: (...args: Parameters<Cluster['create']>) => late(() => cluster.create(...args)),
      apply: (...args: Parameters<Cluster['apply']>) => late(() => cluster.apply(...args)),
      mergePatch: (...args: Parameters<Cluster['mergePatch']>) => late(() => cluster.mergePatch(...args)),
    });
    const deposed = writerOn(fencedCluster(slow, () => leads));
    if (isThere) await deposed.write(says('a'));
    isHeld = true;
    const writing = deposed.write(says('still-a'));
    await onItsWay.promise;
    leads = false;
    await writerOn(cluster).write(says('b'));
    arrives.resolve();
    await assert.rejects(writing, (error) => error instanceof CompassError && error.reason === 'Stopping');
    assert.equal((await read())?.leader?.pod, 'b');
  });
}

test('K4: a report that somebody edited or deleted meanwhile is read anew and written', async (t) => {
  const { cluster, read } = await start(t);
  const writer = writerOn(cluster);
  await writer.write(says('a'));
  const metadata = { annotations: { note: 'kept' } };
  await cluster.mergePatch(REF, { metadata, data: { [REPORT_KEY]: 'nonsense' } }, { fieldManager: 'operator' });
  await writer.write(says('b'));
  assert.equal((await read())?.leader?.pod, 'b');
  assert.equal((await cluster.get<ConfigMap>(REF)).metadata.annotations?.['note'], 'kept');
  await cluster.delete(REF);
  await writer.write(says('c'));
  assert.deepEqual((await read())?.leader, { pod: 'c' });
  await writer.write(says('d'));
  assert.equal((await read())?.generation, 2);
});
