import assert from 'node:assert/strict';
import type { Reason } from '#common/errors.ts';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { row } from '../row.ts';
import { fails, failsToKeepUp, impatient, newTokenPairs, takenTokens } from './steps.ts';

const OUTAGE = { error: { message: 'the token database is away' } };

/** What a gateway, a portal or a broken Compass says in place of a configuration; nobody took the token yet. */
const ANSWERS: readonly [answer: Fault, reason: Reason][] = [
  [{ status: 429 }, 'CompassThrottled'],
  [{ status: 500, body: OUTAGE }, 'CompassUnavailable'],
  [{ status: 502, body: {} }, 'CompassUnavailable'],
  [{ status: 503, body: { Message: 'operation has timed out' } }, 'CompassUnavailable'],
  [{ status: 504, body: '' }, 'CompassUnavailable'],
  [{ html: true }, 'NotCompass'],
  [{ status: 302, headers: { location: 'https://portal.example/login' } }, 'NotCompass'],
  [{ body: null, status: 200 }, 'InvalidAnswer'],
  [{ body: [] }, 'InvalidAnswer'],
  [{ body: {} }, 'InvalidAnswer'],
  [{ body: { data: null } }, 'InvalidAnswer'],
  [{ body: { data: { result: null } } }, 'InvalidAnswer'],
  [{ body: { data: { configuration: null } } }, 'InvalidAnswer'],
  [{ body: { data: { configuration: {} } } }, 'InvalidAnswer'],
];

row(
  ['C7', 'C8', 'C9', 'C10'],
  'an answer that is no configuration is an error, and the token pairs when Compass is back',
  async (world) => {
    const { faults } = world.simulator;
    world.here();
    for (const [answer, reason] of ANSWERS) {
      faults.clear();
      faults.add({ operation: 'configuration', when: 'beforeConsumption', ...answer });
      const asked = world.count('connector', 'configuration');
      await world.configure();
      await until('it is asked', () => Promise.resolve(world.count('connector', 'configuration') > asked));
      await fails(world, reason);
    }
    faults.clear();
    await world.reaches('Synchronized');
    assert.equal(takenTokens(world), 1);
  },
);

/** The token was taken, and its answer did not come. */
const LOST: readonly Fault[] = [
  { cut: true },
  { status: 429 },
  { status: 500, body: OUTAGE },
  { html: true },
  { body: { data: null } },
];

row(
  ['C3', 'C7', 'C8', 'C9', 'C10'],
  'where the token was taken and its answer is of no use, TokenRequired says why, and a new one is used',
  async (world) => {
    const { faults } = world.simulator;
    world.here();
    for (const [at, answer] of LOST.entries()) {
      faults.add({ operation: 'configuration', when: 'afterConsumption', times: 1, ...answer });
      const asked = world.count('connector', 'configuration');
      await world.configure();
      await until(`the answer ${at} is lost`, () => Promise.resolve(takenTokens(world) > at));
      await until('it is tried again', () => Promise.resolve(world.count('connector', 'configuration') > asked + 1));
      await fails(world, 'TokenRequired', /was sent, its answer was lost, and now it is refused/);
    }
    await newTokenPairs(world);
  },
);

const NAMELESS: readonly [missing: string, why: RegExp][] = [
  ['managementPlaneInfo', /the Connector named no certificateSecuredConnectorURL/],
  ['certificateSigningRequestInfo', /the Connector named no subject/],
];

row('C10', 'an answer without subject or URLs loses no token, and pairs when they are named', async (world) => {
  const { faults } = world.simulator;
  impatient(world);
  await world.configure();
  for (const [missing, why] of NAMELESS) {
    faults.clear();
    faults.add({ operation: 'configuration', set: { [`/data/configuration/${missing}`]: null } });
    await fails(world, 'InvalidAnswer', why);
  }
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 0);
  faults.clear();
  await world.reaches('Synchronized');
  // The user's token once, and after that each time the second one that the answer before had brought.
  assert.equal(takenTokens(world), world.count('connector', 'configuration'));
});

row('C7', 'a 429 on a renewal is backed off from, and the present certificate serves on', async (world) => {
  const { simulator, cluster } = world;
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  simulator.faults.add({ target: 'connectorMtls', status: 429, headers: { 'retry-after': '2' }, times: 1 });
  const startedMs = performance.now();
  await cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  await failsToKeepUp(world, 'CompassThrottled', /too many requests/);
  const listed = world.count('director', 'applicationsForRuntime');
  await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
  assert.ok(performance.now() - startedMs > 2_000, 'Retry-After is honoured');
  assert.ok(world.count('director', 'applicationsForRuntime') > listed);
  assert.equal(simulator.certificates.list().length, 2);
});
