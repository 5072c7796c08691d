import type { DryRun } from '../dry-run.ts';
import type { ApplicationChanges } from './applications.ts';
import type { MigrationStep } from './context.ts';
import type { MigrationFacts } from './facts.ts';
import type { MigrationFinding } from './finding.ts';
import type { MigrationAction } from './options.ts';
import type { Phase } from './phase.ts';

/** What a run showed or did. */
export interface MigrationOutcome {
  readonly action: MigrationAction;
  readonly dryRun: DryRun;
  readonly status: 'Ready' | 'Blocked' | 'Migrated' | 'RolledBack' | 'DryRun';
  readonly facts: MigrationFacts;
  /** Who keeps the connection when it ends. */
  readonly phase: Phase;
  /** Of a way back, what it costs. */
  readonly findings: readonly MigrationFinding[];
  readonly steps: readonly MigrationStep[];
  readonly applications?: ApplicationChanges | undefined;
}

/** 1 where something is in the way of what was only shown. */
export function exitCodeOfOutcome({ status }: Pick<MigrationOutcome, 'status'>): 0 | 1 {
  return status === 'Blocked' ? 1 : 0;
}
