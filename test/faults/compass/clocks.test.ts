import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { CLIENT } from '../../journeys/world.ts';
import { synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import { shiftedClock } from '../sidecar-here.ts';

const DAY_MS = 24 * 3_600_000;
const AWAKE_WITHIN_MS = 60_000;

for (const [days, lifetimeDays] of [
  [3, 4],
  [60, 90],
] as const) {
  row(
    'X2',
    `after a sleep of ${days} days a certificate of ${lifetimeDays} is judged by the time that it is, and renewed`,
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
      assert.equal(simulator.certificates.list().length, 1);
      // The certificates that come are long enough not to be old by the clock that has jumped.
      simulator.switches.certificateLifetimeSeconds = (4 * days * DAY_MS) / 1_000;
      offsetMs = days * DAY_MS;
      simulator.switches.dateSkewSeconds = offsetMs / 1_000;
      const wokenMs = performance.now();
      await until('it is renewed', () => Promise.resolve(simulator.certificates.list().length === 2));
      assert.ok(performance.now() - wokenMs < AWAKE_WITHIN_MS);
      await world.reaches('Synchronized');
      assert.equal(world.count('connector', 'configuration'), 1);
    },
    { simulator: { switches: { certificateLifetimeSeconds: (lifetimeDays * DAY_MS) / 1_000 } } },
  );
}

for (const days of [1, 60]) {
  row('X3', `a clock that steps back ${days} days makes no hot loop, and nothing is renewed or lost`, async (world) => {
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
    const [asked, listed] = [simulator.requests.list().length, listings()];
    const passes = () => sidecar.lines.filter(({ msg }) => msg === 'a pass ended').length;
    const passed = passes();
    offsetMs = -days * DAY_MS;
    const startedMs = performance.now();
    await until('it is listed some more times', () => Promise.resolve(listings() >= listed + 4));
    const seconds = (performance.now() - startedMs) / 1_000;
    assert.ok(simulator.requests.list().length - asked <= 4 + 3 * seconds, 'requests');
    assert.ok(
      passes() > passed && passes() - passed <= 4 + 2.5 * seconds,
      `${passes() - passed} passes in ${seconds} s`,
    );
    await world.reaches('Synchronized');
    assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
    assert.equal(simulator.certificates.list().length, 1);
  });
}

row(
  'X6',
  'a certificate of ten years is not renewed at once, however long its timer is',
  async (world) => {
    await synchronized(world);
    const listed = world.count('director', 'applicationsForRuntime');
    await until('time has passed', () =>
      Promise.resolve(world.count('director', 'applicationsForRuntime') > listed + 2),
    );
    assert.equal(world.simulator.certificates.list().length, 1);
    const { renewAt = '' } = (await world.report()).identity ?? {};
    assert.ok(Date.parse(renewAt) > Date.now() + 365 * DAY_MS, renewAt);
  },
  { simulator: { switches: { certificateLifetimeSeconds: (3_650 * DAY_MS) / 1_000 } } },
);

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
