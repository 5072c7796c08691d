import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { Config } from '../config.ts';
import { Alterations } from './alterations.ts';
import { type DeletionState, NO_DELETIONS } from './deletions.ts';
import type { ListingTarget, OpenListing } from './director-source.ts';
import type { FailedApplication, SyncOutcome } from './outcome.ts';
import { synchronizeOnce } from './synchronize-once.ts';

export type { SyncOutcome } from './outcome.ts';

export interface SynchronizerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<
    Config,
    'connectionName' | 'integrationNamespace' | 'centralGatewayUrl' | 'skipAppsTlsVerify' | 'deletionBudget'
  >;
  readonly director: OpenListing;
  /** Applications that are written at the same time. */
  readonly concurrency?: number;
  /** How long a plan of deletions is held before it goes by itself; for ever unless said. */
  readonly holdMs?: number;
}

export interface SyncRequest extends ListingTarget {
  /** Ends the synchronization between two writes. */
  readonly signal?: AbortSignal | undefined;
  /** The held plan that a person let go. */
  readonly approvedPlanId?: string | undefined;
}

/** Keeps the cluster's Applications and Secrets as the Director lists them. */
export interface Synchronizer {
  /**
   * One synchronization; while one runs, a second call waits for the same. Whatever fails is in the outcome: one
   * Application never keeps the others from being synchronized. Rejects for bugs only.
   */
  run(request: SyncRequest): Promise<SyncOutcome>;
}

export function createSynchronizer(options: SynchronizerOptions): Synchronizer {
  let running: Promise<SyncOutcome> | undefined;
  const alterations = new Alterations(options.log);
  let deletions: DeletionState = NO_DELETIONS;
  let listedFor: string | undefined;
  let failing: ReadonlyMap<string, FailedApplication> = new Map();

  const round = async (request: SyncRequest): Promise<SyncOutcome> => {
    const of = `${request.endpoint.url} ${request.runtimeId}`;
    // What one Runtime's listings said of absence says nothing about another's.
    if (of !== listedFor) deletions = NO_DELETIONS;
    listedFor = of;
    const result = await synchronizeOnce(options, request, { deletions, alterations });
    deletions = result.deletions;
    failing = logOutcome(options.log, result.outcome, failing);
    return result.outcome;
  };

  return {
    run(request) {
      running ??= round(request).finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/** Beyond, the report has them. */
const MOST_FAILURES_LOGGED = 20;

/** One line where something changed, and one for each Application that begins to fail or fails differently. */
function logOutcome(
  log: Log,
  outcome: SyncOutcome,
  before: ReadonlyMap<string, FailedApplication>,
): ReadonlyMap<string, FailedApplication> {
  const { fetch, created, updated, deleted, unchanged, failed, held, applyError, changes } = outcome;
  const counts = { created: created.length, updated: updated.length, deleted: deleted.length, unchanged };
  const summary = { ...counts, failed: failed.length, listed: fetch.listed, pages: fetch.pages, held: held?.id };
  if (changes.length > 0) log.info('applications were synchronized', summary);
  else log.debug('applications were synchronized', summary);
  if (applyError) log.warn('applications were not applied', errorFields(applyError));
  const now = new Map(failed.map((failure) => [`${failure.id} ${failure.name}`, failure]));
  const fresh = [...now].filter(([key, { message }]) => before.get(key)?.message !== message);
  for (const [, failure] of fresh.slice(0, MOST_FAILURES_LOGGED))
    log.warn('an application is not in sync', { ...failure });
  const further = fresh.length - MOST_FAILURES_LOGGED;
  if (further > 0) log.warn('further applications are not in sync', { count: further });
  return now;
}
