import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import { ALWAYS } from './store-refused.ts';

const JOURNAL = { namespace: 'compass-system', name: 'compass-connection-journal' };
const LEASE_REF = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };

const leaderOf = async ({ cluster: { cluster } }: FaultWorld) =>
  (await cluster.find<Lease>(LEASE_REF))?.spec?.holderIdentity ?? '';

for (const [id, moment, skip] of [
  ['K2', 'configuration', 0],
  ['K3', 'signing', 1],
] as const) {
  row(
    id,
    `a container that is killed while ${moment} cannot be stored goes on from the volume in memory`,
    async (world) => {
      const { embedded } = world.cluster;
      assert.ok(embedded);
      const folder = await mkdtemp(join(tmpdir(), 'compass-mirror-'));
      world.t.after(() => rm(folder, { recursive: true, force: true }));
      const env = { APP_MIRROR_FOLDER: folder };
      const effect = { kind: 'status', code: 503 } as const;
      const heal = embedded.faults.add({
        verb: 'update',
        resource: 'secrets',
        ...JOURNAL,
        user: 'admin',
        skip,
        times: ALWAYS,
        effect,
      });
      const killed = world.start(env);
      await world.configure();
      const [file = ''] = await until('it is in the folder', async () => {
        const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
        return files.length > 0 && files;
      });
      assert.equal((await stat(join(folder, file))).mode & 0o777, 0o600);
      await killed.kill();
      heal();
      world.start(env);
      await world.reaches('Synchronized');
      assert.equal(world.count('connector', 'configuration'), 1);
      assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
      assert.deepEqual(await readdir(folder), []);
    },
  );
}

row('K3', 'a container that is restarted gives what it holds to the replica that leads meanwhile', async (world) => {
  const { embedded } = world.cluster;
  assert.ok(embedded);
  const folder = await mkdtemp(join(tmpdir(), 'compass-mirror-'));
  world.t.after(() => rm(folder, { recursive: true, force: true }));
  const env = { APP_MIRROR_FOLDER: folder, POD_NAME: 'pod-a' };
  const effect = { kind: 'status', code: 503 } as const;
  const match = { verb: 'update', resource: 'secrets', ...JOURNAL, user: 'admin', times: ALWAYS };
  const heal = embedded.faults.add({ ...match, effect });
  const killed = world.start(env);
  await world.configure();
  await until('it is in the folder', async () => (await readdir(folder)).some((name) => name.endsWith('.json')));
  await killed.kill();
  heal();
  world.here({ POD_NAME: 'pod-b' }, fastClock(4));
  // The other one leads by now, and has found that the token is refused.
  await until('the other tries', () => Promise.resolve(world.count('connector', 'configuration') > 1), 20_000);
  world.start(env);
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
  assert.deepEqual(await readdir(folder), []);
  assert.ok((await leaderOf(world)).startsWith('pod-b'));
});

row('K3', 'SIGTERM waits until what a token was spent for is stored', async (world) => {
  const { embedded } = world.cluster;
  assert.ok(embedded);
  const effect = { kind: 'status', code: 503 } as const;
  const match = { verb: 'update', resource: 'secrets', ...JOURNAL, user: 'admin', skip: 1, times: ALWAYS };
  const heal = embedded.faults.add({ ...match, effect });
  const first = world.here();
  await world.configure();
  await world.says(/what a token was spent for could not be stored/);
  const stopped = first.stop();
  heal();
  assert.equal(await stopped, 0);
  world.here();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
});
