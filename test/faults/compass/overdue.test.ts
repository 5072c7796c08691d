import assert from 'node:assert/strict';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { until } from '../../cluster/until.ts';
import { eventsOf } from '../cluster/steps.ts';
import { jumpingClock } from '../process/jumping-clock.ts';
import { row } from '../row.ts';

const DAY_MS = 24 * 3_600_000;
const EVENT_QUIET_MS = 61_000;

/** On which day of a certificate of 90 days one looks, and what the alarm says then: some of its steps. */
const DAYS: readonly [day: number, left: string][] = [
  [55, '50d'],
  [77, '14d'],
  [89.5, '1d'],
];

row(
  'C22',
  'while a renewal is refused for 40 days the old certificate serves, and the alarm rises; the first healthy day ends it',
  async (world) => {
    const { simulator } = world;
    const { id } = simulator.landscape.createApplication({ name: 'orders' });
    let today = 0;
    const timer = jumpingClock();
    world.here({}, { ...timer, now: () => timer.now() + today * DAY_MS });
    await world.configure();
    await world.reaches('Synchronized');
    simulator.faults.add({ target: 'connectorMtls', error: { message: 'not today' } });
    for (const [day, left] of DAYS) {
      // An Event of a reason can be written again; who slept so long has lost its Lease, and takes it anew.
      timer.jump(EVENT_QUIET_MS);
      const listed = world.count('director', 'applicationsForRuntime');
      await until('it leads again', () =>
        Promise.resolve(world.count('director', 'applicationsForRuntime') > listed + 1),
      );
      // The date is that of all clocks but the one that TLS goes by, which is the machine's.
      simulator.switches.dateSkewSeconds = (day * DAY_MS) / 1_000;
      today = day;
      simulator.landscape.updateApplication(id, { description: `on day ${day}` });
      const alarm = new RegExp(`in less than ${left}, and its renewal does not come about`);
      await world.reaches('ConnectionMaintenanceFailed', ({ status }) => {
        const isRaised = status?.conditions?.some(
          ({ type, message }) => type === 'RenewalOverdue' && alarm.test(message),
        );
        return isRaised === true && /^CompassFailed: .*not today/.test(status?.connectionStatus.error ?? '');
      });
      await until(`an Event tells of less than ${left}`, async () =>
        (await eventsOf(world, 'RenewalOverdue')).some(
          ({ message, type }) => type === 'Warning' && alarm.test(message),
        ),
      );
      await until('it is synchronized nevertheless', async () => {
        const application = await world.cluster.cluster.get({ kind: APPLICATION, name: 'orders' });
        return (application as Application).spec?.description === `on day ${day}`;
      });
    }
    assert.equal(simulator.certificates.list().length, 1);
    simulator.switches.certificateLifetimeSeconds = (300 * DAY_MS) / 1_000;
    simulator.faults.clear();
    timer.jump(3_600_000);
    const { status } = await world.reaches('Synchronized');
    assert.ok(!status?.conditions?.some(({ type }) => type === 'RenewalOverdue'));
    assert.equal(simulator.certificates.list().length, 2);
    assert.equal(world.count('connector', 'configuration'), 1);
  },
);
