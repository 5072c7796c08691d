import { REASONS, type Reason, type Retry } from '#common/errors.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { ExplanationText } from './text.ts';
import { APPLICATION_TEXTS } from './texts/applications.ts';
import { CLUSTER_TEXTS } from './texts/cluster.ts';
import { COMPASS_TEXTS } from './texts/compass.ts';
import { CONDITION_TEXTS } from './texts/conditions.ts';
import { GUARD_TEXTS } from './texts/guards.ts';
import { IDENTITY_TEXTS } from './texts/identity.ts';
import { PLAN_TEXTS } from './texts/plan.ts';
import { PROGRAM_TEXTS } from './texts/program.ts';
import { STATE_TEXTS } from './texts/states.ts';

export type Subject = 'reason' | 'state' | 'condition' | 'plan';

/** One thing that can be explained. */
export interface Entry extends ExplanationText {
  readonly name: string;
  readonly subject: Subject;
  /** Reasons only: CMP0402, what the plugin exits with, and whether it is tried again by itself. */
  readonly code?: string;
  readonly exitCode?: number;
  readonly retry?: Retry;
}

const REASON_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  ...PROGRAM_TEXTS,
  ...CLUSTER_TEXTS,
  ...APPLICATION_TEXTS,
  ...GUARD_TEXTS,
  ...COMPASS_TEXTS,
  ...IDENTITY_TEXTS,
};

/** The reasons by their numbers, then the states, the conditions that have a name of their own, and the words of a plan. */
export function allEntries(): Entry[] {
  const reasons = (Object.keys(REASONS) as Reason[]).flatMap(reasonEntry);
  return [
    ...reasons.toSorted((a, b) => ((a.code ?? '') < (b.code ?? '') ? -1 : 1)),
    ...entriesOf('state', STATE_TEXTS),
    ...entriesOf('condition', CONDITION_TEXTS),
    ...entriesOf('plan', PLAN_TEXTS),
  ];
}

function reasonEntry(name: Reason): Entry[] {
  const { code, exit, retry } = REASONS[name];
  const text = REASON_TEXTS[name];
  return text ? [{ name, subject: 'reason', code, exitCode: exit, retry, ...text }] : [];
}

function entriesOf(subject: Subject, texts: Readonly<Record<string, ExplanationText>>): Entry[] {
  return Object.entries(texts).map(([name, text]) => ({ name, subject, ...text }));
}

/** What an exit code means, from the one table. */
export function exitMeaning(exitCode: number): string {
  return EXIT_CODES[exitCode] ?? '';
}
