import { formatTime } from '#common/clock.ts';
import { REASONS } from '#common/errors.ts';
import { notPermittedList } from '../connection/right.ts';
import { nextFor, type Place, remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { type CheckVerdict, type DatedIdentity, fractionLeft } from './check.ts';
import { CERTIFICATE_CHECK_KIND } from './kinds.ts';

interface CheckDocumentInput {
  readonly identity: DatedIdentity;
  readonly verdict: CheckVerdict;
  readonly exitCode: number;
  readonly place: Place;
  readonly now: number;
}

/** The check for programs. */
export function checkDocument({ identity, verdict, exitCode, place, now }: CheckDocumentInput): ReportDocument {
  const { notBefore, notAfter, renewAt } = identity;
  const left = fractionLeft(identity, now);
  const failed = verdict.lines.find(({ ok }) => !ok);
  return {
    ...documentHead(CERTIFICATE_CHECK_KIND, { status: verdict.status, exitCode }, now),
    ...(verdict.reason && failed
      ? {
          error: { code: REASONS[verdict.reason].code, reason: verdict.reason, message: failed.message },
          remediation: [remediationOf(nextFor(verdict.reason, place))],
        }
      : {}),
    ...{
      connection: identity.name,
      source: identity.source,
      ...(notBefore === undefined ? {} : { notBefore: formatTime(notBefore) }),
      notAfter: formatTime(notAfter),
      ...(renewAt === undefined ? {} : { renewAt: formatTime(renewAt) }),
      remainingSeconds: Math.max(0, Math.floor((notAfter - now) / 1_000)),
      ...(left === undefined ? {} : { lifetimeFractionLeft: Math.round(left * 1_000) / 1_000 }),
      checks: verdict.lines,
      notPermitted: notPermittedList(identity.notPermitted),
    },
  };
}
