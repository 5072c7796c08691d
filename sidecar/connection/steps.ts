import type { Clock } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import type { PAIRING_STEPS } from '#common/resources/report.ts';
import type { StepObservation } from '../status/observation.ts';

export type PairingStep = (typeof PAIRING_STEPS)[number];

/** What a pairing or a renewal does, step by step, for those who watch. Texts are for people and carry no secrets. */
export class Steps {
  readonly #clock: Clock;
  #steps: readonly StepObservation[] | undefined;
  /** Told of every change; it must return at once and not throw: nobody's watching may delay a pairing. */
  onChange: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In the order in which they began; undefined where nothing was tried since the start. */
  get observed(): readonly StepObservation[] | undefined {
    return this.#steps;
  }

  /** Another try begins: what was shown of the one before goes. */
  begin(): void {
    this.#steps = [];
  }

  busy(step: PairingStep, message: string): void {
    this.#put(step, 'busy', message);
  }

  ok(step: PairingStep, message: string): void {
    this.#put(step, 'ok', message);
  }

  failed(step: PairingStep, error: unknown): void {
    const message = error instanceof CompassError ? error.message : 'an unexpected error; see the log of the sidecar';
    this.#put(step, 'error', message);
  }

  /** Does the work of one step, and shows how it goes. Throws what the work throws. */
  async during<T>(step: PairingStep, doing: string, work: () => Promise<T>, done: (result: T) => string): Promise<T> {
    this.busy(step, doing);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.failed(step, error);
      throw error;
    }
    this.ok(step, done(result));
    return result;
  }

  isBusy(step: PairingStep): boolean {
    return this.#steps?.some((seen) => seen.step === step && seen.status === 'busy') ?? false;
  }

  #put(step: PairingStep, status: StepObservation['status'], message: string): void {
    const others = (this.#steps ?? []).filter((seen) => seen.step !== step);
    this.#steps = [...others, { time: this.#clock.now(), step, status, message }];
    this.onChange();
  }
}
