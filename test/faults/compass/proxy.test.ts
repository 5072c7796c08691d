import assert from 'node:assert/strict';
import { startProxy } from '../../common/compass/connect-proxy.ts';
import { row } from '../row.ts';
import { fails, noTokenLeft, takenTokens } from './steps.ts';

row(
  'L10',
  'behind a proxy that wants a password it says so, and pairs with the same token when it is let through',
  async (world) => {
    await using proxy = await startProxy({ status: 407 });
    world.here({ HTTPS_PROXY: `http://me:not-the-password@127.0.0.1:${proxy.port}`, NO_PROXY: '.svc,10.0.0.0/8' });
    const token = await world.configure();
    await fails(
      world,
      'CompassUnreachable',
      /the proxy 127\.0\.0\.1:\d+ does not connect: it answered 407 \(proxy auth/,
    );
    noTokenLeft(world);
    proxy.status = 200;
    await world.reaches('Synchronized');
    assert.equal(takenTokens(world), 1);
    const ports = new Set(proxy.asked.map(({ url }) => new URL(`https://${url}`).port));
    const { connector, director } = world.simulator.urls;
    // Pairing by token, proof and listing by mutual TLS: all of it through the proxy, which understands none of it.
    for (const url of [connector, director]) assert.ok(ports.has(new URL(url).port), `${url} goes through the proxy`);
    assert.ok(!proxy.seen().includes(token) && !proxy.seen().includes('applicationsForRuntime'));
    assert.ok(!world.output().includes('not-the-password'));
  },
);

row('L10', 'NO_PROXY leads past a proxy that lets nobody through', async (world) => {
  await using proxy = await startProxy({ status: 403 });
  world.here({ https_proxy: `http://127.0.0.1:${proxy.port}`, no_proxy: 'example.com,localhost' });
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(proxy.asked.length, 0);
});
