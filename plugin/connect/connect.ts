import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { givenToken } from '../compass/one-time-token.ts';
import type { FoundConnection } from '../connection/find.ts';
import { readDryRun } from '../dry-run.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { isWaitedFor, readTimeoutMs } from '../wait/flags.ts';
import { awaitPairing } from './await-pairing.ts';
import { awaitResource } from './await-resource.ts';
import { baselineOf } from './baseline.ts';
import { judgeFirstSync } from './first-sync.ts';
import { PAIRING_TIMEOUT_MS } from './flags.ts';
import type { PairingOutcome } from './outcome.ts';
import { checkGivenSettings } from './settings.ts';
import { ShownSteps } from './show-steps.ts';
import { type StoredToken, storeToken } from './store-token.ts';
import { findTarget, isWorking } from './target.ts';

/** Checks whatever can be checked, writes the configuration Secret, and waits until the sidecar has made a connection of it. */
export async function connect(invocation: Invocation): Promise<PairingOutcome> {
  const { flags, env, names, clock } = invocation;
  const dryRun = readDryRun(flags);
  const timeoutMs = readTimeoutMs(flags, PAIRING_TIMEOUT_MS);
  const token = await givenToken(invocation, names[0]);
  if (!token) throw tokenNeeded(flags.text('token') !== undefined);
  checkGivenSettings(flags, token);
  const startedMs = clock.monotonicMs();
  const { cluster } = await invocation.connect();
  const place = { name: flags.text('connection'), namespace: sidecarNamespace(flags, env) };
  const target = await findTarget(cluster, place);
  refuseWorking(target, clock.now());
  const stored = await storeToken(invocation, cluster, { target, token, dryRun, rights: [] });
  const outcome =
    dryRun === 'none' && isWaitedFor(flags)
      ? await awaitConnection(invocation, cluster, { target, stored, timeoutMs })
      : { steps: [], waited: false };
  return { target, dryRun, stored, ...outcome, elapsedMs: clock.monotonicMs() - startedMs };
}

async function awaitConnection(
  invocation: Invocation,
  cluster: Cluster,
  { target, stored, timeoutMs }: { target: FoundConnection; stored: StoredToken; timeoutMs: number },
): Promise<Pick<PairingOutcome, 'report' | 'steps' | 'waited'>> {
  const { name, namespace, resource, found } = target;
  const afterFailure = `nothing but the ${stored.secret} was changed`;
  if (stored.taker === 'other-agent') {
    await awaitResource(invocation, { cluster, name, timeoutMs, before: resource });
    return { steps: [], waited: true };
  }
  const baseline = baselineOf(found?.report);
  const steps = new ShownSteps(invocation.progress, baseline);
  const wait = { cluster, name, namespace, baseline, steps, timeoutMs, afterFailure };
  const report = await awaitPairing(invocation, { ...wait, untilSynchronized: true });
  judgeFirstSync(report, invocation.progress);
  return { report, steps: steps.steps, waited: true };
}

function tokenNeeded(hasTokenOfKubectl: boolean): CompassError {
  const not = hasTokenOfKubectl ? '; --token is the one for the API server' : '';
  return new CompassError(
    'Usage',
    `a one-time token is needed: --token-stdin, --token-file FILE, or the invitation that Compass shows${not}`,
  );
}

function refuseWorking(target: FoundConnection, now: number): void {
  if (!isWorking(target, now)) return;
  throw new CompassError(
    'AlreadyConnected',
    `${target.name} is connected already, by a certificate that works; nothing was changed. reconnect pairs anew`,
    { next: 'kubectl compass reconnect --help' },
  );
}
