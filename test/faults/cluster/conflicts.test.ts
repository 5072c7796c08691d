import assert from 'node:assert/strict';
import { SECRET } from '#common/cluster/objects.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { clientSecret, EMBEDDED_ONLY, embedded, fingerprintOf, pairings, renew, synchronized } from './steps.ts';

const CONFLICT = { kind: 'status', code: 409, reason: 'Conflict' } as const;
const CLIENT_WRITE = { verb: 'patch', resource: 'secrets', name: CLIENT.name, user: 'admin' };

row(
  'K4',
  'somebody who edits the client Secret in the moment of the swap loses nothing, and neither does the sidecar',
  async (world) => {
    await synchronized(world);
    const { cluster } = world.cluster;
    // The write comes late, and meets a version that is newer than the one it was made for.
    embedded(world).faults.add({ ...CLIENT_WRITE, effect: { kind: 'delay', ms: 700 } });
    embedded(world).clearRequests();
    const renewing = renew(world);
    await until('the swap is on its way', () => Promise.resolve(embedded(world).faults.list().length === 0));
    const labels = { 'example.com/kept': 'yes' };
    await cluster.mergePatch({ kind: SECRET, ...CLIENT }, { metadata: { labels } }, { fieldManager: 'somebody' });
    const renewed = await renewing;
    const { metadata } = await cluster.get({ kind: SECRET, ...CLIENT });
    assert.deepEqual(metadata.labels, labels);
    const { certificates } = world.simulator;
    assert.deepEqual(
      [certificates.list().at(-1)?.fingerprint, certificates.list().length],
      [fingerprintOf(renewed), 2],
    );
    const codes = embedded(world)
      .requests()
      .filter(({ method, path, user }) => method === 'PATCH' && path.endsWith(CLIENT.name) && user === 'admin')
      .map(({ code }) => code);
    assert.ok(codes.includes(409), `the conflict came about: ${codes}`);
    await world.reaches('Synchronized');
  },
  EMBEDDED_ONLY,
);

row(
  'K4',
  'a conflict at each of several writes of the client Secret is got over, with one pairing',
  async (world) => {
    await world.cluster.cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: CLIENT });
    embedded(world).faults.add({ ...CLIENT_WRITE, times: 3, effect: CONFLICT });
    await synchronized(world);
    assert.equal(embedded(world).faults.list().length, 0);
    assert.equal(pairings(world), 1);
    assert.equal(world.count('connector', 'configuration'), 1);
    assert.doesNotMatch(world.output(), /ClusterConflict/);
  },
  EMBEDDED_ONLY,
);

row(
  'K5',
  'a status that is in conflict for long costs five more tries a pass, and no credentials',
  async (world) => {
    await synchronized(world);
    const before = await clientSecret(world);
    const { faults } = embedded(world);
    const end = faults.add({
      resource: 'compassconnections',
      verb: 'patch',
      user: 'admin',
      times: 1e9,
      effect: CONFLICT,
    });
    embedded(world).clearRequests();
    world.simulator.faults.add({ target: 'director', operation: 'applicationsForRuntime', status: 503, times: 1 });
    await world.says(/the status was not written/);
    const writes = embedded(world)
      .requests()
      .filter(({ method, path }) => method === 'PATCH' && path.includes('/compassconnections/'));
    assert.ok(writes.length >= 6, `${writes.length} writes`);
    const passes = world.sidecars[0]?.lines.filter(({ msg }) => msg === 'the status was not written') ?? [];
    assert.ok(writes.length <= 6 * (passes.length + 1), `${writes.length} writes in ${passes.length} passes`);
    assert.deepEqual(await clientSecret(world), before);
    end();
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { resyncNow: true } });
    await world.reaches('Synchronized', ({ spec }) => spec.resyncNow === false);
    assert.equal(pairings(world), 1);
  },
  EMBEDDED_ONLY,
);

row(
  'K9',
  'an API server that asks to wait is left in peace for as long as it says',
  async (world) => {
    await world.configure();
    const { faults } = embedded(world);
    const effect = { kind: 'status', code: 429, retryAfterSeconds: 3 } as const;
    faults.add({ verb: 'get', resource: 'secrets', user: 'admin', effect });
    world.here();
    await world.says(/the pass failed and is tried again/);
    const failed = world.sidecars[0]?.lines.find(({ msg }) => msg === 'the pass failed and is tried again');
    assert.equal(failed?.['reason'], 'ClusterThrottled');
    const retryInMs = Number(failed?.['retryInMs']);
    assert.ok(retryInMs > 2_990 && retryInMs < 4_500, `${retryInMs} ms`);
    const reads = () =>
      embedded(world)
        .requests()
        .filter(({ path, user }) => path.includes('/secrets/') && user === 'admin').length;
    const before = reads();
    await until('the time is over', () => Promise.resolve(reads() > before));
    const again = embedded(world)
      .requests()
      .filter(({ path, user }) => path.includes('/secrets/') && user === 'admin');
    const waitedMs = Date.parse(again[before]?.at ?? '') - Date.parse(again[before - 1]?.at ?? '');
    assert.ok(waitedMs >= 2_900, `${waitedMs} ms`);
    await world.reaches('Synchronized');
    assert.equal(pairings(world), 1);
  },
  EMBEDDED_ONLY,
);
