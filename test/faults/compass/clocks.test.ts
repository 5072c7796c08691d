import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { CLIENT } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { shiftedClock } from '../sidecar-here.ts';

const DAY_MS = 24 * 3_600_000;
const AWAKE_WITHIN_MS = 60_000;

const SLEEPS: readonly [days: number, lifetimeDaysFromThen: number][] = [
  [3, 90],
  [60, 300],
];

row(
  'X2',
  'after a sleep of 3 days, and of 60, a certificate is judged by the time that it is, and renewed',
  async (world) => {
    const { simulator } = world;
    let offsetMs = 0;
    simulator.landscape.createApplication({ name: 'orders' });
    world.here(
      {},
      shiftedClock(() => offsetMs),
    );
    await world.configure();
    await world.reaches('Synchronized');
    // What is issued then is past its middle at the next waking, and no sooner.
    for (const [at, [days, lifetimeDays]] of SLEEPS.entries()) {
      assert.equal(simulator.certificates.list().length, at + 1);
      simulator.switches.certificateLifetimeSeconds = (lifetimeDays * DAY_MS) / 1_000;
      offsetMs += days * DAY_MS;
      simulator.switches.dateSkewSeconds = offsetMs / 1_000;
      const wokenMs = performance.now();
      await until('it is renewed', () => Promise.resolve(simulator.certificates.list().length === at + 2));
      assert.ok(performance.now() - wokenMs < AWAKE_WITHIN_MS);
      await world.reaches('Synchronized');
    }
    assert.equal(world.count('connector', 'configuration'), 1);
  },
  { simulator: { switches: { certificateLifetimeSeconds: (4 * DAY_MS) / 1_000 } } },
);

row('X3', 'a clock that steps back makes no hot loop, and nothing is renewed or lost', async (world) => {
  const { simulator } = world;
  let offsetMs = 0;
  simulator.landscape.createApplication({ name: 'orders' });
  const sidecar = world.here(
    {},
    shiftedClock(() => offsetMs),
  );
  await world.configure();
  await world.reaches('Synchronized');
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  const listings = () => world.count('director', 'applicationsForRuntime');
  const passes = () => sidecar.lines.filter(({ msg }) => msg === 'a pass ended').length;
  for (const days of [1, 60]) {
    const [asked, listed, passed] = [simulator.requests.list().length, listings(), passes()];
    offsetMs = -days * DAY_MS;
    const startedMs = performance.now();
    await until('it is listed some more times', () => Promise.resolve(listings() >= listed + 3));
    const seconds = (performance.now() - startedMs) / 1_000;
    const [requests, ended] = [simulator.requests.list().length - asked, passes() - passed];
    assert.ok(requests <= 4 + 3 * seconds, `${requests} requests in ${seconds} s`);
    assert.ok(ended > 0 && ended <= 4 + 2.5 * seconds, `${ended} passes in ${seconds} s`);
  }
  await world.reaches('Synchronized');
  assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
  assert.equal(simulator.certificates.list().length, 1);
});

row('X5', 'in a zone of three quarters of an hour, with summer in winter, all times are UTC', async (world) => {
  const startedAt = Date.now();
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.start({ TZ: 'Pacific/Chatham' });
  await world.configure();
  const { status } = await world.reaches('Synchronized');
  const [issued] = world.simulator.certificates.list();
  const { certificateStatus, established = '' } = status?.connectionStatus ?? { certificateStatus: {} };
  assert.equal(Date.parse(certificateStatus.notAfter ?? ''), Date.parse(issued?.notAfter ?? ''));
  for (const time of [established, status?.synchronizationStatus?.lastAttempt].map(String)) {
    assert.match(time, /Z$/);
    assert.ok(Math.abs(Date.parse(time) - startedAt) < 120_000, time);
  }
  const { renewAt = '', notBefore = '', notAfter = '' } = (await world.report()).identity ?? {};
  const life = Date.parse(notAfter) - Date.parse(notBefore);
  const part = (Date.parse(renewAt) - Date.parse(notBefore)) / life;
  assert.ok(part >= 0.4 && part <= 0.6, `it is renewed after ${part} of its life`);
  assert.ok(!status?.conditions?.some(({ type }) => type === 'ClockSkew'));
});
