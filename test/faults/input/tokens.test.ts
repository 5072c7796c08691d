import assert from 'node:assert/strict';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { hashToken } from '#common/compass/token.ts';
import { Sensitive } from '#common/sensitive.ts';
import { until } from '../../cluster/until.ts';
import { CONFIGURATION, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const tokenStored = async (world: FaultWorld) =>
  (await world.secret(CONFIGURATION.namespace, CONFIGURATION.name))?.['TOKEN'];

const tokenIs = (world: FaultWorld, known: string) =>
  until(`the report says that the token is ${known}`, async () => (await world.report()).token === known);

/** How often Compass saw this very token. */
const uses = ({ simulator }: FaultWorld, token: string) =>
  simulator.requests
    .list()
    .filter(({ tokenHash }) => tokenHash !== null && hashToken(new Sensitive(token)).startsWith(tokenHash)).length;

async function connected(world: FaultWorld): Promise<string> {
  world.here();
  const token = await world.configure();
  await world.reaches('Synchronized');
  await until('the used token is taken out', async () => (await tokenStored(world)) === '');
  return token;
}

row(
  'N6',
  'a token that changes while connected is noted and kept, and used at once when it is needed',
  async (world) => {
    await connected(world);
    const fresh = await world.configure();
    await tokenIs(world, 'unused');
    assert.equal(world.count('connector', 'configuration'), 1);
    assert.equal(await tokenStored(world), fresh);
    world.simulator.revokeCertificates();
    await until('the new token pairs', () => Promise.resolve(uses(world, fresh) === 1), 10_000);
    await world.reaches('Synchronized', ({ status }) => status?.connectionStatus.error === undefined);
    await tokenIs(world, 'none');
  },
);

row(
  'N7',
  'a used token that GitOps puts back is left there and not tried, not even when nothing works',
  async (world) => {
    const token = await connected(world);
    await tokenIs(world, 'none');
    await world.configure({ TOKEN: token });
    await tokenIs(world, 'used');
    await world.cluster.cluster.delete(CONNECTION);
    const pending = await world.reaches('Synchronized', ({ status }) =>
      Boolean(status?.conditions?.some(({ type }) => type === 'ReconnectPending')),
    );
    const condition = pending.status?.conditions?.find(({ type }) => type === 'ReconnectPending');
    assert.equal(condition?.reason, 'TokenRequired');
    assert.match(condition.message, /the TOKEN in the configuration is used/);
    await Promise.all(world.sidecars.map((sidecar) => sidecar.stop()));
    assert.equal(await tokenStored(world), token);
    world.simulator.revokeCertificates();
    world.here();
    await world.reaches('ConnectionFailed', ({ status }) =>
      /one-time token/.test(status?.connectionStatus.error ?? ''),
    );
    // One for configuration; a second token signed.
    assert.equal(uses(world, token), 1);
  },
);

row('N7', 'an immutable configuration Secret keeps its used token, and that is no failure', async (world) => {
  const { simulator } = world;
  const token = simulator.requestToken().token;
  const stringData = {
    CONNECTOR_URL: simulator.urls.connector,
    RUNTIME_ID: simulator.runtimeId,
    TENANT: simulator.tenant,
    TOKEN: token,
  };
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: CONFIGURATION, immutable: true, stringData };
  await world.cluster.cluster.create<Secret>(SECRET, object as Secret);
  world.here();
  await world.reaches('Synchronized');
  await tokenIs(world, 'used');
  assert.equal(await tokenStored(world), token);
  assert.deepEqual((await world.report()).warnings, []);
});

row('N7', 'without the right to take a used token out it stays, and is warned about', async (world) => {
  const { embedded } = world.cluster;
  assert.ok(embedded);
  const token = await world.configure();
  const effect = { kind: 'status', code: 403 } as const;
  embedded.faults.add({ verb: 'patch', resource: 'secrets', ...CONFIGURATION, user: 'admin', times: 9, effect });
  world.here();
  await world.reaches('Synchronized');
  const isWarned = async () => (await world.report()).warnings?.some(({ type }) => type === 'TokenKept');
  await until('it is warned about', isWarned);
  assert.equal(await tokenStored(world), token);
  assert.equal(world.count('connector', 'configuration'), 1);
});

row('N8', 'a token that is replaced while the first pairing runs waits, and the first one pairs', async (world) => {
  const { simulator } = world;
  simulator.faults.add({ target: 'connector', operation: 'configuration', when: 'afterExecution', delayMs: 1_000 });
  const asked = simulator.requests.next(({ rootFields }) => rootFields.includes('configuration'));
  world.here();
  const first = await world.configure();
  await asked;
  // The same Runtime, another slot: the simulator keeps one token for each identity.
  const fresh = await world.configure();
  await world.reaches('Synchronized');
  await tokenIs(world, 'unused');
  assert.deepEqual([uses(world, first), uses(world, fresh)], [1, 0]);
  assert.equal(await tokenStored(world), fresh);
});

row('N8', 'a token that is replaced while the first one is refused is used', async (world) => {
  world.here();
  await world.configure({ TOKEN: 'a-token-that-nobody-knows' });
  await world.reaches('ConnectionFailed', ({ status }) => /^TokenRefused/.test(status?.connectionStatus.error ?? ''));
  const fresh = await world.configure();
  await until('the new token pairs', () => Promise.resolve(uses(world, fresh) === 1), 10_000);
  await world.reaches('Synchronized');
});
