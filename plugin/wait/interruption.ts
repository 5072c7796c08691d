import type { Clock } from '#common/clock.ts';
import { CompassError, hasReason, type Reason } from '#common/errors.ts';

/** Why a run ended early: Ctrl-C, or SIGTERM, by the reason of the signal. They differ in their exit codes. */
export function reasonOfInterruption(interrupted: AbortSignal): Reason {
  return interrupted.reason === 'SIGTERM' ? 'Stopping' : 'Interrupted';
}

/** So long work that waits has to end by itself, and to say how to go on. */
const GRACE_MS = 1_000;

/** A year: longer than anybody waits. */
const LONGEST_MS = 365 * 86_400_000;

/** What must not be cut off while it is under way, by the signal that would. */
const held = new WeakMap<AbortSignal, Set<Promise<unknown>>>();

/**
 * Work that Ctrl-C lets finish: a call that spends a one-time token, and the writing down of its answer. Who calls it looks
 * at the signal afterwards. A second Ctrl-C ends the process all the same.
 */
export async function uninterrupted<T>(interrupted: AbortSignal, work: Promise<T>): Promise<T> {
  const works = held.get(interrupted) ?? new Set();
  held.set(interrupted, works.add(work));
  try {
    return await work;
  } finally {
    works.delete(work);
  }
}

/** The work, or, a moment after an interruption that it did not answer, Interrupted or Stopping. */
export async function orInterrupted<T>(
  work: Promise<T>,
  { clock, interrupted }: { readonly clock: Clock; readonly interrupted: AbortSignal },
): Promise<T> {
  const done = new AbortController();
  const interruption = async (): Promise<never> => {
    await clock.sleep(LONGEST_MS, AbortSignal.any([interrupted, done.signal]));
    await clock.sleep(GRACE_MS, done.signal);
    while ((held.get(interrupted)?.size ?? 0) > 0) {
      await Promise.allSettled([...(held.get(interrupted) ?? [])]);
      await clock.sleep(GRACE_MS, done.signal);
    }
    throw new CompassError(reasonOfInterruption(interrupted), 'interrupted');
  };
  try {
    return await Promise.race([work, interruption()]);
  } catch (error) {
    // A call to Compass that was cut off says Stopping, whoever cut it off.
    if (!interrupted.aborted || !hasReason(error, 'Stopping')) throw error;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError(reasonOfInterruption(interrupted), error.message, { cause: error, next: error.next });
  } finally {
    done.abort();
  }
}
