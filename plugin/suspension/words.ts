import { formatTime } from '#common/clock.ts';
import type { SuspensionText } from '#common/resources/suspension.ts';
import { humanDuration } from '../output/age.ts';

/** What is suspended. Times are milliseconds since the epoch. */
export interface SuspensionFacts extends Pick<SuspensionText, 'scope' | 'reason' | 'by'> {
  readonly until?: number | undefined;
  readonly since?: number | undefined;
  /** Applications that Compass does not list any more, and that stay for that. */
  readonly waiting?: number | undefined;
}

/** All of it, as a list: `sync, by eva, until 2026-09-11T18:00:00Z, release`. */
export function suspensionText({ scope, until, reason, by }: SuspensionFacts): string {
  const ends = until === undefined ? undefined : `until ${formatTime(until)}`;
  return [scope, by && `by ${by}`, ends, reason].filter((part) => part).join(', ');
}

const SHORT: Readonly<Partial<Record<string, string>>> = { deletes: 'deletions suspended', all: 'all suspended' };

/** As short as a line of the status: `deletions suspended for 3h58m more`. */
export function suspensionBrief({ scope, until }: SuspensionFacts, now: number): string {
  const what = (Object.hasOwn(SHORT, scope) ? SHORT[scope] : undefined) ?? 'suspended';
  return until === undefined
    ? what
    : `${what}${until > now ? ` for ${humanDuration(until - now)} more` : ', and about to go on'}`;
}
