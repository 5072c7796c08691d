import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { SECRET } from '#common/cluster/objects.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';
import {
  clientSecret,
  clientSecretIs,
  editClientSecret,
  eventsOf,
  fingerprintOf,
  pairings,
  renew,
  synchronized,
} from './steps.ts';

const presentPair = async (world: FaultWorld) => (await clientSecret(world)) ?? assert.fail('no client Secret');

/** The client Secret is back as it was within ten seconds, with an Event and without a pairing. */
async function isRestoredAfter(world: FaultWorld, harm: () => Promise<unknown>): Promise<void> {
  const before = await presentPair(world);
  await harm();
  await clientSecretIs(world, before);
  const [event] = await until('an Event tells', async () => {
    const events = await eventsOf(world, 'CredentialRestored');
    return events.length > 0 && events;
  });
  assert.match(event?.message ?? '', /cluster-client-certificates was deleted or damaged; it was written back/);
  await world.reaches('Synchronized');
  assert.equal(pairings(world), 1);
}

row('K15', 'a client Secret that somebody deletes is back with the same pair', async (world) => {
  await synchronized(world);
  await isRestoredAfter(world, () => world.cluster.cluster.delete({ kind: SECRET, ...CLIENT }));
});

row('K15', 'a client Secret that is deleted right after a renewal is back with the new pair', async (world) => {
  await synchronized(world);
  await renew(world);
  await isRestoredAfter(world, () => world.cluster.cluster.delete({ kind: SECRET, ...CLIENT }));
});

for (const key of ['crt', 'key', 'crtChain'] as const) {
  row('K15', `a client Secret that lost its ${key} gets it back`, async (world) => {
    await synchronized(world);
    await isRestoredAfter(world, () => editClientSecret(world, { [key]: null }));
  });
}

for (const key of ['crt', 'key'] as const) {
  row('K15', `a client Secret with the ${key} of an earlier pair is put right`, async (world) => {
    await synchronized(world);
    const earlier = await presentPair(world);
    await renew(world);
    await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
    await isRestoredAfter(world, () => editClientSecret(world, { [key]: earlier[key] }));
  });
}

row(
  'K17',
  'an earlier certificate from a backup is used where Compass accepts it, and renewed by its own dates',
  async (world) => {
    await synchronized(world);
    const earlier = await presentPair(world);
    const later = await renew(world);
    await editClientSecret(world, earlier);
    await until(
      'the earlier one is used',
      () => Promise.resolve(lastOnDirector(world) === fingerprintOf(earlier)),
      10_000,
    );
    await world.reaches('Synchronized');
    assert.deepEqual(await presentPair(world), earlier);
    const { notAfter } = (await world.connection()).status?.connectionStatus.certificateStatus ?? {};
    assert.equal(Date.parse(notAfter ?? ''), Date.parse(new X509Certificate(earlier.crt).validTo));
    const renewed = await renew(world);
    assert.ok(renewed.crt !== earlier.crt && renewed.crt !== later.crt);
    assert.equal(pairings(world), 1);
  },
);

row(
  'K17',
  'an earlier certificate from a backup that Compass refuses gives way to the one that works',
  async (world) => {
    await synchronized(world);
    const earlier = await presentPair(world);
    const later = await renew(world);
    await until('the later one is used', () => Promise.resolve(lastOnDirector(world) === fingerprintOf(later)));
    world.simulator.certificates.revoke(fingerprintOf(earlier));
    await editClientSecret(world, earlier);
    await until('the earlier one was tried', () =>
      Promise.resolve(world.simulator.requests.list().at(-1)?.certificateFingerprint === fingerprintOf(earlier)),
    );
    await clientSecretIs(world, later);
    const [event] = await until('an Event tells', async () => {
      const events = await eventsOf(world, 'CredentialRestored');
      return events.length > 0 && events;
    });
    assert.match(event?.message ?? '', /held a certificate that Compass refuses; it was written back/);
    await world.reaches('Synchronized');
    assert.equal(pairings(world), 1);
  },
);

/** The certificate that the last listing came with. */
function lastOnDirector({ simulator }: FaultWorld): string | null | undefined {
  const calls = simulator.requests.list().filter(({ target, outcome }) => target === 'director' && outcome === 'ok');
  return calls.at(-1)?.certificateFingerprint;
}
