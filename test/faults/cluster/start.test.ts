import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../cluster/until.ts';
import { fastClock } from '../fast-clock.ts';
import { kubeconfigWith, newFolder } from '../kubeconfig.ts';
import { row } from '../row.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import type { FaultWorld } from '../world.ts';
import { pairings, probe } from './steps.ts';

/** While nothing can be asked of the cluster: it waits, alive and not ready, longer each time, and Compass is left in peace. */
async function isWaitedFor(world: FaultWorld, why: RegExp): Promise<void> {
  const failed = () => world.sidecars[0]?.lines.filter(({ msg }) => msg === 'the pass failed and is tried again') ?? [];
  // What is said again within a minute is said once, with how often it came.
  const times = () => failed().reduce((sum, { repeated = 1 }) => sum + Number(repeated), 0);
  await until('three passes failed', () => Promise.resolve(times() >= 3));
  assert.match(String(failed()[0]?.['error']), why);
  assert.equal(await probe(world, 'livez'), 200);
  assert.equal(await probe(world, 'readyz'), 503);
  assert.equal(world.sidecars[0]?.hasEnded, false);
  assert.equal(world.simulator.requests.list().length, 0, 'a token must not leave');
}

row('K1', 'an API server that refuses connections is waited for, and the token stays whole', async (world) => {
  await using proxy = await startTcpProxy(Number(new URL(world.cluster.server).port));
  proxy.mode = 'refuse';
  await world.configure();
  world.here({ KUBECONFIG: await kubeconfigWith(world, { port: proxy.port }) }, fastClock(20));
  await isWaitedFor(world, /connection reset|refused/);
  proxy.mode = 'pass';
  await world.reaches('Synchronized');
  assert.equal(await probe(world, 'readyz'), 200);
  assert.equal(pairings(world), 1);
});

row('K1', 'an API server whose name is not known is waited for', async (world) => {
  await world.configure();
  world.here({ KUBECONFIG: await kubeconfigWith(world, { host: 'kubernetes.invalid' }) }, fastClock(20));
  await isWaitedFor(world, /kubernetes\.invalid.*(ENOTFOUND|EAI_AGAIN)/);
});

row('K1', 'an API server that cannot be trusted is waited for, until its CA is put right', async (world) => {
  const caFile = join(await newFolder(world), 'ca.crt');
  await writeFile(caFile, world.simulator.caPem);
  await world.configure();
  world.here({ KUBECONFIG: await kubeconfigWith(world, { caFile }) }, fastClock(20));
  await isWaitedFor(world, /signed by an unknown authority/);
  await writeFile(caFile, world.cluster.ca);
  await world.reaches('Synchronized');
  assert.equal(pairings(world), 1);
});
