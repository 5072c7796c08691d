import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { waitUntilReady } from '../install/wait-ready.ts';
import { confirm } from '../output/confirm.ts';
import { uninterrupted } from '../wait/interruption.ts';
import {
  type ApplicationChanges,
  fetchApplications,
  forgetApplications,
  rememberApplications,
} from './applications.ts';
import type { MigrationContext } from './context.ts';
import { phaseOf } from './phase.ts';
import { prove, readBaseline } from './prove.ts';
import { goBack } from './roll-back.ts';
import { sidecarPlace } from './sidecar-place.ts';
import { settleRecord, stopAgent } from './switch-agent.ts';
import { installSidecar, sidecarRef, startSidecar } from './switch-sidecar.ts';
import { placeOf } from './workload.ts';

const HERE = 'kubectl compass migrate from-agent';

/** Whether there is nothing left to do: the sidecar keeps the connection, and no migration was cut off. */
export function isMigrated({ facts }: Pick<MigrationContext, 'facts'>): boolean {
  return phaseOf(facts) === 'sidecar' && (facts.record === undefined || facts.record.provenAt !== undefined);
}

/**
 * Moves the connection from the agent to the sidecar. Every step looks at what is there, so that a run that was cut off is gone
 * on with by another. What fails after the agent was stopped is taken back. Throws ConfirmationRequired; MigrationFailed where
 * the agent runs again; MigrationBlocked where it could not be brought back; Interrupted, with where it stands.
 */
export async function applyMigration(
  invocation: Invocation,
  context: MigrationContext,
  image: string | undefined,
): Promise<ApplicationChanges | undefined> {
  const { cluster, facts, dryRun } = context;
  const { agent } = facts;
  if (dryRun === 'none') {
    await confirm(invocation, `scale ${placeOf(agent)} to 0, and let ${sidecarPlace(facts)} keep the connection?`);
  }
  await installSidecar(context, image);
  if (dryRun !== 'none') {
    await stopAgent(context);
    await startSidecar(context);
    context.steps.add('prove', 'planned', 'wait for one call of the Director, and compare the Applications');
    return undefined;
  }
  const agentNamespace = agent.metadata.namespace ?? '';
  const before = await rememberApplications(cluster, agentNamespace, facts.record !== undefined);
  const baseline = await readBaseline(context);
  try {
    const record = await stopAgent(context);
    await startSidecar(context);
    const changes = await prove(context, baseline, before);
    await waitUntilReady(invocation, cluster, sidecarRef(context), { timeoutMs: context.timeoutMs });
    await settleRecord(context, record);
    await forgetApplications(cluster, agentNamespace);
    return changes;
  } catch (error) {
    if (hasReason(error, 'Interrupted', 'Stopping')) throw whereItStands(error);
    return uninterrupted(invocation.interrupted, takeBack(context, error));
  }
}

function whereItStands(error: CompassError): CompassError {
  const message = `${error.message}. The migration is half done, and goes on with --apply, or back with --rollback`;
  return new CompassError(error.reason, message, { cause: error, next: `${HERE} --apply` });
}

/** Brings the agent back, whoever interrupts: nobody would keep the connection otherwise. Always throws. */
async function takeBack(context: MigrationContext, error: unknown): Promise<never> {
  const { facts, invocation } = context;
  const why = messageOf(error);
  if (facts.definitions.connection.hasStatus) {
    const message = `${why}. It is not taken back, because the definition of CompassConnection has a status subresource, with which ${placeOf(facts.agent)} cannot work`;
    throw new CompassError('MigrationBlocked', message, { cause: error, next: 'kubectl compass check' });
  }
  invocation.hint(`it did not work, and is taken back: ${why}`);
  const goingOn = { ...context, invocation: { ...invocation, interrupted: new AbortController().signal } };
  try {
    await goBack(goingOn, await fetchApplications(context.cluster));
  } catch (another) {
    throw stuck(why, another);
  }
  // A bug is told as one, once nobody is without a connection because of it.
  if (!(error instanceof CompassError)) throw error;
  const next = error.next ?? `kubectl compass explain ${error.reason}`;
  throw new CompassError('MigrationFailed', `${why}. ${placeOf(facts.agent)} runs again as before`, {
    cause: error,
    next,
  });
}

function stuck(why: string, another: unknown): CompassError {
  const message = `${why}. It could not be taken back: ${messageOf(another)}`;
  return new CompassError('MigrationBlocked', message, { cause: another, next: `${HERE} --rollback` });
}
