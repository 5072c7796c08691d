import type { CompassError, Reason } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { FailedApplication, SyncOutcome } from './outcome.ts';

/** What the log said last, so that it says only what changes. */
export interface Logged {
  readonly failing: ReadonlyMap<string, FailedApplication>;
  /** Why the listing failed; undefined while it works. */
  readonly listing: Reason | undefined;
  /** The plan of deletions that is held, by its id. */
  readonly held: string | undefined;
}

export const NOTHING_LOGGED: Logged = { failing: new Map(), listing: undefined, held: undefined };

/** One line where something changed, one for a listing that begins to fail or works again, for each held plan, and those of the failing. */
export function logOutcome(log: Log, outcome: SyncOutcome, before: Logged): Logged {
  const { fetch, created, updated, deleted, unchanged, failed, held, applyError, changes } = outcome;
  const counts = { created: created.length, updated: updated.length, deleted: deleted.length, unchanged };
  const { listed, pages } = fetch;
  const cost = { pages, writes: outcome.writes, durationMs: Math.round(outcome.durationMs) };
  const summary = { ...counts, failed: failed.length, listed, ...cost, held: held?.id };
  if (changes.length > 0) log.info('applications were synchronized', summary);
  else log.debug('applications were synchronized', summary);
  // A round that was stopped has neither failed nor shown that the listing works.
  if (outcome.stopped || isStop(applyError) || isStop(fetch.error)) return before;
  if (applyError) log.warn('applications were not applied', errorFields(applyError));
  return {
    listing: logListing(log, outcome, before.listing),
    failing: logFailing(log, failed, before.failing),
    held: logHeld(log, outcome, before.held),
  };
}

function isStop(error: CompassError | undefined): boolean {
  return error?.reason === 'Stopping';
}

function logListing(log: Log, { fetch }: SyncOutcome, before: Reason | undefined): Reason | undefined {
  const reason = fetch.error?.reason;
  if (reason === before) return reason;
  if (fetch.error) log.warn('the listing of applications failed', { ...errorFields(fetch.error), pages: fetch.pages });
  else log.info('the listing of applications works again', { listed: fetch.listed, pages: fetch.pages });
  return reason;
}

function logHeld(log: Log, { held, kept }: SyncOutcome, before: string | undefined): string | undefined {
  if (held && held.id !== before) log.warn('deletions are held', { plan: held.id, count: held.count, why: held.why });
  return held?.id ?? kept.held?.id;
}

/** Beyond, the report has them. */
const MOST_FAILURES_LOGGED = 20;

/** One line for each Application that begins to fail or fails differently. */
function logFailing(log: Log, failed: SyncOutcome['failed'], before: Logged['failing']): Logged['failing'] {
  const now = new Map(failed.map((failure) => [`${failure.id} ${failure.name}`, failure]));
  const fresh = [...now].filter(([key, { message }]) => before.get(key)?.message !== message);
  for (const [, failure] of fresh.slice(0, MOST_FAILURES_LOGGED))
    log.warn('an application is not in sync', { ...failure });
  const further = fresh.length - MOST_FAILURES_LOGGED;
  if (further > 0) log.warn('further applications are not in sync', { count: further });
  return now;
}
