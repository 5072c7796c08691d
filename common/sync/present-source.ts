import type { Cluster } from '#common/cluster/cluster.ts';
import type { Place } from './place.ts';
import type { Present } from './present.ts';
import { readPresent } from './read-present.ts';

/** Where a round learns what is in the cluster. */
export interface PresentSource {
  /** What is in the cluster now; the round keeps it up to date by what it writes. Throws CompassError. */
  open(signal?: AbortSignal): Promise<Present>;
  /** Somebody else may have led since: nothing that is remembered counts. */
  forget(): void;
}

/** Everything is listed for each round. */
export function listedPresent(cluster: Cluster, place: Place): PresentSource {
  return {
    open: async (signal) => (await readPresent(cluster, place, signal)).present,
    forget: () => undefined,
  };
}

/** For a round that stores nothing: what it would write stays with it. */
export function copiedPresent(source: PresentSource): PresentSource {
  return {
    open: async (signal) => (await source.open(signal)).copy(),
    forget: () => undefined,
  };
}
