import assert from 'node:assert/strict';
import { SECRET } from '#common/cluster/objects.ts';
import { CONFIGURATION } from '../../journeys/world.ts';
import { jumpingClock } from '../process/jumping-clock.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const TEN_MINUTES_MS = 10 * 60_000;
const PROMPT_MS = 10_000;

function tokensSent({ simulator }: FaultWorld): number {
  return simulator.requests.list().filter(({ tokenHash }) => tokenHash !== null).length;
}

/** A configuration that cannot be used is named, spends nothing, and pairs with the same token once it is corrected. */
function refused(id: 'N3' | 'N4' | 'N5' | 'N9', what: string, values: Values, says: RegExp): void {
  row(id, `${what} is named, and its token pairs when that is corrected`, async (world) => {
    world.here();
    const token = await world.configure(values(world));
    const seen = await world.reaches('ConnectionFailed', ({ status }) =>
      says.test(status?.connectionStatus?.error ?? ''),
    );
    assert.match(seen.status?.connectionStatus?.error ?? '', /secret compass-system\/compass-agent-configuration/);
    assert.equal(tokensSent(world), 0);
    await world.configure({ TOKEN: token });
    await world.reaches('Synchronized');
  });
}

type Values = (world: FaultWorld) => Readonly<Record<string, string>>;

row('N1', 'a configuration that comes ten minutes late pairs within ten seconds', async (world) => {
  const clock = jumpingClock();
  world.here({}, clock);
  const waiting = await world.reaches('ConnectionFailed');
  assert.match(waiting.status?.connectionStatus?.error ?? '', /ConfigurationMissing/);
  for (let passed = 0; passed < TEN_MINUTES_MS; passed += TEN_MINUTES_MS / 10) clock.jump(TEN_MINUTES_MS / 10);
  assert.equal(world.simulator.requests.list().length, 0);
  await world.configure();
  const from = Date.now();
  await world.reaches('Synchronized');
  assert.ok(Date.now() - from < PROMPT_MS, `it took ${Date.now() - from} ms`);
});

const changed =
  (change: (url: string) => string): Values =>
  ({ simulator }) => ({
    CONNECTOR_URL: change(simulator.urls.connector),
  });

refused(
  'N3',
  'a CONNECTOR_URL without a scheme',
  changed((url) => url.replace('https://', '')),
  /CONNECTOR_URL/,
);
refused(
  'N3',
  'a CONNECTOR_URL with http',
  changed((url) => url.replace('https:', 'http:')),
  /must begin with https/,
);
refused(
  'N3',
  'a CONNECTOR_URL without a path',
  changed((url) => new URL(url).origin),
  /has no path/,
);
refused(
  'N3',
  'a CONNECTOR_URL with a password',
  changed((url) => url.replace('//', '//a:b@')),
  /user name or password/,
);
refused(
  'N3',
  'a CONNECTOR_URL of 100 KB',
  changed((url) => url + 'x'.repeat(100_000)),
  /longer than/,
);

row('N3', 'white space around the CONNECTOR_URL is no part of it', async (world) => {
  world.here();
  await world.configure({ CONNECTOR_URL: `  ${world.simulator.urls.connector}\n` });
  await world.reaches('Synchronized');
});

refused('N4', 'a RUNTIME_ID that is no UUID', () => ({ RUNTIME_ID: 'my-runtime' }), /RUNTIME_ID is not a UUID/);
const INJECTION = '1ae04041-17e5-478f-91f8-3a2ddc7700de") { id } runtime(id: "';
refused('N4', 'a RUNTIME_ID with a query in it', () => ({ RUNTIME_ID: INJECTION }), /RUNTIME_ID is not a UUID/);

refused('N5', 'a TENANT with a line break', () => ({ TENANT: 'one\ntwo' }), /TENANT is not a tenant id/);
refused(
  'N9',
  'a RUNTIME_ID that stands in TENANT, too,',
  ({ simulator }) => ({ TENANT: simulator.runtimeId }),
  /RUNTIME_ID and TENANT are the same/,
);

row('N5', 'without a TENANT it pairs and synchronizes', async (world) => {
  world.here();
  await world.configure({ TENANT: '' });
  await world.reaches('Synchronized');
  const tenants = world.simulator.requests.list().map(({ tenant }) => tenant);
  assert.deepEqual([...new Set(tenants)], [null]);
});

/** Only Compass can tell these: after the pairing, so that another TOKEN is not needed. */
async function isMismatch(world: FaultWorld, values: Readonly<Record<string, string>>, says: RegExp): Promise<void> {
  world.here();
  await world.configure(values);
  const wrong = await world.reaches('SynchronizationFailed');
  assert.match(wrong.status?.synchronizationStatus?.error ?? '', says);
  const { tenant: TENANT, runtimeId: RUNTIME_ID } = world.simulator;
  const patch = { stringData: { TENANT, RUNTIME_ID } };
  await world.cluster.cluster.mergePatch({ kind: SECRET, ...CONFIGURATION }, patch, { fieldManager: 'operator' });
  await world.reaches('Synchronized');
  assert.equal(world.count('connector', 'configuration'), 1);
}

row('N5', 'a TENANT that is another is a TenantMismatch, and mended without another token', async (world) => {
  await isMismatch(world, { TENANT: '11111111-0000-4000-8000-000000000000' }, /TenantMismatch/);
});

row(
  'N9',
  'RUNTIME_ID and TENANT in each other’s place are said to be, and mended without another token',
  async (world) => {
    const { tenant: RUNTIME_ID, runtimeId: TENANT } = world.simulator;
    await isMismatch(world, { RUNTIME_ID, TENANT }, /TenantMismatch.*RUNTIME_ID.*TENANT/);
  },
);
