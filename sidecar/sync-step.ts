import { DEFAULT_BACKOFF } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { KeptDeletions } from '#common/sync/outcome.ts';
import { Present } from '#common/sync/present.ts';
import type { Synchronizer, SyncOutcome } from '#common/sync/synchronize.ts';
import type { Config } from './config.ts';
import type { DocumentStore } from './connection/document-store.ts';
import { type Connection, directorEndpoint } from './connection/maintain.ts';
import { freshState, type StoredState } from './connection/state.ts';
import { isSameKept } from './deletions/kept-deletions.ts';
import type { LabelsStep } from './labels-step.ts';
import { Schedule, throttledBackoff } from './schedule.ts';
import type { LabelsObservation, PurgeObservation, SyncCause, SyncObservation } from './status/observation.ts';
import type { SecretList } from './status/secret-list.ts';
import type { Suspension } from './suspension/suspension.ts';

export interface SyncStepOptions {
  readonly synchronizer: Synchronizer;
  readonly config: Config;
  readonly labels: LabelsStep;
  /** Where it is kept what a person decided on deletions. */
  readonly state: DocumentStore<StoredState>;
  /** Noted by the synchronizer; published here. */
  readonly secretList?: SecretList | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Ends a synchronization between two writes. */
  readonly stopping: AbortSignal;
}

/** Periods are longer by up to a tenth, so that a fleet does not ask in step, and nobody asks more often than he is told to. */
const PERIOD_JITTER = 0.1;

/**
 * The rate limit of Compass is the fleet's: who meets it asks half as often, and step by step as often as before. Never so
 * rarely that two listings in a row could not confirm a deletion, which takes less than 5 minutes between them.
 */
const STRETCH = { by: 2, recovery: 0.8, longestMs: 4 * 60_000 };

/** Synchronizes when it is due, and reports the Runtime's labels after a listing that went well. */
export class SyncStep {
  readonly #options: SyncStepOptions;
  readonly #schedule: Schedule;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #sync: SyncObservation = { attempted: false };
  #stretch = 1;
  #why: SyncCause = 'start';
  #isSuspended = false;

  constructor(options: SyncStepOptions) {
    this.#options = options;
    const { clock, random, config } = options;
    this.#schedule = new Schedule(clock, random, DEFAULT_BACKOFF, throttledBackoff(config.syncPeriodMs));
  }

  get sync(): SyncObservation {
    return this.#sync;
  }

  get labels(): LabelsObservation | undefined {
    return this.#options.labels.observation;
  }

  get outcome(): SyncOutcome | undefined {
    return this.#sync.outcome as SyncOutcome | undefined;
  }

  get dueInMs(): number {
    return Math.max(this.#schedule.dueInMs, this.askedInMs);
  }

  /** In how many ms one may come that was asked for: not sooner than the minimal time after the last one began. */
  get askedInMs(): number {
    const { config, clock } = this.#options;
    return Math.max(0, this.#startedAtMs + config.minimalSyncMs - clock.monotonicMs());
  }

  isDue(isAskedFor: boolean): boolean {
    return (isAskedFor ? this.askedInMs : this.dueInMs) === 0;
  }

  /** The next one is due now, but not sooner than the minimal time after the last; `why` is what the report says of it. */
  hurry(why: SyncCause = 'schedule'): void {
    this.#schedule.hurry();
    this.#why = why;
  }

  /** Told in each pass, before it is asked to run, what is suspended: what waited for the end of that is due then. */
  noteSuspension(suspension: Suspension | undefined): void {
    const wasSuspended = this.#isSuspended;
    this.#isSuspended = suspension !== undefined;
    if (!wasSuspended || this.#isSuspended) return;
    this.#options.synchronizer.confirmAnew();
    this.hurry('resumed');
  }

  /** What was synchronized is not there any more, or only what could not be deleted. */
  async forget({ remaining }: Pick<PurgeObservation, 'remaining'>): Promise<void> {
    const { labels, secretList } = this.#options;
    this.#sync = { attempted: false };
    labels.forget();
    if (remaining > 0) return;
    secretList?.note(new Present());
    await secretList?.publish();
  }

  /**
   * In place of `run` while there is no connection: what a purge left is told until it is written, also by the process after
   * this one. Nothing ran.
   */
  async rest(): Promise<false> {
    const { secretList, state } = this.#options;
    const { purge, outcome } = state.value?.disconnected ?? {};
    if (purge && outcome?.result === 'succeeded') secretList?.note(new Present());
    await secretList?.publish();
    return false;
  }

  /** Why what is told of the Secrets may be old. */
  get secretsUnpublished(): string | undefined {
    return this.#options.secretList?.failure;
  }

  /** Compass refused another call by its rate limit, which is one for all: the listing has to wait as well. */
  holdBack(error: CompassError): void {
    this.#schedule.fail(error);
    this.#slowDown();
  }

  /** Another replica has led since: deletions are confirmed anew, and what it wrote is read. */
  leadAnew(): void {
    if (this.#sync.time !== undefined) this.#why = 'takeover';
    this.#options.synchronizer.forget();
    this.#options.secretList?.forget();
  }

  /** What the last pass did counts as past from now on. */
  beginPass(): void {
    this.#sync = { ...this.#sync, attempted: false };
    this.#options.labels.beginPass();
  }

  /**
   * Runs when it is due, or as soon as may be where that was asked for. True when it ran to its end: `interrupt` ends it between two
   * writes for what cannot wait, and it is due again.
   */
  async run(connection: Connection, isAskedFor: boolean, interrupt: AbortSignal): Promise<boolean> {
    if (!this.isDue(isAskedFor)) return false;
    const { synchronizer, secretList, state, clock, stopping } = this.#options;
    this.#startedAtMs = clock.monotonicMs();
    const signal = AbortSignal.any([stopping, interrupt]);
    const endpoint = { ...directorEndpoint(connection), signal };
    const { runtimeId } = connection;
    const kept = state.value?.deletions;
    const deletionsSuspended = this.#isSuspended;
    const outcome = await synchronizer.run({ endpoint, runtimeId, signal, kept, deletionsSuspended });
    await this.#keep(outcome.kept);
    if (signal.aborted) {
      this.#schedule.hurry();
      return false;
    }
    this.#sync = { attempted: true, time: clock.now(), outcome, why: isAskedFor ? 'request' : this.#why };
    await secretList?.publish();
    if (outcome.fetch.ok) await this.#options.labels.run(connection);
    if (stopping.aborted) return false;
    this.#why = 'schedule';
    this.#reschedule(outcome);
    return true;
  }

  /** Where it cannot be written, the next round says the same again. */
  async #keep(deletions: KeptDeletions): Promise<void> {
    const { state, log } = this.#options;
    if (isSameKept(deletions, state.value?.deletions)) return;
    try {
      const stored = (await state.load()) ?? freshState();
      await state.write({ ...stored, deletions });
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      log.warn('what is known of held deletions was not stored', errorFields(error));
    }
  }

  /** A listing or a cluster that failed is backed off from; an Application that failed waits for the next period. */
  #reschedule(outcome: SyncOutcome): void {
    const { config, random, labels } = this.#options;
    const error = outcome.fetch.ok ? outcome.applyError : (outcome.fetch.error ?? outcome.applyError);
    if (hasReason(error, 'CompassThrottled') || labels.isThrottled) this.#slowDown();
    else if (!error) this.#stretch = Math.max(1, this.#stretch * STRETCH.recovery);
    if (error) this.#schedule.fail(error);
    else this.#schedule.succeed(config.syncPeriodMs * this.#stretch * (1 + PERIOD_JITTER * random()));
  }

  #slowDown(): void {
    const longest = Math.max(1, STRETCH.longestMs / this.#options.config.syncPeriodMs);
    this.#stretch = Math.min(longest, this.#stretch * STRETCH.by);
  }
}
