import type { Invocation } from '../command.ts';
import { type GivenToken, givenToken } from '../compass/one-time-token.ts';
import { type FoundConnection, findConnection } from '../connection/find.ts';
import { readDryRun } from '../dry-run.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { confirm } from '../output/confirm.ts';
import { askSidecar, requireResource } from '../requests/ask.ts';
import { isWaitedFor, readTimeoutMs } from '../wait/flags.ts';
import { awaitNewCertificate } from './await-new-certificate.ts';
import { deleteConnection } from './delete-connection.ts';
import { PAIRING_TIMEOUT_MS } from './flags.ts';
import type { PairingOutcome } from './outcome.ts';
import { reconnectWithStoredToken } from './reconnect-with-stored-token.ts';
import type { Reconnection } from './reconnection.ts';
import type { Taker } from './require-sidecar.ts';
import { checkGivenSettings } from './settings.ts';
import { type StoredToken, storeToken } from './store-token.ts';
import { isPairingPending, isWorking } from './target.ts';

/**
 * Pairs anew: with a new token where one is given, else with the unused one in the configuration Secret. What works goes on
 * working until the new certificate is in use.
 */
export async function reconnect(invocation: Invocation): Promise<PairingOutcome> {
  const { flags, env, names, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, PAIRING_TIMEOUT_MS);
  const token = await givenToken(invocation, names[0]);
  checkGivenSettings(flags, token);
  const startedMs = clock.monotonicMs();
  const { cluster } = await invocation.connect();
  const options = { name: flags.text('connection'), namespace: sidecarNamespace(flags, env) };
  const target = await findConnection(cluster, options);
  const waits = dryRun === 'none' && isWaitedFor(flags);
  const reconnection = { cluster, target, dryRun, waits, timeoutMs };
  const outcome = token
    ? await reconnectWithNewToken(invocation, reconnection, token)
    : await reconnectWithStoredToken(invocation, reconnection);
  return { target, dryRun, ...outcome, elapsedMs: clock.monotonicMs() - startedMs };
}

type Outcome = Pick<PairingOutcome, 'stored' | 'report' | 'steps' | 'waited'>;

/** The new token goes into the Secret; then our sidecar is asked, and another agent made to begin anew. */
async function reconnectWithNewToken(
  invocation: Invocation,
  reconnection: Reconnection,
  token: GivenToken,
): Promise<Outcome> {
  const { cluster, target, dryRun, waits } = reconnection;
  const isSpokenTo = mustBeAsked(target, invocation.clock.now());
  // Before the token is anywhere: stored and not asked for, it would be found by nobody.
  if (isSpokenTo) requireResource(target);
  const stored = await storeToken(invocation, cluster, {
    target,
    token,
    dryRun,
    rights: isSpokenTo
      ? [{ verb: 'patch', resource: 'compassconnections.compass.kyma-project.io', name: target.name }]
      : [],
    agree: (taker) => agreeToDeletion(invocation, target, taker),
  });
  const request = await beginAnew(invocation, reconnection, stored, isSpokenTo);
  if (!waits) return { stored, steps: [], waited: false };
  return { stored, ...(await awaitNewCertificate(invocation, reconnection, stored, request)) };
}

/** Returns the id of the request, where one was made. */
async function beginAnew(
  { clock }: Invocation,
  { cluster, target, dryRun }: Reconnection,
  { taker }: StoredToken,
  isSpokenTo: boolean,
): Promise<string | undefined> {
  if (taker === 'other-agent') {
    await deleteConnection(cluster, requireResource(target), dryRun);
    return undefined;
  }
  if (!isSpokenTo) return undefined;
  return askSidecar(cluster, target.name, { verb: 'reconnect' }, { now: clock.now(), dryRun });
}

/**
 * A connection that works goes on as it is until somebody asks; one that does not, and one that waits for a token, takes
 * any token that appears, and to ask then would ask for yet another pairing.
 */
function mustBeAsked(target: FoundConnection, now: number): boolean {
  return isWorking(target, now) && !isPairingPending(target) && target.found !== undefined;
}

async function agreeToDeletion(invocation: Invocation, { name }: FoundConnection, taker: Taker): Promise<void> {
  if (taker === 'sidecar') return;
  const why = 'no sidecar of this project keeps it, and another agent pairs anew only when it is gone';
  await confirm(invocation, `Delete the CompassConnection ${name}? ${why}.`);
}
