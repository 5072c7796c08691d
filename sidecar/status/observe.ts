import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { VERSION } from '#common/version.ts';
import type { ConnectionResult } from '../connection/connection-result.ts';
import type { ConnectionContext } from '../connection/context.ts';
import { freshState } from '../connection/state.ts';
import { holdsSync, type Suspension, suspensionInForce } from '../suspension/suspension.ts';
import type { SyncStep } from '../sync-step.ts';
import type { Observation, SuspensionObservation, SyncObservation } from './observation.ts';

/** What a pass has at its hands when it is to say how things stand. */
export interface Seen extends Pick<Observation, 'warnings' | 'requests' | 'connectorContact' | 'check'> {
  readonly context: ConnectionContext;
  readonly object: CompassConnection | undefined;
  readonly result: ConnectionResult;
  readonly syncStep: Pick<SyncStep, 'sync' | 'labels' | 'dueInMs' | 'secretsUnpublished'>;
}

/** The facts of a pass as status, report, Events and metrics are made of them. */
export function observe({ context, object, result, syncStep, ...seen }: Seen): Observation {
  const { credential, connection, renewAt, reconnectError } = result;
  const { established, renewed, acquired, runtimeId, tenant } = context.state.value ?? freshState();
  const now = context.clock.now();
  const suspension = suspensionInForce(context.state.value, now);
  const dueAt = connection && now + syncStep.dueInMs;
  const error = result.error === undefined ? undefined : knownError(result.error);
  if (error !== undefined && error !== result.error) {
    context.log.error('a bug: the connection step failed without a reason', errorFields(result.error));
  }
  return {
    ...seen,
    warnings: [...seen.warnings, ...result.warnings],
    now,
    generation: object?.metadata.generation,
    connection: {
      step: result.step,
      attempted: result.attempted,
      ok: connection !== undefined && error === undefined,
      error,
      established,
      renewed,
    },
    credential: credential && renewAt !== undefined ? { ...credential, acquired, renewAt } : undefined,
    identity: runtimeId === undefined ? undefined : { runtimeId, tenant },
    urls: connection && { connectorUrl: connection.urls.connector, directorUrl: connection.urls.director },
    sync: { ...syncStep.sync, suspended: suspended(suspension, syncStep.sync) },
    labels: syncStep.labels,
    decision: context.state.value?.deletions?.decision,
    secretsUnpublished: syncStep.secretsUnpublished,
    steps: context.steps.observed,
    token: result.token,
    reconnect: reconnectError && { reason: reconnectError.reason, message: reconnectError.message },
    leader: { isLeader: context.isLeader(), pod: context.config.podName, version: VERSION },
    nextSyncAt: holdsSync(suspension) ? suspension.until : dueAt,
  };
}

function suspended(
  suspension: Suspension | undefined,
  { outcome, time = 0 }: SyncObservation,
): SuspensionObservation | undefined {
  if (!suspension) return undefined;
  const { scope, since, until, reason, by } = suspension;
  const ends = until === undefined ? {} : { until: formatTime(until) };
  // What a synchronization before it counted is about another one.
  const waiting = scope === 'deletes' && time >= since ? outcome?.suspended : undefined;
  return { scope, since: formatTime(since), ...ends, reason, by, waiting };
}

/** The error that people may read: a bug has its stack in the log. */
export function knownError(error: unknown): CompassError {
  if (error instanceof CompassError) return error;
  return new CompassError('InternalError', 'an unexpected error; see the log of the sidecar');
}
