import { CompassError } from '#common/errors.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { ConnectionResult } from './connection/connection-result.ts';
import type { RequestAnswer } from './request-handler.ts';
import type { Requests } from './requests.ts';
import { knownError } from './status/observe.ts';

const SUCCEEDED: RequestAnswer = { result: 'succeeded' };

export function failedAnswer({ reason, message, requestId }: CompassError): RequestAnswer {
  return { result: 'failed', reason, message, ...(requestId ? { requestId } : {}) };
}

/** How a synchronization that was asked for went; the counts are there however it went. */
export function syncAnswer(outcome: SyncOutcome | undefined): RequestAnswer {
  if (!outcome) return { result: 'failed', reason: 'InternalError', message: 'no synchronization has ended' };
  const counts = syncCounts(outcome);
  const error = outcome.fetch.error ?? outcome.applyError;
  if (error) return { ...failedAnswer(error), counts };
  if (outcome.failed.length === 0) return { ...SUCCEEDED, counts };
  const applications = outcome.failed.length === 1 ? '1 Application' : `${outcome.failed.length} Applications`;
  return { result: 'failed', reason: 'ApplicationFailed', message: `${applications} failed`, counts };
}

function syncCounts({ fetch, created, updated, deleted, unchanged, failed, held, suspended }: SyncOutcome) {
  return {
    listed: fetch.listed,
    pages: fetch.pages,
    created: created.length,
    updated: updated.length,
    deleted: deleted.length,
    unchanged,
    failed: failed.length,
    held: held?.count ?? 0,
    ...(suspended === undefined ? {} : { suspended }),
  };
}

/** Answers what the connection step settled: a renewal or a pairing that came about, or cannot. */
export function answerConnection(requests: Requests, result: ConnectionResult, now: number): void {
  const { did, error, reconnectError, attempted, connection } = result;
  // Nothing can be listed, and nobody knows when it can: to wait would tell less than to say why.
  if (!connection) requests.finish('sync', failedAnswer(knownError(error)), now);
  if (did === 'paired') requests.finish('reconnect', SUCCEEDED, now);
  if (did === 'renewed') requests.finish('renew', SUCCEEDED, now);
  if (reconnectError?.retry === 'never') requests.finish('reconnect', failedAnswer(reconnectError), now);
  if (attempted && error instanceof CompassError) {
    requests.finish('renew', failedAnswer(error), now);
    if (error.retry === 'never') requests.finish('reconnect', failedAnswer(error), now);
  }
}
