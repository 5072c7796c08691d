import { randomBytes } from 'node:crypto';
import { CompassError, hasReason } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { Sensitive } from '#common/sensitive.ts';
import { Alterations } from '#common/sync/alterations.ts';
import { NO_DELETIONS } from '#common/sync/deletions.ts';
import { directorListing } from '#common/sync/director-source.ts';
import type { SyncPlan } from '#common/sync/plan-document.ts';
import { planSync } from '#common/sync/plan-sync.ts';
import type { Invocation } from '../command.ts';
import { compassTransport, errorFromHere } from '../compass/transport.ts';
import { humanDuration } from '../output/age.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import type { PlanQuestion } from './ask-plan.ts';
import { readDirectAccess } from './direct-access.ts';
import { namingRight } from './right.ts';
import { readSidecarSettings } from './sidecar-settings.ts';

/** The share of the Applications that may go at once, unless the sidecar was told otherwise. */
const DELETION_BUDGET = { fraction: 0.1 };

/**
 * Computes a plan from here, with the stored key and without the sidecar: lists the Applications at the Director, and has the
 * API server try each change. Throws what reading the key, the Director and the cluster throw; ClusterForbidden names the
 * right; TimedOut and Interrupted.
 */
export async function planDirectly(invocation: Invocation, question: PlanQuestion): Promise<SyncPlan> {
  const { hint, progress } = invocation;
  const { client } = question.connection.places;
  hint(
    `--direct reads the client key from Secret ${client.namespace}/${client.name}, and calls the Director from here`,
  );
  let calls = 0;
  const onCall = () => {
    calls += 1;
    progress.busy('director', `${calls} ${calls === 1 ? 'page' : 'pages'} read`);
  };
  const plan = await withDeadline(invocation, question.timeoutMs, (signal) =>
    compute(invocation, question, signal, onCall),
  );
  hint('fingerprints are keyed for this run: they tell equal from different, and nothing beyond this output');
  return plan;
}

async function compute(
  invocation: Invocation,
  { cluster, connection, names }: PlanQuestion,
  signal: AbortSignal,
  onCall: () => void,
): Promise<SyncPlan> {
  const { clock, hint } = invocation;
  const { name: connectionName, namespace, places } = connection;
  const settings = await readSidecarSettings(cluster, namespace);
  if (!settings.isRead) hint('no settings of a sidecar could be read: its defaults are assumed');
  const access = await readDirectAccess(cluster, connection, settings.allowedHosts, clock.now());
  const director = directorListing({ ...(await compassTransport(invocation)), observe: onCall });
  const { integrationNamespace } = places;
  const config = { connectionName, integrationNamespace, deletionBudget: DELETION_BUDGET, ...settings };
  const fingerprintKey = new Sensitive(randomBytes(32).toString('base64'));
  const plan = await planSync(
    { cluster, clock, log: silentLog, config, director },
    { endpoint: { ...access.endpoint, signal }, runtimeId: access.runtimeId, signal, fingerprintKey, names },
    { deletions: NO_DELETIONS, alterations: new Alterations(silentLog) },
  );
  const forbidden = plan.entries.find(({ reason }) => reason === 'ClusterForbidden');
  if (forbidden) throw new CompassError('ClusterForbidden', forbidden.message ?? 'a change is not permitted');
  return plan;
}

/** Ends what has not ended in time, and says by what it was ended. */
async function withDeadline<T>(
  { clock, interrupted, progress }: Invocation,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const deadline = async () => {
    if (Number.isFinite(timeoutMs)) await clock.sleep(timeoutMs, done.signal);
    if (Number.isFinite(timeoutMs) && !done.signal.aborted) late.abort();
  };
  const waiting = deadline();
  try {
    return await work(AbortSignal.any([interrupted, late.signal]));
  } catch (error) {
    if (interrupted.aborted || late.signal.aborted) throw endedEarly(interrupted, timeoutMs);
    throw hasReason(error, 'ClusterForbidden') ? namingRight(error) : errorFromHere(error);
  } finally {
    done.abort();
    await waiting;
    progress.clear();
  }
}

function endedEarly(interrupted: AbortSignal, timeoutMs: number): CompassError {
  if (interrupted.aborted)
    return new CompassError(reasonOfInterruption(interrupted), 'interrupted; nothing was changed');
  return new CompassError('TimedOut', `timed out after ${humanDuration(timeoutMs)}, listing the Applications`);
}
