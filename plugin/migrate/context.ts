import type { Cluster } from '#common/cluster/cluster.ts';
import type { Invocation } from '../command.ts';
import type { DryRun } from '../dry-run.ts';
import type { MigrationFacts } from './facts.ts';

/** One step of a migration, as the document has it. */
export interface MigrationStep {
  readonly step: string;
  /** `planned` where nothing was done, `unchanged` where there was nothing to do. */
  readonly status: 'planned' | 'done' | 'unchanged';
  readonly message: string;
}

/** What each step works with. */
export interface MigrationContext {
  readonly invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress' | 'hint'>;
  readonly cluster: Cluster;
  readonly facts: MigrationFacts;
  readonly dryRun: DryRun;
  /** The longest wait of each step; Infinity waits for ever. */
  readonly timeoutMs: number;
  readonly steps: Steps;
}

/** What was done so far: shown as it happens, and kept for the document. */
export class Steps {
  readonly done: MigrationStep[] = [];
  readonly #progress: Invocation['progress'];

  constructor(progress: Invocation['progress']) {
    this.#progress = progress;
  }

  add(step: string, status: MigrationStep['status'], message: string): void {
    this.done.push({ step, status, message });
    const level = status === 'done' ? 'ok' : 'none';
    this.#progress.step(level, step, status === 'planned' ? `would ${message}` : message);
  }
}
