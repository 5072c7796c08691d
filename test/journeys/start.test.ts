import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { APPLICATION } from '#common/resources/application.ts';
import { until } from '../cluster/until.ts';
import { startSidecar } from './sidecar-process.ts';
import { startWorld } from './world.ts';

const NOWHERE = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'nowhere',
  contexts: [{ name: 'nowhere', context: { cluster: 'nowhere', user: 'nobody' } }],
  clusters: [{ name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'nobody', user: { token: 'none' } }],
};

async function start(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'compass-start-'));
  const KUBECONFIG = join(folder, 'kubeconfig');
  await writeFile(KUBECONFIG, JSON.stringify(NOWHERE));
  const sidecar = startSidecar({ KUBECONFIG, APP_HEALTH_PORT: '0', POD_NAMESPACE: 'compass-system', ...env });
  t.after(async () => {
    if (sidecar.child.exitCode === null) await sidecar.kill();
    await rm(folder, { recursive: true });
  });
  return sidecar;
}

test('a bundle of roots that cannot be read stops the start with its name', async (t) => {
  const sidecar = await start(t, { APP_COMPASS_CA_BUNDLE: '/nonexistent/roots.pem' });
  assert.equal((await once(sidecar.child, 'close'))[0], 2);
  assert.match(sidecar.output(), /bundle of roots \/nonexistent\/roots\.pem cannot be read/);
});

test('K1: an API server that cannot be reached at the start is waited for, alive and not ready, and SIGTERM ends that with 0', async (t) => {
  const sidecar = await start(t);
  const find = (message: string) => sidecar.lines.find(({ msg }) => msg === message);
  await until('a pass failed', () => Promise.resolve(find('the pass failed and is tried again')));
  const url = `http://127.0.0.1:${find('started')?.['healthPort']}`;
  assert.equal((await fetch(`${url}/livez`)).status, 200);
  assert.equal((await fetch(`${url}/readyz`)).status, 503);
  assert.equal(await sidecar.stop(), 0);
});

test('it goes on when nobody reads its log any more', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');
  sidecar.child.stdout?.destroy();
  sidecar.child.stderr?.destroy();
  world.simulator.landscape.createApplication({ name: 'late' });
  const ref = { kind: APPLICATION, name: 'late' };
  await until('the Application is there', () => world.cluster.cluster.find(ref));
  assert.equal(await sidecar.stop(), 0);
});
