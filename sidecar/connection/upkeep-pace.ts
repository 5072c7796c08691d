import { DEFAULT_BACKOFF } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import type { Config } from '../config.ts';
import { Schedule, throttledBackoff } from '../schedule.ts';

/** How often the Connector is asked by certificate whether its URLs changed, without any other reason. */
const MAINTENANCE_PERIOD_MS = 6 * 3_600_000;

/** To either side, so that a fleet that was restarted at once does not ask in step ever after. */
const MAINTENANCE_JITTER = 0.25;

/** The synchronization has the first turn where Compass limits the rate: upkeep waits at least so many of its periods. */
const THROTTLED_PERIODS = 2.5;

/** Of the time that a certificate has left, the longest wait between two tries: there are several before it ends. */
const LONGEST_WAIT_OF_LIFE = 1 / 8;

export interface UpkeepOccasion {
  /** The credential is old, or somebody asks for another. */
  readonly isRenewal: boolean;
  /** Compass has not accepted this credential yet. */
  readonly isNew: boolean;
  /** The Director refused it. */
  readonly isSuspect: boolean;
}

/** When the upkeep of a credential calls Compass. */
export class UpkeepPace {
  readonly schedule: Schedule;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #minimalMs: number;
  #renewedAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: () => number, config: Pick<Config, 'syncPeriodMs' | 'minimalSyncMs'>) {
    const throttled = throttledBackoff(THROTTLED_PERIODS * config.syncPeriodMs);
    this.#clock = clock;
    this.#random = random;
    this.#minimalMs = config.minimalSyncMs;
    this.schedule = new Schedule(clock, random, DEFAULT_BACKOFF, throttled);
  }

  /** In how many ms a renewal that somebody asks for may come: not sooner than the minimal time after the last one. */
  get restInMs(): number {
    return Math.max(0, this.#renewedAtMs + this.#minimalMs - this.#clock.monotonicMs());
  }

  isDue({ isRenewal, isNew, isSuspect }: UpkeepOccasion): boolean {
    const isFirst = this.schedule.failures === 0 && (isRenewal || isNew);
    return this.schedule.isDue || isFirst || isSuspect;
  }

  succeed(): void {
    this.schedule.succeed(MAINTENANCE_PERIOD_MS * (1 + MAINTENANCE_JITTER * (2 * this.#random() - 1)));
  }

  /**
   * Backs off although all went well: a credential that is old as soon as it is there, by a clock, a Connector or a CA gone
   * wrong, must not be renewed without end.
   */
  rest(): void {
    this.schedule.fail();
  }

  renewed(): void {
    this.#renewedAtMs = this.#clock.monotonicMs();
  }

  /** `lifeMs` is what the certificate has left. */
  fail(error: unknown, lifeMs: number): void {
    this.schedule.fail(error, Math.max(DEFAULT_BACKOFF.firstMs, lifeMs * LONGEST_WAIT_OF_LIFE));
  }
}
