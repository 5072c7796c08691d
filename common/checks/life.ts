import { formatTime } from '../clock.ts';
import { formatDuration } from '../duration.ts';
import { type Finding, knownFacts } from './finding.ts';

/** The dates of a client certificate, in milliseconds since the epoch. */
export interface CertificateDates {
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  /** When the sidecar means to renew it; undefined where nobody renews it. */
  readonly renewAt?: number | undefined;
}

/** What is normal after the deadline: a pass of the sidecar and its back-off. */
const GRACE_MS = 10 * 60_000;

/** Whether it should have been renewed and was not: by its own deadline and a twentieth of its life, never by fixed days. */
export function isRenewalOverdue({ notBefore, notAfter, renewAt }: CertificateDates, now: number): boolean {
  if (renewAt === undefined || notAfter === undefined) return false;
  const lifeMs = notBefore === undefined ? Number.POSITIVE_INFINITY : notAfter - notBefore;
  return now > renewAt + Math.min(GRACE_MS, lifeMs / 20);
}

/** Judges the dates of the client certificate: expired, not valid yet, overdue, or good. `cause` is why nobody renewed it. */
export function checkLife(dates: CertificateDates, now: number, cause?: string): Finding {
  const { notBefore, notAfter, renewAt } = dates;
  const base = { category: 'identity', name: 'validity', facts: factsOf(dates, now) } as const;
  if (notAfter === undefined) return { ...base, status: 'skipped', message: 'its dates are not known' };
  if (notAfter <= now) {
    const message = `the client certificate expired ${formatDuration(now - notAfter)} ago`;
    return { ...base, status: 'error', reason: 'CertificateExpired', message, cause };
  }
  if (notBefore !== undefined && notBefore > now) {
    const message = `the client certificate is valid only in ${formatDuration(notBefore - now)}`;
    return { ...base, status: 'warning', reason: 'ClockSkew', message, cause: 'the clocks differ' };
  }
  const left = `${formatDuration(notAfter - now)} ${lifeOf(dates)}left`;
  if (isRenewalOverdue(dates, now)) {
    const message = `renewal overdue by ${formatDuration(now - (renewAt ?? now))} (${shares(dates, now) ?? left})`;
    return { ...base, status: 'warning', reason: 'RenewalOverdue', message, cause };
  }
  return { ...base, status: 'ok', message: `valid, ${left}${renewal(renewAt, now)}` };
}

function lifeOf({ notBefore, notAfter }: CertificateDates): string {
  return notBefore === undefined || notAfter === undefined ? '' : `of ${formatDuration(notAfter - notBefore)} `;
}

function renewal(renewAt: number | undefined, now: number): string {
  if (renewAt === undefined) return '';
  return renewAt <= now ? ', renewal is due' : `, renewed in ${formatDuration(renewAt - now)}`;
}

function factsOf({ notBefore, notAfter, renewAt }: CertificateDates, now: number): Record<string, string> {
  const time = (at: number | undefined) => (at === undefined ? undefined : formatTime(at));
  return knownFacts({
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    renewAt: time(renewAt),
    percentLeft: percentLeft({ notBefore, notAfter }, now),
  });
}

/** When it was due and how it stands now, as parts of its life; undefined where that is not known. */
function shares(dates: CertificateDates, now: number): string | undefined {
  const due = dates.renewAt === undefined ? undefined : percentLeft(dates, dates.renewAt);
  const left = percentLeft(dates, now);
  return due === undefined || left === undefined ? undefined : `due at ${due}%, now ${left}% left`;
}

function percentLeft({ notBefore, notAfter }: CertificateDates, at: number): number | undefined {
  if (notBefore === undefined || notAfter === undefined || notAfter <= notBefore) return undefined;
  return Math.round((Math.max(0, notAfter - at) * 100) / (notAfter - notBefore));
}
