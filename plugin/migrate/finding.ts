import type { Reason } from '#common/errors.ts';

/** One thing that was looked at before anything is changed. An `error` is in the way; a `skipped` one could not be looked at. */
export interface MigrationFinding {
  /** What was looked at, in one word. */
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'error' | 'skipped';
  readonly message: string;
  readonly reason?: Reason;
  /** What to do, where that is not what the table says of the reason. */
  readonly next?: string;
}
