import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import type { Config } from './config.ts';
import type { Connection } from './connection/maintain.ts';
import { Schedule } from './schedule.ts';
import type { LabelsObservation } from './status/observation.ts';

export interface LabelsStepOptions {
  /** Reports the Runtime's labels; returns the keys that were set, and throws LabelsFailed. */
  readonly report: (connection: Connection) => Promise<readonly string[]>;
  readonly config: Pick<Config, 'syncPeriodMs'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

/** Nobody but us sets these labels, so that they are looked at every so many rounds: each look is a request more for the whole fleet. */
const PERIOD_ROUNDS = 20;
const PERIOD_JITTER = 0.1;

/** Reports the Runtime's labels to the Director, beside the synchronization, which never fails by them. */
export class LabelsStep {
  readonly #options: LabelsStepOptions;
  readonly #schedule: Schedule;
  #reportedFor: string | undefined;
  #observation: LabelsObservation | undefined;

  constructor(options: LabelsStepOptions) {
    this.#options = options;
    this.#schedule = new Schedule(options.clock, options.random);
  }

  get observation(): LabelsObservation | undefined {
    return this.#observation;
  }

  /** Compass refused the last try by its rate limit. */
  get isThrottled(): boolean {
    const { attempted = false, error } = this.#observation ?? {};
    return attempted && hasReason(error?.cause, 'CompassThrottled');
  }

  /** What was reported is not there any more. */
  forget(): void {
    this.#observation = undefined;
    this.#schedule.hurry();
  }

  /** What the last pass did counts as past from now on. */
  beginPass(): void {
    if (this.#observation) this.#observation = { ...this.#observation, attempted: false };
  }

  /** Reports them when that is due, or for a Runtime that is another than before. */
  async run(connection: Connection): Promise<void> {
    if (connection.runtimeId !== this.#reportedFor) this.#schedule.hurry();
    if (!this.#schedule.isDue) return;
    const { report, config, log, random } = this.#options;
    this.#reportedFor = connection.runtimeId;
    try {
      const set = await report(connection);
      if (set.length > 0) log.info('labels of the Runtime were set', { labels: set });
      this.#observation = { attempted: true };
      this.#schedule.succeed(PERIOD_ROUNDS * config.syncPeriodMs * (1 + PERIOD_JITTER * (2 * random() - 1)));
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      log.warn('the labels of the Runtime were not set', errorFields(error));
      this.#observation = { attempted: true, error };
      this.#schedule.fail(error);
    }
  }
}
