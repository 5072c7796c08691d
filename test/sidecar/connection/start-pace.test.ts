import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { NAMESPACE } from '#common/cluster/objects.ts';
import { silentLog } from '#common/log.ts';
import { readConfig } from '../../../sidecar/config.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import { secretDocument } from '../../../sidecar/connection/secret-document.ts';
import { StartPace } from '../../../sidecar/connection/start-pace.ts';
import { freshState, STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { ManualClock } from '../manual-clock.ts';

const PLACE = { namespace: 'compass-system', name: 'compass-connection-state' };

/** Starts of replicas over one state; each begins, and lives on until `end`. */
async function startOver(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PLACE.namespace } });
  const clock = new ManualClock(Date.now());
  const newStore = () => new DocumentStore(secretDocument(cluster, PLACE, 'compass-connection', STATE_FORMAT));
  await newStore().write(freshState());
  const start = async (podName: string) => {
    const { config } = readConfig({ POD_NAMESPACE: PLACE.namespace, POD_NAME: podName });
    const context = { clock, config, log: silentLog, state: newStore(), isLeader: () => true };
    const pace = new StartPace(context as unknown as ConnectionContext, () => 0);
    await pace.begin();
    return pace;
  };
  return { clock, start };
}

test('P22: a Pod that starts again without having been stopped waits, and one that was stopped does not', async (t) => {
  const { start } = await startOver(t);
  const first = await start('a');
  assert.equal(first.dueInMs, 0);
  assert.ok((await start('a')).dueInMs >= 10_000);
  await (await start('b')).end();
  assert.equal((await start('b')).dueInMs, 0);
});

test('P22: starts are forgotten after ten minutes', async (t) => {
  const { clock, start } = await startOver(t);
  await start('a');
  clock.advance(9 * 60_000);
  assert.ok((await start('a')).dueInMs > 0);
  clock.advance(10 * 60_000);
  assert.equal((await start('a')).dueInMs, 0);
});

test('who takes over from another Pod that died waits for nothing', async (t) => {
  const { start } = await startOver(t);
  await start('a');
  await start('a');
  assert.equal((await start('b')).dueInMs, 0);
  assert.ok((await start('b')).dueInMs > 0);
});
