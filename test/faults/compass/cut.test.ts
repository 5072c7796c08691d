import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { row } from '../row.ts';
import { fails, newTokenPairs, takenTokens } from './steps.ts';

row('C3', 'a cut before the gateway took the token is no harm: it pairs by itself', async (world) => {
  world.simulator.faults.add({ operation: 'configuration', when: 'beforeConsumption', cut: true, times: 1 });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 2);
  assert.equal(takenTokens(world), 1);
});

row('C4', 'a cut before the second token was taken is no harm: the same key is signed', async (world) => {
  const { simulator } = world;
  simulator.faults.add({ operation: 'signCertificateSigningRequest', when: 'beforeConsumption', cut: true, times: 1 });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 2);
  assert.equal(keysInJournal(world).size, 1);
});

row('C4', 'a cut after the second token was taken ends in TokenRequired, which says why', async (world) => {
  const { faults } = world.simulator;
  world.here();
  for (const [at, when] of (['afterConsumption', 'afterExecution'] as const).entries()) {
    faults.add({ operation: 'signCertificateSigningRequest', when, cut: true, times: 1 });
    await world.configure();
    await until(`it is signed ${when}`, () => Promise.resolve(keysInJournal(world).size === at + 1));
    await until('it is tried again by the same key', () =>
      Promise.resolve(world.count('connector', 'signCertificateSigningRequest') === 2 * (at + 1)),
    );
    await fails(world, 'TokenRequired', /a certificate was issued and its answer lost/);
    assert.equal(keysInJournal(world).size, at + 1);
  }
  await newTokenPairs(world);
});

/** Every private key that ever stood in the journal. */
function keysInJournal({ witness }: Parameters<Parameters<typeof row>[2]>[0]): ReadonlySet<unknown> {
  const journals = witness.secrets.filter(({ object }) => object.metadata.name === 'compass-connection-journal');
  const texts = journals.map(({ object }) => Buffer.from(object.data?.['document'] ?? '', 'base64').toString());
  return new Set(texts.flatMap((text) => (text === '' ? [] : [(JSON.parse(text) as { key?: unknown }).key])));
}
