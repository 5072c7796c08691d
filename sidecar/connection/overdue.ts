import { isRenewalOverdue } from '#common/checks/life.ts';
import { formatTime } from '#common/clock.ts';
import { formatDuration } from '#common/duration.ts';
import type { Warning } from '../status/observation.ts';

const DAY_MS = 24 * 3_600_000;

/** How many days before its end an alarm is raised anew, for a certificate that lives 90 of them or longer. */
const ALARM_DAYS = [50, 30, 14, 7, 3, 1];
const FULL_LIFE_MS = 90 * DAY_MS;

/** A certificate's dates, in ms since the epoch. */
interface Dates {
  readonly notBefore: number;
  readonly notAfter: number;
  readonly renewAt: number;
}

/**
 * The alarm about a certificate that should have been renewed and was not, which rises while its end comes nearer: 50, 30,
 * 14, 7, 3 and 1 days before it, or as much of the life of one that lives shorter. The text changes with the step only.
 */
export function overdueAlarm(dates: Dates, now: number): Warning | undefined {
  if (!isRenewalOverdue(dates, now)) return undefined;
  const { notBefore, notAfter } = dates;
  const scale = Math.min(1, (notAfter - notBefore) / FULL_LIFE_MS);
  const passed = ALARM_DAYS.map((days) => days * DAY_MS * scale).filter((limitMs) => notAfter - now <= limitMs);
  const limitMs = passed.at(-1);
  if (limitMs === undefined) return undefined;
  const message = `the client certificate ends at ${formatTime(notAfter)}, in less than ${formatDuration(limitMs)}, and its renewal does not come about; it serves until then`;
  return { type: 'RenewalOverdue', message };
}
