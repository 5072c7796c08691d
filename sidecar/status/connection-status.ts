import { formatTime } from '#common/clock.ts';
import type {
  CertificateStatus,
  CompassConnectionStatus,
  ConnectionStatus,
  SynchronizationStatus,
  Time,
} from '#common/resources/compass-connection.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { conditions } from './conditions.ts';
import { connectionState, currentOutcome, isNewlyPaired, syncSuspension } from './connection-state.ts';
import { applicationText, errorText } from './error-text.ts';
import type { Observation } from './observation.ts';

/**
 * The status that follows from an observation, exact to the second: the states of docs/operations.md, and times as the reference
 * agent sets them.
 * `previous` supplies what the observation does not say: times that others set, errors from before a restart.
 * Whether it is worth a write is settle-status.ts's question.
 */
export function connectionStatus(
  previous: CompassConnectionStatus | undefined,
  observation: Observation,
): CompassConnectionStatus {
  const state = connectionState(previous?.connectionState, observation);
  return {
    connectionState: state,
    connectionStatus: connectionPart(previous?.connectionStatus ?? { certificateStatus: {} }, observation),
    synchronizationStatus: synchronizationPart(previous?.synchronizationStatus ?? {}, observation),
    conditions: conditions(previous?.conditions, state, observation),
  };
}

function connectionPart(previous: ConnectionStatus, observation: Observation): ConnectionStatus {
  const { connection, now } = observation;
  const success = connection.attempted && connection.ok;
  const establishedNow = isNewlyPaired(observation) ? now : undefined;
  return {
    certificateStatus: certificatePart(previous.certificateStatus ?? {}, observation),
    ...time('established', connection.established ?? establishedNow, previous.established),
    ...time('lastSync', connection.attempted ? now : undefined, previous.lastSync),
    ...time('lastSuccess', success ? now : undefined, previous.lastSuccess),
    ...time('renewed', connection.renewed, isNewlyPaired(observation) ? null : previous.renewed),
    ...(connection.ok ? {} : { error: errorText(connection.error) }),
  };
}

/** The dates of the certificate in use; the last one's while there is none, unless it was given back. */
function certificatePart(previous: CertificateStatus, { credential, connection }: Observation): CertificateStatus {
  if (!credential) return connection.error?.reason === 'Disconnected' ? {} : previous;
  const notBefore = formatTime(credential.notBefore);
  const isSame = previous.notBefore === notBefore && previous.notAfter === formatTime(credential.notAfter);
  return {
    ...time('acquired', credential.acquired, isSame ? previous.acquired : notBefore),
    notBefore,
    notAfter: formatTime(credential.notAfter),
  };
}

function synchronizationPart(previous: SynchronizationStatus, observation: Observation): SynchronizationStatus {
  const { sync, now } = observation;
  const ended = sync?.attempted && sync.outcome ? { at: sync.time ?? now, outcome: sync.outcome } : undefined;
  const fetchedAt = ended?.outcome.fetch.ok ? ended.at : undefined;
  const appliedAt = ended && isApplied(ended.outcome) ? ended.at : undefined;
  const error = synchronizationError(previous.error, observation);
  return {
    ...time('lastAttempt', ended?.at, previous.lastAttempt),
    ...time('lastSuccessfulFetch', fetchedAt, previous.lastSuccessfulFetch),
    ...time('lastSuccessfulApplication', appliedAt, previous.lastSuccessfulApplication),
    ...(error ? { error } : {}),
  };
}

function isApplied(outcome: SyncOutcome): boolean {
  return outcome.fetch.ok && !outcome.applyError && outcome.failed.length === 0;
}

function synchronizationError(previous: string | undefined, observation: Observation): string | undefined {
  const { labels } = observation;
  if (syncSuspension(observation)) return undefined;
  const outcome = currentOutcome(observation);
  if (!outcome) return isNewlyPaired(observation) ? undefined : previous;
  if (!outcome.fetch.ok) return errorText(outcome.fetch.error);
  if (!isApplied(outcome)) return applicationText(outcome);
  return labels?.error ? errorText(labels.error) : undefined;
}

/** A time as a field: the new one, else the previous one; no field where there is neither. */
function time<K extends string>(key: K, epochMs: number | undefined, previous: Time | undefined): { [P in K]?: Time } {
  const value = epochMs === undefined ? previous : formatTime(epochMs);
  return value ? ({ [key]: value } as { [P in K]?: Time }) : {};
}
