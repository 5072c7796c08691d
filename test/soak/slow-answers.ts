import assert from 'node:assert/strict';
import { until } from '../cluster/until.ts';
import { takenTokens } from '../faults/compass/steps.ts';
import { row } from '../faults/row.ts';

/** As long as the services and what stands before them may take together, in real time: too long for every run. */
row('C5', 'answers after 99 s and 119 s are taken, each the first time', async (world) => {
  const { faults } = world.simulator;
  faults.add({ operation: 'configuration', when: 'afterExecution', delayMs: 99_000 });
  faults.add({ operation: 'signCertificateSigningRequest', when: 'afterExecution', delayMs: 119_000 });
  world.here();
  await world.configure();
  await until('it is paired', () => Promise.resolve(/"msg":"paired with Compass"/.test(world.output())), 240_000);
  await world.reaches('Synchronized');
  assert.equal(takenTokens(world), 1);
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
});
