import { REASONS, type Reason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import type { Report } from '#common/resources/report.ts';
import type { SyncPlan } from '#common/sync/plan-document.ts';
import type { DecideCommands } from '../deletions/decide-command.ts';
import { nextFor, type Place, remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { withLoginsMasked } from '../output/login.ts';
import { totalsLine } from './words.ts';

export const DIFF_DOCUMENT_KIND = 'Diff';

/** What is to be said about a plan, beside what it says itself. */
export interface DiffContext {
  readonly connection: string;
  /** Who computed it. */
  readonly source: 'sidecar' | 'direct';
  readonly place: Place;
  readonly now: number;
  /** What can be done about the plan that is held. */
  readonly decide?: DecideCommands | undefined;
  /** What is suspended: nothing of that happens before it is over. */
  readonly suspended?: Report['suspended'] | undefined;
}

/** Why the answer is no; undefined where there are no differences. What is not known to be the same is not. */
export function reasonOfDiff({ entries, omitted, complete }: SyncPlan): Reason | undefined {
  if (entries.length + (omitted?.entries ?? 0) > 0) return 'OutOfSync';
  return complete ? undefined : 'ListingIncomplete';
}

/** The plan for programs, without logins in its URLs; `--summary` leaves the contents out. */
export function diffDocument(
  plan: SyncPlan,
  { connection, source, place, now, decide, suspended }: DiffContext,
  isSummary: boolean,
): ReportDocument {
  const reason = reasonOfDiff(plan);
  const { schemaVersion: _version, request: _request, unknown: _unknown, time, entries, ...rest } = plan;
  return {
    ...documentHead(
      DIFF_DOCUMENT_KIND,
      { status: reason ?? 'NoDifferences', exitCode: reason ? REASONS[reason].exit : 0 },
      now,
    ),
    ...(reason && {
      error: { code: REASONS[reason].code, reason, message: messageFor(reason, plan) },
      remediation: [nextFor(reason, place), ...(decide ? [decide.approve, decide.reject] : [])].map(remediationOf),
    }),
    ...{
      connection,
      source,
      computedAt: time,
      ...rest,
      ...(suspended ? { suspended } : {}),
      entries: isSummary
        ? entries.map(({ before: _before, after: _after, ...entry }) => entry)
        : entries.map(withLoginsMasked),
    },
  };
}

function messageFor(reason: Reason, plan: SyncPlan): string {
  return reason === 'OutOfSync' ? totalsLine(plan) : (plan.incompleteBecause ?? 'the listing is not complete');
}

/** What a synchronization would write, as `kubectl get -o name` has it. */
export function namesOfDiff({ entries }: SyncPlan): string[] {
  const [group = ''] = APPLICATION.apiVersion.split('/');
  return entries
    .filter(({ action }) => ['create', 'update', 'delete'].includes(action))
    .map(({ kind, name }) => (kind === APPLICATION.kind ? `application.${group}/${name}` : `secret/${name}`));
}
