import assert from 'node:assert/strict';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { until } from '../../cluster/until.ts';
import type { CrashProcess } from './crash-program.ts';
import type { CrashWorld } from './crash-world.ts';
import type { Window } from './pairing-rows.ts';
import { assertEntriesHaveSecrets, type Scenario } from './scenarios.ts';

/** Runs a scenario in a process that dies at a point, and kills it where it has ended before. */
export async function dieAt(crash: CrashWorld, scenario: Scenario, crashAt: string, isCertain: boolean): Promise<void> {
  await scenario.prepare(crash);
  const process = crash.start({ crashAt, jumpAt: scenario.jumpAt });
  if (!isCertain) await killAtRest(crash, scenario, process);
  const { code, signal } = await process.ended;
  assert.equal(signal, 'SIGKILL', `it ended by ${code}, not at ${crashAt}\n${process.output()}`);
}

async function killAtRest(crash: CrashWorld, scenario: Scenario, process: CrashProcess): Promise<void> {
  let hasEnded = false;
  const end = process.ended.finally(() => {
    hasEnded = true;
  });
  end.catch(() => undefined);
  await until('it dies or ends its work', async () => hasEnded || scenario.isDone(crash));
  process.kill();
}

/** Which token's answer is lost, judged by what Compass did and what the journal holds; undefined where none is. */
export async function lostIn(crash: CrashWorld): Promise<Window | undefined> {
  const { world } = crash;
  const ref = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-journal' };
  const journal = await world.cluster.cluster.find<Secret>(ref);
  const text = Buffer.from(journal?.data?.['document'] ?? '', 'base64').toString();
  const { phase } = JSON.parse(text === '' ? '{}' : text) as { phase?: string };
  const taken = world.simulator.requests.list().filter(({ tokenConsumed }) => tokenConsumed);
  const isTaken = (field: string) => taken.some(({ rootFields }) => rootFields.includes(field));
  if (phase === 'prepared' && isTaken('configuration')) return 'W1';
  return phase === 'configured' && isTaken('signCertificateSigningRequest') ? 'W2' : undefined;
}

const TOLD_WITHIN_MS = 60_000;
const NEW_TOKEN_WITHIN_MS = 10_000;

/** A sidecar of this process goes on, by itself or, where a token was lost, with a new one that it asks for. */
export async function goOn(crash: CrashWorld, scenario: Scenario, lost: Window | undefined): Promise<void> {
  if (scenario.name === 'apply') await assertEntriesHaveSecrets(crash);
  const listed = crash.world.count('director', 'applicationsForRuntime');
  await crash.resume();
  if (lost) await askForToken(crash);
  if (scenario.jumpAt) {
    const isListedTwice = () => crash.world.count('director', 'applicationsForRuntime') >= listed + 2;
    await until('it lists twice', () => Promise.resolve(isListedTwice()));
    await crash.passMinute();
  }
  await until('the work is done', () => scenario.isDone(crash), TOLD_WITHIN_MS);
  assertTokensSpent(crash, scenario, lost);
  await crash.checkInvariants();
}

async function askForToken(crash: CrashWorld): Promise<void> {
  await crash.sees(
    'TokenRequired is told',
    ({ status }) => {
      const connected = status?.conditions?.find(({ type }) => type === 'Connected');
      return connected?.reason === 'TokenRequired' && (status?.connectionStatus.error ?? '') !== '';
    },
    TOLD_WITHIN_MS,
  );
  await crash.world.configure();
  await until('the new token is used', () => Promise.resolve(tokensSpent(crash) === 2), NEW_TOKEN_WITHIN_MS);
}

/** How many of the user's tokens Compass took. */
function tokensSpent({ world }: CrashWorld): number {
  const spent = world.simulator.requests
    .list()
    .filter(({ tokenConsumed, rootFields }) => tokenConsumed && rootFields.includes('configuration'));
  return new Set(spent.map(({ tokenHash }) => tokenHash)).size;
}

/** One of them a pairing, one more where its answer was lost, and none for anything else. */
function assertTokensSpent(crash: CrashWorld, { name }: Scenario, lost: Window | undefined): void {
  const expected = name === 'pairing' ? 1 + (lost ? 1 : 0) : 0;
  assert.equal(tokensSpent(crash), expected, 'tokens of the user were spent');
}
