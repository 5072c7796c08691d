import type { Clock } from '#common/clock.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { KeptDeletions } from '#common/sync/outcome.ts';
import type { Synchronizer, SyncOutcome } from '#common/sync/synchronize.ts';
import type { Config } from './config.ts';
import type { DocumentStore } from './connection/document-store.ts';
import { type Connection, directorEndpoint } from './connection/maintain.ts';
import { freshState, type StoredState } from './connection/state.ts';
import { isSameKept } from './deletions/kept-deletions.ts';
import { reportLabels } from './labels.ts';
import { Schedule } from './schedule.ts';
import type { LabelsObservation, SyncObservation } from './status/observation.ts';

export interface SyncStepOptions {
  readonly synchronizer: Synchronizer;
  readonly config: Config;
  readonly transport: Transport;
  /** Where it is kept what a person decided on deletions. */
  readonly state: DocumentStore<StoredState>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  /** Ends a synchronization between two writes. */
  readonly stopping: AbortSignal;
}

/** Periods differ by up to a tenth to either side, so that a fleet does not ask in step. */
const PERIOD_JITTER = 0.1;

/** Synchronizes when it is due, and reports the Runtime's labels after each listing that went well. */
export class SyncStep {
  readonly #options: SyncStepOptions;
  readonly #schedule: Schedule;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #sync: SyncObservation = { attempted: false };
  #labels: LabelsObservation | undefined;

  constructor(options: SyncStepOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.clock, options.random);
  }

  get sync(): SyncObservation {
    return this.#sync;
  }

  get labels(): LabelsObservation | undefined {
    return this.#labels;
  }

  get outcome(): SyncOutcome | undefined {
    return this.#sync.outcome as SyncOutcome | undefined;
  }

  get dueInMs(): number {
    return Math.max(this.#schedule.dueInMs, this.#restInMs);
  }

  /** The next one is due now, but not sooner than the minimal time after the last. */
  hurry(): void {
    this.#schedule.hurry();
  }

  /** What was synchronized is not there any more. */
  forget(): void {
    this.#sync = { attempted: false };
    this.#labels = undefined;
  }

  /** Another replica has led since: deletions are confirmed anew. */
  leadAnew(): void {
    this.#options.synchronizer.forget();
  }

  /** What the last pass did counts as past from now on. */
  beginPass(): void {
    this.#sync = { ...this.#sync, attempted: false };
    if (this.#labels) this.#labels = { ...this.#labels, attempted: false };
  }

  /**
   * Runs when it is due, or at once where that was asked for. True when it ran to its end: `interrupt` ends it between two
   * writes for what cannot wait, and it is due again.
   */
  async run(connection: Connection, isAskedFor: boolean, interrupt: AbortSignal): Promise<boolean> {
    if (!isAskedFor && this.dueInMs > 0) return false;
    const { synchronizer, state, clock, stopping } = this.#options;
    this.#startedAtMs = clock.monotonicMs();
    const signal = AbortSignal.any([stopping, interrupt]);
    const endpoint = { ...directorEndpoint(connection), signal };
    const { runtimeId } = connection;
    const outcome = await synchronizer.run({ endpoint, runtimeId, signal, kept: state.value?.deletions });
    await this.#keep(outcome.kept);
    if (signal.aborted) {
      this.#schedule.hurry();
      return false;
    }
    this.#sync = { attempted: true, time: clock.now(), outcome };
    if (outcome.fetch.ok) await this.#reportLabels(connection);
    if (stopping.aborted) return false;
    this.#reschedule(outcome);
    return true;
  }

  get #restInMs(): number {
    return Math.max(0, this.#startedAtMs + this.#options.config.minimalSyncMs - this.#options.clock.monotonicMs());
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

  async #reportLabels(connection: Connection): Promise<void> {
    const { config, transport, log } = this.#options;
    try {
      const set = await reportLabels(connection, config, transport);
      if (set.length > 0) log.info('labels of the Runtime were set', { labels: set });
      this.#labels = { attempted: true };
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      log.warn('the labels of the Runtime were not set', errorFields(error));
      this.#labels = { attempted: true, error };
    }
  }

  /** A listing or a cluster that failed is backed off from; an Application that failed waits for the next period. */
  #reschedule(outcome: SyncOutcome): void {
    const { config, random } = this.#options;
    const error = outcome.fetch.ok ? outcome.applyError : (outcome.fetch.error ?? outcome.applyError);
    if (error) this.#schedule.fail(error);
    else this.#schedule.succeed(config.syncPeriodMs * (1 + PERIOD_JITTER * (2 * random() - 1)));
  }
}
