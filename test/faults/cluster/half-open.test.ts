import assert from 'node:assert/strict';
import { systemClock } from '#common/clock.ts';
import { until } from '../../cluster/until.ts';
import { kubeconfigWith } from '../kubeconfig.ts';
import { row } from '../row.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { pairings, probe } from './steps.ts';

/** A call ends after this long at the latest, and a busy machine notices a little later. */
const LONGEST_CALL_MS = 30_000 + 3_000;

row(
  'K23',
  'connections to the API server that nobody answers any more cost 30 s a call, and hold up no worker or probe',
  async (world) => {
    await using proxy = await startTcpProxy(Number(new URL(world.cluster.server).port));
    await world.configure();
    world.here({ KUBECONFIG: await kubeconfigWith(world, { port: proxy.port }) });
    await world.reaches('Synchronized');
    const failed = () => world.sidecars[0]?.lines.find(({ msg }) => msg === 'the pass failed and is tried again');
    const startMs = performance.now();
    proxy.mode = 'hold';
    while (!failed()) {
      const askedMs = performance.now();
      assert.equal(await probe(world, 'livez'), 200);
      assert.ok(performance.now() - askedMs < 10_000, 'a probe is answered at once');
      assert.ok(performance.now() - startMs < LONGEST_CALL_MS + 15_000, 'a period, and one call');
      await systemClock.sleep(500);
    }
    assert.match(String(failed()?.['error']), /no answer in time/);
    const before = proxy.accepted;
    proxy.mode = 'pass';
    world.simulator.landscape.createApplication({ name: 'orders' });
    await until(
      'an Application is synchronized',
      () => Promise.resolve(world.witness.applications.some(({ object }) => object.metadata.name === 'orders')),
      60_000,
    );
    assert.ok(proxy.accepted > before, 'by a new connection');
    await world.reaches('Synchronized');
    assert.equal(await probe(world, 'readyz'), 200);
    assert.equal(pairings(world), 1);
  },
);
