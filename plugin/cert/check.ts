import { formatTime } from '#common/clock.ts';
import type { Reason } from '#common/errors.ts';
import { comingIn, humanDuration } from '../output/age.ts';
import type { KnownIdentity } from './identity.ts';

/** How much has to be left: a length of time, or a share of the certificate's whole life. */
export type Least = { readonly ms: number } | { readonly percent: number };

export interface Demands {
  /** `--expires-in`. */
  readonly expiresIn: Least | undefined;
  /** `--survive`, in milliseconds. */
  readonly surviveMs: number | undefined;
}

export interface CheckLine {
  readonly name: 'validity' | 'renewal' | 'expires-in' | 'survive';
  readonly ok: boolean;
  readonly message: string;
}

export interface CheckVerdict {
  readonly status: 'Fine' | 'RenewalDue' | 'WouldNotSurvive' | 'Expired' | 'Refused';
  /** Undefined where all is fine. */
  readonly reason: Reason | undefined;
  readonly lines: readonly CheckLine[];
}

/** An identity whose end is known. */
export type DatedIdentity = KnownIdentity & { readonly notAfter: number };

/** The share of its life that is left when the reference agent renews: what counts where no deadline is reported. */
const REFERENCE_THRESHOLD = 0.3;

/** Judges a certificate by its dates. Without demands it is asked whether the sidecar's own deadline has passed. */
export function checkCertificate(
  identity: DatedIdentity,
  { expiresIn, surviveMs }: Demands,
  now: number,
): CheckVerdict {
  const validity = validityLine(identity, now);
  if (identity.notAfter <= now) return { status: 'Expired', reason: 'CertificateExpired', lines: [validity] };
  if (identity.isRefused) return { status: 'Refused', reason: 'Rejected', lines: [validity] };
  const wanted = expiresIn ? expiryLine(identity, expiresIn, now) : undefined;
  const outage = surviveMs === undefined ? undefined : surviveLine(identity, surviveMs, now);
  const lines = [validity, ...(wanted || outage ? [] : [renewalLine(identity, now)]), wanted, outage].filter(
    (line) => line !== undefined,
  );
  const failed = lines.find(({ ok }) => !ok);
  if (!failed) return { status: 'Fine', reason: undefined, lines };
  return { status: failed.name === 'survive' ? 'WouldNotSurvive' : 'RenewalDue', reason: 'RenewalDue', lines };
}

/** How much of its life is left, 0 to 1; undefined where its beginning is not known. */
export function fractionLeft({ notBefore, notAfter }: DatedIdentity, now: number): number | undefined {
  if (notBefore === undefined || notAfter <= notBefore) return undefined;
  return Math.min(1, Math.max(0, (notAfter - now) / (notAfter - notBefore)));
}

function validityLine({ notBefore, notAfter, isRefused }: DatedIdentity, now: number): CheckLine {
  const name = 'validity';
  const until = formatTime(notAfter);
  if (notAfter <= now) return { name, ok: false, message: `expired ${humanDuration(now - notAfter)} ago (${until})` };
  if (isRefused) return { name, ok: false, message: `refused by Compass; it would be valid until ${until}` };
  const life = notBefore === undefined ? '' : ` of ${humanDuration(notAfter - notBefore)}`;
  return { name, ok: true, message: `valid ${humanDuration(notAfter - now)}${life} left, until ${until}` };
}

/** When a renewal is due: by the sidecar's own deadline, else as the reference agent does it; undefined where neither is known. */
function deadlineOf({ notBefore, notAfter, renewAt }: KnownIdentity): number | undefined {
  if (renewAt !== undefined) return renewAt;
  if (notBefore === undefined || notAfter === undefined) return undefined;
  return notAfter - (notAfter - notBefore) * REFERENCE_THRESHOLD;
}

/** Whether a renewal is due; where its dates are not known it may be. */
export function isRenewalDue(identity: KnownIdentity, now: number): boolean {
  const deadline = deadlineOf(identity);
  return deadline === undefined || deadline <= now;
}

function renewalLine(identity: DatedIdentity, now: number): CheckLine {
  const name = 'renewal';
  const deadline = deadlineOf(identity);
  if (deadline === undefined) return { name, ok: true, message: 'when a renewal is due is not known' };
  const how =
    identity.renewAt === undefined ? ', when 30% of its life is left (no sidecar has reported a deadline)' : '';
  const isDue = deadline <= now;
  const when = isDue ? `due since ${humanDuration(now - deadline)}` : `due ${comingIn(deadline - now)}`;
  return { name, ok: !isDue, message: `renewal ${when}${how}` };
}

function expiryLine(identity: DatedIdentity, least: Least, now: number): CheckLine {
  const name = 'expires-in';
  const leftMs = identity.notAfter - now;
  if ('ms' in least) return compared(name, leftMs >= least.ms, humanDuration(leftMs), humanDuration(least.ms));
  const fraction = fractionLeft(identity, now);
  if (fraction === undefined) return { name, ok: false, message: 'how long it lives is not known' };
  const percent = Math.round(fraction * 1_000) / 10;
  return compared(name, fraction * 100 >= least.percent, `${percent}%`, `${least.percent}%`);
}

function compared(name: 'expires-in', ok: boolean, left: string, least: string): CheckLine {
  return { name, ok, message: ok ? `${left} left, ${least} asked for` : `${left} left, less than ${least}` };
}

/** A renewal takes Compass, so without it nothing but what is left now counts. */
function surviveLine({ notBefore, notAfter }: DatedIdentity, surviveMs: number, now: number): CheckLine {
  const name = 'survive';
  const left = humanDuration(notAfter - now);
  const asked = humanDuration(surviveMs);
  if (notAfter - now >= surviveMs)
    return { name, ok: true, message: `survives ${asked} without Compass (${left} left)` };
  const isEverEnough = notBefore === undefined || notAfter - notBefore >= surviveMs;
  const hint = isEverEnough
    ? ''
    : `; a new one lives ${humanDuration(notAfter - (notBefore ?? 0))}, which is less, too`;
  return { name, ok: false, message: `survives ${left} without Compass, not ${asked}${hint}` };
}
