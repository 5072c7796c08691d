import type { Report } from '#common/resources/report.ts';
import type { FoundConnection } from '../connection/find.ts';
import type { DryRun } from '../dry-run.ts';
import type { ShownSteps } from './show-steps.ts';
import type { StoredToken } from './store-token.ts';

/** What came of connect or reconnect, for text and document. */
export interface PairingOutcome {
  readonly target: FoundConnection;
  readonly dryRun: DryRun;
  /** Undefined where no new token was given. */
  readonly stored?: StoredToken | undefined;
  /** Undefined where it was not waited for, and where only the CompassConnection could be read. */
  readonly report?: Report | undefined;
  readonly steps: ShownSteps['steps'];
  /** Whether the pairing was waited for. */
  readonly waited: boolean;
  readonly elapsedMs: number;
}
