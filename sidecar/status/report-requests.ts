import { formatTime } from '#common/clock.ts';
import type { Report, ReportedRequest } from '#common/resources/report.ts';
import { clip } from './error-text.ts';
import type { Observation, RequestObservation } from './observation.ts';
import { present } from './present.ts';

const KEPT_REQUESTS = 32;

/** Newest first; the answer to a request replaces what was said about it before. */
export function reportedRequests(
  previous: Report | undefined,
  observation: Pick<Observation, 'requests' | 'sync'>,
): ReportedRequest[] {
  const reported = new Map((previous?.requests ?? []).map((request) => [nameOf(request), request]));
  for (const request of observation.requests) {
    const before = reported.get(nameOf(request));
    const changedTo = before?.finished === undefined ? changedRevision(previous, observation) : undefined;
    reported.set(nameOf(request), toReported(request, before, changedTo));
  }
  return [...reported.values()].toSorted(newestFirst).slice(0, KEPT_REQUESTS);
}

/** The revision of what the synchronization of this pass changed; undefined where it changed nothing. */
export function changedRevision(
  previous: Report | undefined,
  { sync, purge }: Pick<Observation, 'sync' | 'purge'>,
): number | undefined {
  const isChanged =
    (sync?.attempted === true && (sync.outcome?.changes.length ?? 0) > 0) || (purge?.changes.length ?? 0) > 0;
  return isChanged ? (previous?.revision ?? 0) + 1 : undefined;
}

/** An answer to `sync` that is new belongs to the synchronization of this very pass. */
function toReported(
  request: RequestObservation,
  before: ReportedRequest | undefined,
  changedTo: number | undefined,
): ReportedRequest {
  const { verb, id, by, acceptedAt, finishedAt, result, reason, message, requestId, counts } = request;
  const isOfThisSync = verb === 'sync' && finishedAt !== undefined && counts !== undefined;
  return present<ReportedRequest>({
    verb,
    id,
    by,
    accepted: before?.accepted ?? formatTime(acceptedAt),
    finished: finishedAt === undefined ? undefined : formatTime(finishedAt),
    result,
    reason,
    message: message === undefined ? undefined : clip(message),
    requestId,
    counts,
    revision: isOfThisSync && changedTo !== undefined ? changedTo : before?.revision,
  });
}

function nameOf({ verb, id }: Pick<ReportedRequest, 'verb' | 'id'>): string {
  return `${verb} ${id}`;
}

function newestFirst(a: ReportedRequest, b: ReportedRequest): number {
  if (a.accepted === b.accepted) return 0;
  return a.accepted < b.accepted ? 1 : -1;
}
