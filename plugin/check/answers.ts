import type { PlacedFinding } from './finding.ts';

/** What only a network and a sidecar can tell, beside what is read from the cluster. */
export interface CheckAnswers {
  /** The ways to Compass from the machine that it was asked on. */
  readonly here?: readonly PlacedFinding[];
  /** What the sidecar found, or why it was not asked. */
  readonly agent?: readonly PlacedFinding[];
}

/** What stands in the place of an answer that was never given. */
export const NOT_COLLECTED: Readonly<Record<keyof CheckAnswers, PlacedFinding>> = {
  here: {
    category: 'connector',
    name: 'reach',
    from: 'here',
    status: 'skipped',
    message: 'the archive holds no check of the ways to Compass',
  },
  agent: {
    category: 'agent',
    name: 'check',
    from: 'cluster',
    status: 'skipped',
    message: 'the archive holds no answer of the sidecar',
  },
};
