import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Log } from '#common/log.ts';
import type { Sensitive } from '#common/sensitive.ts';
import { Alterations } from './alterations.ts';
import { begunAnew, type DeletionState, NO_DELETIONS } from './deletions.ts';
import type { ListingTarget, OpenListing } from './director-source.ts';
import type { DeletionBudget } from './held-plan.ts';
import { type Logged, logOutcome, NOTHING_LOGGED } from './log-outcome.ts';
import type { KeptDeletions, SyncOutcome } from './outcome.ts';
import type { SyncPlan } from './plan-document.ts';
import { type PlanRequest, planSync } from './plan-sync.ts';
import type { Present } from './present.ts';
import type { PresentSource } from './present-source.ts';
import { SettledBefore } from './settled-before.ts';
import { synchronizeOnce } from './synchronize-once.ts';
import { WriteGate } from './write-gate.ts';

export type { SyncOutcome } from './outcome.ts';

/** What decides how Applications look in the cluster, and what may go. */
export interface SyncSettings {
  /** Of the CompassConnection that keeps them. */
  readonly connectionName: string;
  /** Where their Secrets are. */
  readonly integrationNamespace: string;
  readonly centralGatewayUrl: string;
  readonly skipAppsTlsVerify: boolean;
  readonly deletionBudget: DeletionBudget;
  /** How often the Director is listed, where that is known. */
  readonly syncPeriodMs?: number;
}

export interface SynchronizerOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: SyncSettings;
  readonly director: OpenListing;
  /** Where a round learns what is in the cluster; everything is listed for each unless said. */
  readonly present?: PresentSource;
  /** Keys the fingerprints that Secrets are marked with; without it they are not. */
  readonly fingerprintKey?: () => Sensitive | undefined;
  /** Applications that are worked on at the same time; how many writes are under way is another thing, see WriteGate. */
  readonly concurrency?: number;
  /** How long a plan of deletions is held before it goes by itself; for ever unless said. */
  readonly holdMs?: number;
  /** Told the Secrets of bundles that there are after a round, where they could be read and the round went to its end. */
  readonly onSecrets?: (present: Present) => void;
  /** See Scene. */
  readonly mayDelete?: () => boolean;
}

export interface SyncRequest extends ListingTarget {
  /** Ends the synchronization between two writes. */
  readonly signal?: AbortSignal | undefined;
  /** What is known of deletions from the rounds before, also those of other processes; what comes of it is in the outcome. */
  readonly kept?: KeptDeletions | undefined;
  /** Somebody suspended deletions: whatever else is listed is carried out, and nothing is deleted. */
  readonly deletionsSuspended?: boolean | undefined;
}

/** Keeps the cluster's Applications and Secrets as the Director lists them. */
export interface Synchronizer {
  /**
   * One synchronization; while one runs, a second call waits for the same. Whatever fails is in the outcome: one
   * Application never keeps the others from being synchronized. Rejects for bugs only.
   */
  run(request: SyncRequest): Promise<SyncOutcome>;
  /** What `run` would change now; comes after one that is running, and leaves no trace. See planSync. */
  plan(request: PlanRequest): Promise<SyncPlan>;
  /** Another replica has led since: what the listings before said of absence counts no more. */
  forget(): void;
  /** Deletions were suspended until now: absence is confirmed anew, and a held plan waits its whole time again. */
  confirmAnew(): void;
}

export function createSynchronizer(options: SynchronizerOptions): Synchronizer {
  let running: Promise<SyncOutcome> | undefined;
  const alterations = new Alterations(options.log);
  const gate = new WriteGate(options.clock, Math.random);
  const before = new SettledBefore();
  let deletions: DeletionState = NO_DELETIONS;
  let listedFor: string | undefined;
  let logged: Logged = NOTHING_LOGGED;

  const targetOf = ({ endpoint, runtimeId }: ListingTarget) => `${endpoint.url} ${runtimeId}`;
  const round = async (request: SyncRequest): Promise<SyncOutcome> => {
    const of = targetOf(request);
    // What one Runtime's listings said of absence says nothing about another's.
    if (of !== listedFor) deletions = NO_DELETIONS;
    listedFor = of;
    const result = await synchronizeOnce(options, request, { deletions, alterations, gate, before });
    deletions = result.deletions;
    logged = logOutcome(options.log, result.outcome, logged);
    const { applyError, stopped } = result.outcome;
    if (!applyError && !stopped) options.onSecrets?.(result.round.scene.present);
    return result.outcome;
  };

  return {
    run(request) {
      running ??= round(request).finally(() => {
        running = undefined;
      });
      return running;
    },
    async plan(request) {
      await running?.catch(() => undefined);
      const known = targetOf(request) === listedFor ? deletions : NO_DELETIONS;
      return planSync(options, request, { deletions: known, alterations });
    },
    forget() {
      deletions = NO_DELETIONS;
      before.clear();
      options.present?.forget();
    },
    confirmAnew() {
      deletions = begunAnew(deletions);
    },
  };
}
