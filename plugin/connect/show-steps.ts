import { REASONS } from '#common/errors.ts';
import type { Report, ReportedStep } from '#common/resources/report.ts';
import type { Progress } from '../output/progress.ts';
import type { Level } from '../output/symbols.ts';
import { type Baseline, stepsSince } from './baseline.ts';

/** Shows what the sidecar does, each step once: what is under way as such, what is done or has failed for good. */
export class ShownSteps {
  readonly #progress: Progress;
  readonly #baseline: Baseline;
  readonly #shown = new Set<string>();
  /** The steps since, as the last report has them. */
  steps: readonly ReportedStep[] = [];

  constructor(progress: Progress, baseline: Baseline) {
    this.#progress = progress;
    this.#baseline = baseline;
  }

  show(report: Report): void {
    this.steps = stepsSince(report, this.#baseline);
    for (const { step, status, message = '' } of this.steps) {
      const key = `${step} ${status} ${message}`;
      if (this.#shown.has(key)) continue;
      this.#shown.add(key);
      if (status === 'busy') this.#progress.busy(step, message || 'under way');
      else this.#progress.step(levelOf(status), step, withCode(message));
    }
  }

  /** What is under way now, for people who waited too long. */
  get current(): string | undefined {
    const last = this.steps.at(-1);
    return last && `${last.step}${last.message ? ` (${last.message})` : ''}`;
  }
}

function levelOf(status: string): Level {
  if (status === 'ok') return 'ok';
  return status === 'error' ? 'error' : 'none';
}

/** A message that begins with a reason carries its number, by which it can be looked up. */
function withCode(message: string): string {
  const [, name = ''] = /^(\w+): /.exec(message) ?? [];
  const row = Object.entries(REASONS).find(([reason]) => reason === name)?.[1];
  return row ? `${row.code} ${message}` : message;
}
