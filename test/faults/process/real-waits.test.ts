import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LEASE } from '#common/cluster/objects.ts';
import type { Lease } from '#common/resources/lease.ts';
import { until } from '../../cluster/until.ts';
import { checkInvariants } from '../invariants.ts';
import type { FaultWorld } from '../world.ts';
import { buildCrashProgram, type CrashProgram } from './crash-program.ts';
import { startCrashWorld } from './crash-world.ts';
import { lostIn } from './die.ts';

const TOLD_WITHIN_MS = 60_000;
const NEW_TOKEN_WITHIN_MS = 10_000;
/** The Lease of the one that died has to run out. */
const LEASE_MS = 12_000;

/** Every wait that is random takes as long as it can. */
const longest = () => 0.999;

const stateOf = async (world: FaultWorld) =>
  JSON.parse((await world.secret('compass-system', 'compass-connection-state'))?.['document'] ?? '{}') as {
    readonly starts?: readonly number[];
  };

async function dies(t: TestContext, program: CrashProgram, window: 'W1' | 'W2', crashAt: string): Promise<void> {
  const crash = await startCrashWorld(t, program);
  const { world } = crash;
  // A state is there before the one that dies starts, so that its start is remembered.
  const first = crash.start({});
  await until('there is a state', () => world.secret('compass-system', 'compass-connection-state'));
  first.stop();
  assert.equal((await first.ended).code, 0, first.output());
  await world.configure();
  const dying = crash.start({ crashAt });
  assert.equal((await dying.ended).signal, 'SIGKILL', dying.output());
  assert.equal(await lostIn(crash), window);
  const lease = { kind: LEASE, namespace: 'compass-system', name: 'compass-connection-lease' };
  assert.ok((await world.cluster.cluster.get<Lease>(lease)).spec?.holderIdentity);
  assert.equal((await stateOf(world)).starts?.length, 1);

  const resumedAt = performance.now();
  world.here({}, undefined, longest);
  const isTold = async () => (await world.connection()).status?.conditions?.some(isTokenRequired);
  await until('TokenRequired is told', async () => (await isTold()) === true, TOLD_WITHIN_MS);
  const tookMs = performance.now() - resumedAt;
  t.diagnostic(`told after ${Math.round(tookMs / 1_000)} s`);
  assert.ok(tookMs > LEASE_MS, 'it waited for nothing');
  assert.match(world.output(), /it started again and again/);
  const issued = world.simulator.certificates.list().length;
  await world.configure();
  const isUsed = () => Promise.resolve(world.simulator.certificates.list().length === issued + 1);
  await until('the new token is used', isUsed, NEW_TOKEN_WITHIN_MS);
  await world.reaches('Synchronized');
  await checkInvariants(world);
}

const isTokenRequired = ({ type, reason }: { readonly type: string; readonly reason?: string | undefined }) =>
  type === 'Connected' && reason === 'TokenRequired';

test('P7, P11: after the real waits for the Lease and between starts it still says within a minute that a token is lost', {
  concurrency: 2,
}, async (t) => {
  const program = await buildCrashProgram(t);
  const after = (operation: string) => `after compass ${operation} #1`;
  await Promise.all([
    t.test('P7: the first answer is lost', (inner) => dies(inner, program, 'W1', after('configuration'))),
    t.test('P11: the certificate is lost', (inner) =>
      dies(inner, program, 'W2', after('signCertificateSigningRequest')),
    ),
  ]);
});
