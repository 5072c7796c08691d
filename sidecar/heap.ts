import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '#common/clock.ts';

/** How often it is looked whether there is something to give back. */
const LOOK_MS = 2_000;
/** How soon it is looked again where something was under way: what would be left of it is at its largest right after. */
const AFTER_BUSY_MS = 1_000;
/** What the process may have grown by, in bytes, before a collection is worth its pause: some tens of milliseconds. */
const WORTHWHILE = 1024 * 1024;
/** After so many looks more there is another collection: connections and credentials are let go of a minute after their last use. */
const LOOKS_TO_FOLLOW = 45;

/** After so many looks in a row that found it at work, what is under way is long, and worth compiling for. */
const LONG_LOOKS = 2;

/**
 * From now on V8 only interprets, and compiles without optimizing. What an optimizing compiler needs (its own code, its memory
 * while it works) is a fifth of a small process, and this one mostly waits for others. And code that has not run for long goes
 * also where it was compiled: else all that a first synchronization ran stays. The heap grows by less before it is collected, too.
 * To be called when everything is loaded: with other flags V8 refuses the compiled code that Node carries of its own modules.
 * See docs/performance.md.
 */
export function stopOptimizing(): void {
  for (const flag of ['--no-opt', '--no-maglev', '--flush-baseline-code', '--optimize-for-size'])
    setFlagsFromString(flag);
}

/** Whether V8 optimizes what runs often from now on, with the quicker of its two compilers: a fifth less to compute in a long round. */
function optimize(isOn: boolean): void {
  setFlagsFromString(isOn ? '--maglev' : '--no-maglev');
}

/** Collects all that is garbage and gives its pages back to the system, which V8 by itself does for the sake of new objects only. */
export function collectGarbage(): void {
  // Only a new context has the function, and only while this is set.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as NodeJS.GCFunction;
  setFlagsFromString('--no-expose-gc');
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

export interface HeapOptions {
  readonly clock: Clock;
  /** Whether something is under way that a pause would hold up. */
  readonly isBusy: () => boolean;
  readonly collect?: () => void;
  /** Told when something long is under way, and when it is no more. */
  readonly optimize?: (isOn: boolean) => void;
  /** How large the process is, in bytes. */
  readonly residentBytes?: () => number;
}

/**
 * Keeps the process small while nothing is under way, until `signal`: a synchronization leaves as much garbage as V8 lets it, and
 * then hours may pass without another collection. While something long is under way it is to be quick instead.
 */
export async function keepHeapSmall(options: HeapOptions, signal: AbortSignal): Promise<void> {
  const { clock, isBusy } = options;
  const pace = new Pace(options);
  const garbage = new Garbage(options);
  let waitMs = LOOK_MS;
  while (!signal.aborted) {
    await clock.sleep(waitMs, signal);
    const wasBusy = isBusy();
    pace.look(wasBusy);
    waitMs = wasBusy ? AFTER_BUSY_MS : LOOK_MS;
    if (!signal.aborted && !wasBusy) garbage.look();
  }
}

/** Has V8 optimize while something long is under way. */
class Pace {
  readonly #optimize: (isOn: boolean) => void;
  #busyLooks = 0;

  constructor(options: HeapOptions) {
    this.#optimize = options.optimize ?? optimize;
  }

  look(isBusy: boolean): void {
    const wasLong = this.#busyLooks >= LONG_LOOKS;
    this.#busyLooks = isBusy ? this.#busyLooks + 1 : 0;
    const isLong = this.#busyLooks >= LONG_LOOKS;
    if (isLong !== wasLong) this.#optimize(isLong);
  }
}

/** Collects what has become worth it. */
class Garbage {
  readonly #collect: () => void;
  readonly #residentBytes: () => number;
  #leastBytes = 0;
  #looksLeft = Number.POSITIVE_INFINITY;

  constructor({ collect = collectGarbage, residentBytes = process.memoryUsage.rss }: HeapOptions) {
    this.#collect = collect;
    this.#residentBytes = residentBytes;
  }

  look(): void {
    this.#looksLeft -= 1;
    const hasGrown = this.#residentBytes() >= this.#leastBytes + WORTHWHILE;
    if (!hasGrown && this.#looksLeft > 0) return;
    this.#collect();
    this.#leastBytes = this.#residentBytes();
    this.#looksLeft = hasGrown ? LOOKS_TO_FOLLOW : Number.POSITIVE_INFINITY;
  }
}
