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

/**
 * From now on V8 only interprets, and compiles without optimizing. What an optimizing compiler needs (its own code, its memory
 * while it works) is a fifth of a small process, and this one mostly waits for others. And code that has not run for long goes
 * also where it was compiled: else all that a first synchronization ran stays. To be called when everything is loaded: with
 * other flags V8 refuses the compiled code that Node carries of its own modules. See docs/performance.md.
 */
export function stopOptimizing(): void {
  for (const flag of ['--no-opt', '--no-maglev', '--flush-baseline-code']) setFlagsFromString(flag);
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
  /** How large the process is, in bytes. */
  readonly residentBytes?: () => number;
}

/**
 * Keeps the process small while nothing is under way, until `signal`: a synchronization leaves as much garbage as V8 lets it, and
 * then hours may pass without another collection.
 */
export async function keepHeapSmall(
  { clock, isBusy, collect = collectGarbage, residentBytes = process.memoryUsage.rss }: HeapOptions,
  signal: AbortSignal,
): Promise<void> {
  let leastBytes = 0;
  let looksLeft = Number.POSITIVE_INFINITY;
  let waitMs = LOOK_MS;
  while (!signal.aborted) {
    await clock.sleep(waitMs, signal);
    const wasBusy = isBusy();
    waitMs = wasBusy ? AFTER_BUSY_MS : LOOK_MS;
    if (signal.aborted || wasBusy) continue;
    looksLeft -= 1;
    const hasGrown = residentBytes() >= leastBytes + WORTHWHILE;
    if (!hasGrown && looksLeft > 0) continue;
    collect();
    leastBytes = residentBytes();
    looksLeft = hasGrown ? LOOKS_TO_FOLLOW : Number.POSITIVE_INFINITY;
  }
}
