import assert from 'node:assert/strict';
import { row } from '../row.ts';
import { takenTokens } from './steps.ts';

/** Longer than a connection may be idle; what is waited for at the most is in the tests of the call itself. */
const SLOW_MS = 6_000;

row('C5', 'an answer that takes longer than a connection may be idle is taken the first time', async (world) => {
  const { faults } = world.simulator;
  faults.add({ operation: 'signCertificateSigningRequest', when: 'afterExecution', delayMs: SLOW_MS });
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(takenTokens(world), 1);
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
});
