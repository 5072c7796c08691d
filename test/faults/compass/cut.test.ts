import assert from 'node:assert/strict';
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

row('C3', 'a cut after the gateway took the token ends in TokenRequired, which says why', async (world) => {
  world.simulator.faults.add({ operation: 'configuration', when: 'afterExecution', cut: true, times: 1 });
  world.here();
  await world.configure();
  await fails(world, 'TokenRequired', /was sent, its answer was lost, and now it is refused/);
  assert.equal(world.count('connector', 'configuration'), 2);
  await newTokenPairs(world);
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

for (const when of ['afterConsumption', 'afterExecution'] as const) {
  row('C4', `a cut ${when} of the second token ends in TokenRequired, which says why`, async (world) => {
    world.simulator.faults.add({ operation: 'signCertificateSigningRequest', when, cut: true, times: 1 });
    world.here();
    await world.configure();
    await fails(world, 'TokenRequired', /a certificate was issued and its answer lost/);
    assert.equal(keysInJournal(world).size, 1);
    await newTokenPairs(world);
  });
}

/** Every private key that ever stood in the journal. */
function keysInJournal({ witness }: Parameters<Parameters<typeof row>[2]>[0]): ReadonlySet<unknown> {
  const journals = witness.secrets.filter(({ object }) => object.metadata.name === 'compass-connection-journal');
  const texts = journals.map(({ object }) => Buffer.from(object.data?.['document'] ?? '', 'base64').toString());
  return new Set(texts.flatMap((text) => (text === '' ? [] : [(JSON.parse(text) as { key?: unknown }).key])));
}
