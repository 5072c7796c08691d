import type { Category, Finding } from '#common/checks/finding.ts';
import type { Reason } from '#common/errors.ts';

/** Where a check was made: from this machine at the way to Compass, by the sidecar, or by reading the cluster. */
export type Place = 'here' | 'agent' | 'cluster';

/** One finding of a run. A sidecar that is newer may have categories and reasons of its own. */
export interface PlacedFinding extends Omit<Finding, 'category' | 'reason'> {
  readonly category: Category | (string & {});
  readonly from: Place;
  /** A Reason of the table, or one that only a newer sidecar knows. */
  readonly reason?: string | undefined;
  /** What to do, where that is not what the table says of the reason. */
  readonly next?: string | undefined;
  /** It fails from here, and from the cluster it works. */
  readonly localOnly?: boolean;
}

/** A finding of this program's own, whose reason is in the table. */
export interface OwnFinding extends PlacedFinding {
  readonly reason?: Reason | undefined;
}

/** What follows from looking at the same thing from two places. */
export interface Conclusion {
  readonly category: string;
  readonly kind: 'here-only' | 'agent-only' | 'everywhere';
  readonly text: string;
}
