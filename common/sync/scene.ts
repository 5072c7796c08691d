import type { Cluster } from '#common/cluster/cluster.ts';
import { type CompassError, hasReason } from '#common/errors.ts';
import type { Alterations } from './alterations.ts';
import type { Place } from './place.ts';
import type { Present } from './present.ts';
import type { Marking } from './secret-marks.ts';
import { LONGEST_PAUSE_MS, type WriteGate } from './write-gate.ts';

/** What every write of a round needs to know. */
export interface Scene {
  readonly cluster: Cluster;
  readonly place: Place;
  readonly present: Present;
  readonly alterations: Alterations;
  /** Takes a Secret's name for an Application's id; false where another one has it already in this listing. */
  claimSecret(name: string, id: string): boolean;
  /** What the marks of Secrets follow from, by now. */
  marking(): Marking;
  /** Asked right before each deletion: whoever does not lead any more deletes nothing. */
  mayDelete(): boolean;
  /** Carries out one write; see `writer`. */
  write<T>(request: () => Promise<T>): Promise<T>;
  /** Reads what a write depends on, with the same patience; it counts as none. */
  read<T>(request: () => Promise<T>): Promise<T>;
}

/** A round was told to end: nothing more is written, and nobody is to blame. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** How often a write is sent while the API server asks to wait. */
const MOST_TRIES = 5;

/**
 * Carries out writes one whole request each, when `gate` lets them: a stop comes between two of them, never into one. A
 * write that the API server asks to wait (429) is sent again after the gate's pause, a few times; where that would hold up
 * the round, it fails (ClusterThrottled) with how long is asked for, and so does every further one. `onSent` is told of
 * each request.
 */
export function writer(gate: WriteGate, signal: AbortSignal | undefined, onSent?: () => void): Scene['write'] {
  let refusal: CompassError | undefined;
  const requireGoing = () => {
    if (signal?.aborted) throw new Stopped('the synchronization was stopped');
    if (refusal) throw refusal;
  };
  return async function write<T>(request: () => Promise<T>, tries = 1): Promise<T> {
    requireGoing();
    try {
      return await gate.run(() => {
        // It may have waited for long.
        requireGoing();
        onSent?.();
        return request();
      }, signal);
    } catch (error) {
      if (!hasReason(error, 'ClusterThrottled') || error === refusal) throw error;
      if (tries < MOST_TRIES && (error.retryAfterMs ?? 0) <= LONGEST_PAUSE_MS) return write(request, tries + 1);
      refusal ??= error;
      throw error;
    }
  };
}

/** Whether an error concerns the cluster as a whole, or who may write to it, so that going on with the next Application makes no sense. */
export function isClusterWide(error: unknown): error is CompassError {
  return hasReason(error, 'ClusterUnreachable', 'ClusterUnauthorized', 'ClusterThrottled', 'NotInstalled', 'Stopping');
}
