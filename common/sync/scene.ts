import { askedWaitMs } from '#common/backoff.ts';
import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { type CompassError, hasReason } from '#common/errors.ts';
import type { Alterations } from './alterations.ts';
import type { Place } from './place.ts';
import type { Present } from './present.ts';
import type { Marking } from './secret-marks.ts';

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
}

/** A round was told to end: nothing more is written, and nobody is to blame. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** How often a write is sent while the API server asks to wait. */
const MOST_TRIES = 5;
const SHORTEST_WAIT_MS = 1_000;
/** Whoever is asked to wait longer comes back in another round. */
const LONGEST_WAIT_MS = 30_000;

/**
 * Carries out writes one whole request each: a stop comes between two of them, never into one. Waits as long as the
 * API server asks for (429) and up to half as long again, a few times; where that would hold up the round, it fails
 * (ClusterThrottled) with how long is asked for.
 */
export function writer(
  clock: Clock,
  signal: AbortSignal | undefined,
  random: () => number = Math.random,
): Scene['write'] {
  return async function write<T>(request: () => Promise<T>, tries = 1): Promise<T> {
    if (signal?.aborted) throw new Stopped('the synchronization was stopped');
    try {
      return await request();
    } catch (error) {
      if (!hasReason(error, 'ClusterThrottled') || tries >= MOST_TRIES) throw error;
      const askedMs = Math.max(SHORTEST_WAIT_MS, error.retryAfterMs ?? SHORTEST_WAIT_MS * 2 ** tries);
      if (askedMs > LONGEST_WAIT_MS) throw error;
      await clock.sleep(askedWaitMs(askedMs, random), signal);
      return write(request, tries + 1);
    }
  };
}

/** Whether an error concerns the cluster as a whole, or who may write to it, so that going on with the next Application makes no sense. */
export function isClusterWide(error: unknown): error is CompassError {
  return hasReason(error, 'ClusterUnreachable', 'ClusterUnauthorized', 'ClusterThrottled', 'NotInstalled', 'Stopping');
}
