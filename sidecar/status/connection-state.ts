import { CONNECTION_STATES, type ConnectionState } from '#common/resources/compass-connection.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { Observation, SuspensionObservation } from './observation.ts';

/** The states that tell how synchronization went, and so outlive a restart until the next one has ended. */
const AFTER_SYNC: readonly string[] = [
  'SynchronizationFailed',
  'ResourceApplicationFailed',
  'MetadataUpdateFailed',
  'Synchronized',
] satisfies ConnectionState[];

/** The one of the seven states that an observation is (the table of docs/operations.md); the earliest failing step names it. */
export function connectionState(previous: string | undefined, observation: Observation): ConnectionState {
  if (!observation.connection.ok) return isLost(observation) ? 'ConnectionFailed' : 'ConnectionMaintenanceFailed';
  if (syncSuspension(observation)) return 'Connected';
  return stateOfSync(observation) ?? stateBefore(previous, observation);
}

/** Without a credential that Compass accepts; one that merely cannot be renewed still serves. */
function isLost({ connection, credential }: Observation): boolean {
  return connection.step === 'establish' || !credential;
}

function stateOfSync(observation: Observation): ConnectionState | undefined {
  const outcome = currentOutcome(observation);
  if (!outcome) return undefined;
  if (!outcome.fetch.ok) return 'SynchronizationFailed';
  if (outcome.applyError || outcome.failed.length > 0) return 'ResourceApplicationFailed';
  return observation.labels?.error ? 'MetadataUpdateFailed' : 'Synchronized';
}

/** Without an outcome: what stood before a restart is still the best that is known; a new pairing starts anew. */
function stateBefore(previous: string | undefined, observation: Observation): ConnectionState {
  if (isNewlyPaired(observation)) return 'Connected';
  const known = CONNECTION_STATES.find((state) => state === previous);
  return known && AFTER_SYNC.includes(known) ? known : 'Connected';
}

/** Whether this pass paired, so that nothing said about synchronization before is about this connection. */
export function isNewlyPaired({ connection }: Observation): boolean {
  return connection.step === 'establish' && connection.attempted && connection.ok;
}

/** How synchronization of this connection went last; what went before a pairing is not about this connection. */
export function currentOutcome(observation: Observation): SyncOutcome | undefined {
  const { sync } = observation;
  return sync?.attempted || !isNewlyPaired(observation) ? sync?.outcome : undefined;
}

/** The suspension that keeps synchronization from running at all; one of deletions alone does not. */
export function syncSuspension({ sync }: Observation): SuspensionObservation | undefined {
  return sync?.suspended && sync.suspended.scope !== 'deletes' ? sync.suspended : undefined;
}
