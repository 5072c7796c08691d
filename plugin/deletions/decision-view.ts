import { REASONS, type Reason } from '#common/errors.ts';
import type { Style } from '../command.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { dryRunNote } from '../dry-run.ts';
import { nextFor, type Place, remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import { plain } from '../output/text.ts';
import type { DecisionResult } from './decide.ts';

export const APPROVAL_DOCUMENT_KIND = 'ApprovalResult';
export const REJECTION_DOCUMENT_KIND = 'RejectionResult';

export interface DecisionVerdict {
  readonly status: string;
  readonly exitCode: number;
  readonly reason?: Reason;
  readonly message?: string;
}

/** Everything that was to go is gone; or what is not, which is no failure where Compass lists it again; or nobody can tell. */
export function judgeDecision({ verb, dryRun, request, outcome = [] }: DecisionResult): DecisionVerdict {
  if (dryRun !== 'none') return { status: 'DryRun', exitCode: 0 };
  if (!request) return { status: 'Requested', exitCode: 0 };
  if (verb === 'reject') return { status: 'Rejected', exitCode: 0 };
  const failed = outcome.filter(({ result }) => result === 'failed').length;
  if (failed > 0) return no('Failed', 'ApplicationFailed', `${failed} of ${outcome.length} could not be deleted`);
  const kept = outcome.filter(({ result }) => result === 'kept').length;
  if (kept > 0) {
    const message = `${kept} of ${outcome.length} are still there: what is no longer listed is something else by now`;
    return no('Changed', 'PlanChanged', message);
  }
  const unknown = outcome.filter(({ result }) => result === 'unknown').length;
  if (unknown === 0) return { status: 'Deleted', exitCode: 0 };
  return no('Unknown', 'ClusterForbidden', `whether ${unknown} of ${outcome.length} are gone cannot be looked at`);
}

function no(status: string, reason: Reason, message: string): DecisionVerdict {
  return { status, exitCode: REASONS[reason].exit, reason, message };
}

/** The result in every format. */
export function decisionView(
  result: DecisionResult,
  verdict: DecisionVerdict,
  now: number,
  style: Style,
  place: Place,
): Result {
  return {
    document: () => decisionDocument(result, verdict, now, place),
    names: [connectionFullName(result.connection)],
    text: () => `${formatDecision(result, verdict, style, place).join('\n')}\n`,
  };
}

function decisionDocument(
  { verb, connection, plan, id, dryRun, by, request, outcome }: DecisionResult,
  { status, exitCode, reason, message = '' }: DecisionVerdict,
  now: number,
  place: Place,
): ReportDocument & { readonly [part: string]: unknown } {
  const kind = verb === 'approve' ? APPROVAL_DOCUMENT_KIND : REJECTION_DOCUMENT_KIND;
  const { accepted, finished } = request ?? {};
  return {
    ...documentHead(kind, { status, exitCode }, now),
    connection,
    plan,
    ...(dryRun === 'none' ? { request: { id, ...(request ? { accepted, finished } : {}) } } : { dryRun }),
    ...(by === undefined ? {} : { by }),
    ...(request?.message === undefined ? {} : { message: request.message }),
    ...(outcome ? { applications: outcome } : {}),
    ...(reason && {
      error: { code: REASONS[reason].code, reason, message },
      remediation: [remediationOf(nextFor(reason, place))],
    }),
  };
}

function formatDecision(
  result: DecisionResult,
  { reason: verdict, message }: DecisionVerdict,
  style: Style,
  place: Place,
): string[] {
  const { verb, connection, plan, id, dryRun, request, outcome = [] } = result;
  const { symbols, paint } = style;
  const name = `compassconnection/${connection}`;
  const about = `plan ${plain(plan.id, symbols)}`;
  const done = verb === 'approve' ? 'approved' : 'rejected';
  if (dryRun !== 'none') return [`${name} ${about} would be ${done}${dryRunNote(dryRun)}`];
  if (!request) return [`${name} ${verb} of ${about} requested (request ${id})`];
  const marks = { deleted: '-', failed: symbols.mark.error, kept: '=', unknown: '?' } as const;
  const lines = outcome.map(({ name: application, result: came, reason, message: why }) => {
    const because = [reason, why].filter((part) => part).join(': ');
    return `  ${marks[came]} ${plain(application, symbols)} ${came}${because ? `  ${plain(because, symbols)}` : ''}`;
  });
  const unnamed = plan.count - plan.names.length;
  return [
    `${name} ${about} ${done}${verb === 'reject' ? '; nothing of it goes until what is no longer listed is something else' : ''}`,
    ...lines,
    ...(verb === 'approve' && unnamed > 0 ? [`  and ${unnamed} more, which the report did not name`] : []),
    ...(verdict === undefined ? [] : [`${paint.yellow(symbols.mark.warning)} ${message}: ${nextFor(verdict, place)}`]),
  ];
}
