import type { CompassError } from '#common/errors.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { RequestAnswer } from './request-handler.ts';

export const SUCCEEDED: RequestAnswer = { result: 'succeeded' };

export function failedAnswer({ reason, message }: CompassError): RequestAnswer {
  return { result: 'failed', reason, message };
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

function syncCounts({ fetch, created, updated, deleted, unchanged, failed, held }: SyncOutcome) {
  return {
    listed: fetch.listed,
    pages: fetch.pages,
    created: created.length,
    updated: updated.length,
    deleted: deleted.length,
    unchanged,
    failed: failed.length,
    held: held?.count ?? 0,
  };
}
