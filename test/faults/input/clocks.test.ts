import assert from 'node:assert/strict';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { shiftedClock } from '../sidecar-here.ts';
import { startTcpProxy } from '../tcp-proxy.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

const off = (ms: number) => shiftedClock(() => ms);

row(
  'C27',
  'with a clock ten minutes off it says so, and judges dates by the clock of Compass',
  async (world) => {
    // By our clock such a certificate has expired when it is issued.
    world.here({}, off(10 * MINUTE_MS));
    await world.configure();
    const { status } = await world.reaches('Synchronized', (seen) =>
      Boolean(seen.status?.conditions?.some(({ type, status: value }) => type === 'ClockSkew' && value === 'True')),
    );
    assert.match(status?.conditions?.find(({ type }) => type === 'ClockSkew')?.message ?? '', /10 minutes behind ours/);
    assert.equal(world.count('connector', 'configuration'), 1);
  },
  { simulator: { switches: { certificateLifetimeSeconds: 300 } } },
);

for (const [what, ms, direction] of [
  ['ahead', 25 * 3_600_000, 'ahead of'],
  ['behind', -25 * 3_600_000, 'behind'],
] as const) {
  row('C27', `with a clock a day ${what} no token is used until the clock is right`, async (world) => {
    let offsetMs: number = ms;
    world.here(
      {},
      shiftedClock(() => offsetMs),
    );
    await world.configure();
    const { status } = await world.reaches('ConnectionFailed', (seen) =>
      /^ClockSkew/.test(seen.status?.connectionStatus.error ?? ''),
    );
    assert.match(
      status?.connectionStatus.error ?? '',
      new RegExp(`the clock here is 1d(1h)? ${direction} that of Compass`),
    );
    assert.equal(world.count('connector', 'configuration'), 0);
    offsetMs = 0;
    await world.reaches('Synchronized');
    assert.equal(world.count('connector', 'configuration'), 1);
  });
}

row('C27', 'APP_ALLOW_CLOCK_SKEW pairs with a clock that is a day off', async (world) => {
  world.here({ APP_ALLOW_CLOCK_SKEW: 'true' }, off(25 * 3_600_000));
  await world.configure();
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 1);
});

for (const [what, ms] of [
  ['ahead', 365 * DAY_MS],
  ['behind', -365 * DAY_MS],
] as const) {
  row('X1', `a certificate that is stored serves on although the clock starts a year ${what}`, async (world) => {
    const { id } = world.simulator.landscape.createApplication({ name: 'orders' });
    const first = world.here();
    await world.configure();
    await world.reaches('Synchronized');
    await first.stop();
    const before = await world.secret(CLIENT.namespace, CLIENT.name);
    const asked = world.simulator.requests.list().length;
    world.simulator.landscape.updateApplication(id, { description: 'changed meanwhile' });
    world.here({}, off(ms));
    await world.reaches('Synchronized', (seen) =>
      Boolean(seen.status?.conditions?.some(({ type, status: value }) => type === 'ClockSkew' && value === 'True')),
    );
    assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
    const since = world.simulator.requests.list().slice(asked);
    assert.ok(since.some(({ target, outcome }) => target === 'director' && outcome === 'ok'));
    assert.ok(!since.some(({ tokenHash }) => tokenHash !== null));
    assert.equal(world.simulator.certificates.list().length, 1);
  });
}

row(
  'X1',
  'with a clock a year ahead a connection that is reset is not taken for an expired certificate',
  async (world) => {
    const { simulator } = world;
    const url = new URL(simulator.urls.connectorMtls);
    await using proxy = await startTcpProxy(Number(url.port));
    url.port = String(proxy.port);
    simulator.switches.certificateSecuredConnectorURL = url.href;
    world.here({ APP_ALLOW_CLOCK_SKEW: 'true' }, off(365 * DAY_MS));
    await world.configure();
    await world.reaches('Synchronized');
    proxy.mode = 'refuse';
    proxy.cut();
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
    const { status } = await world.reaches('ConnectionMaintenanceFailed');
    assert.match(status?.connectionStatus.error ?? '', /^CertificateExpired|^CompassUnreachable/);
    proxy.mode = 'pass';
    await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
    assert.equal(world.count('connector', 'configuration'), 1);
  },
);
