import assert from 'node:assert/strict';
import type { Reason } from '#common/errors.ts';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { row } from '../row.ts';
import { fails, failsToKeepUp, newTokenPairs, takenTokens, tryAgain } from './steps.ts';

const OUTAGE = { error: { message: 'the token database is away' } };

/** What a gateway, a portal or a broken Compass says in place of a configuration; nobody took the token yet. */
const ANSWERS: readonly [row: string, answer: Fault, reason: Reason][] = [
  ['C8', { status: 500, body: OUTAGE }, 'CompassUnavailable'],
  ['C8', { status: 502, body: {} }, 'CompassUnavailable'],
  ['C8', { status: 503, body: { Message: 'operation has timed out' } }, 'CompassUnavailable'],
  ['C8', { status: 504, body: '' }, 'CompassUnavailable'],
  ['C9', { html: true }, 'NotCompass'],
  ['C9', { status: 302, headers: { location: 'https://portal.example/login' } }, 'NotCompass'],
  ['C10', { body: null, status: 200 }, 'InvalidAnswer'],
  ['C10', { body: [] }, 'InvalidAnswer'],
  ['C10', { body: {} }, 'InvalidAnswer'],
  ['C10', { body: { data: null } }, 'InvalidAnswer'],
  ['C10', { body: { data: { result: null } } }, 'InvalidAnswer'],
  ['C10', { body: { data: { configuration: null } } }, 'InvalidAnswer'],
  ['C10', { body: { data: { configuration: {} } } }, 'InvalidAnswer'],
];

for (const name of ['C8', 'C9', 'C10'] as const) {
  row(
    name,
    'an answer that is no configuration is an error, and the token pairs when Compass is back',
    async (world) => {
      const { faults } = world.simulator;
      const answers = ANSWERS.filter(([of]) => of === name);
      world.here();
      let token: string | undefined;
      for (const [at, [, answer, reason]] of answers.entries()) {
        faults.clear();
        faults.add({ operation: 'configuration', when: 'beforeConsumption', ...answer });
        const asked = world.count('connector', 'configuration');
        token = await (token === undefined ? world.configure() : tryAgain(world, token, String(at)));
        await until('it is asked', () => Promise.resolve(world.count('connector', 'configuration') > asked));
        await fails(world, reason);
      }
      faults.clear();
      await tryAgain(world, token ?? '', 'last');
      await world.reaches('Synchronized');
      assert.equal(takenTokens(world), 1);
    },
  );
}

for (const [what, answer] of [
  ['C8', { status: 500, body: OUTAGE }],
  ['C9', { html: true }],
  ['C10', { body: { data: null } }],
] as const) {
  row(what, 'where the token was taken nevertheless, TokenRequired says so', async (world) => {
    world.simulator.faults.add({ operation: 'configuration', when: 'afterConsumption', times: 1, ...answer });
    world.here();
    await world.configure();
    await fails(world, 'TokenRequired', /its answer was lost, and now it is refused/);
    await newTokenPairs(world);
  });
}

const NAMELESS: readonly [missing: string, why: RegExp][] = [
  ['managementPlaneInfo', /the Connector named no certificateSecuredConnectorURL/],
  ['certificateSigningRequestInfo', /the Connector named no subject/],
];

row('C10', 'an answer without subject or URLs loses no token, and pairs when they are named', async (world) => {
  const { faults } = world.simulator;
  world.here();
  let token: string | undefined;
  for (const [missing, why] of NAMELESS) {
    faults.clear();
    faults.add({ operation: 'configuration', set: { [`/data/configuration/${missing}`]: null } });
    token = await (token === undefined ? world.configure() : tryAgain(world, token, missing));
    await fails(world, 'InvalidAnswer', why);
  }
  assert.equal(world.count('connector', 'signCertificateSigningRequest'), 0);
  faults.clear();
  await tryAgain(world, token ?? '', 'named');
  await world.reaches('Synchronized');
  // The user's token once, and after that each time the second one that the answer before had brought.
  assert.equal(takenTokens(world), world.count('connector', 'configuration'));
});

for (const [what, when] of [
  ['left alone', 'beforeConsumption'],
  ['taken', 'afterConsumption'],
] as const) {
  row('C7', `a 429 by which the token was ${what} is handled as a lost answer`, async (world) => {
    world.simulator.faults.add({ operation: 'configuration', when, status: 429, times: 1 });
    world.here();
    await world.configure();
    if (when === 'beforeConsumption') return void (await world.reaches('Synchronized'));
    await fails(world, 'TokenRequired', /its answer was lost, and now it is refused/);
    await newTokenPairs(world);
  });
}

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
