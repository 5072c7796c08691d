import { CompassError, hasReason } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { requireRights } from '../connect/rights.ts';
import { waitUntilReady } from '../install/wait-ready.ts';
import { confirm } from '../output/confirm.ts';
import { type ApplicationChanges, type ApplicationSet, fetchApplications, forgetApplications } from './applications.ts';
import type { MigrationContext } from './context.ts';
import { STATUS_SUBRESOURCE } from './judge-connection.ts';
import { phaseOf } from './phase.ts';
import { requireKept } from './prove.ts';
import { rightsToScale } from './rights.ts';
import { startAgent } from './switch-agent.ts';
import { stopSidecars } from './switch-sidecar.ts';
import { withdrawReport } from './withdraw-report.ts';
import { placeOf } from './workload.ts';

/** Whether there is nothing to go back from: the agent alone keeps the connection. */
export function isRolledBack({ facts }: Pick<MigrationContext, 'facts'>): boolean {
  return phaseOf(facts) === 'agent' && facts.record === undefined;
}

/** Throws MigrationBlocked where the agent could not work, or another sidecar would go on beside it. */
function requireWayBack({ facts }: Pick<MigrationContext, 'facts'>): void {
  const { definitions, otherLeader, namespace, agent } = facts;
  if (definitions.connection.hasStatus) {
    throw new CompassError('MigrationBlocked', `${STATUS_SUBRESOURCE}; nothing was changed`, {
      next: 'replace the definition by one without a status subresource first, such as the one of sidecar/deploy/crds',
    });
  }
  if (otherLeader !== undefined) {
    const message = `pod ${namespace}/${otherLeader} keeps the connection too, and is of no Deployment of a sidecar: it would go on beside ${placeOf(agent)}`;
    throw new CompassError('MigrationBlocked', `${message}; nothing was changed`, {
      next: `kubectl -n ${namespace} get pod ${otherLeader} --show-labels`,
    });
  }
}

/**
 * Gives the connection back to the agent, with the Secrets as they are now: no token is needed. Throws ConfirmationRequired,
 * MigrationBlocked, ClusterForbidden, and what goBack throws.
 */
export async function rollBack(
  invocation: Invocation,
  context: MigrationContext,
): Promise<ApplicationChanges | undefined> {
  requireWayBack(context);
  const { cluster, facts, dryRun } = context;
  await requireRights(cluster, rightsToScale(facts));
  if (dryRun !== 'none') {
    await stopSidecars(context);
    await startAgent(context);
    return undefined;
  }
  await confirm(invocation, `stop the sidecar, and let ${placeOf(facts.agent)} keep the connection again?`);
  try {
    return await goBack(context, await fetchApplications(cluster));
  } catch (error) {
    throw hasReason(error, 'Interrupted', 'Stopping') ? halfBack(error) : error;
  }
}

function halfBack(error: CompassError): CompassError {
  const next = 'kubectl compass migrate from-agent --rollback';
  const message = `${error.message}. The way back is half done, and goes on with --rollback`;
  return new CompassError(error.reason, message, { cause: error, next });
}

/**
 * Stops the sidecar, waits until it is gone, and starts the agent with what it had; each step looks at what is there. Throws
 * TimedOut where one takes too long, MigrationFailed where Applications did not stay.
 */
export async function goBack(context: MigrationContext, before: ApplicationSet): Promise<ApplicationChanges> {
  const { cluster, facts, invocation, timeoutMs, steps } = context;
  const { namespace = '', name } = facts.agent.metadata;
  await stopSidecars(context);
  await startAgent(context);
  await waitUntilReady(invocation, cluster, { namespace, name }, { timeoutMs });
  steps.add('ready', 'done', `${placeOf(facts.agent)} is ready`);
  await withdrawReport(context);
  const changes = await requireKept(context, before);
  await forgetApplications(cluster, namespace);
  return changes;
}
