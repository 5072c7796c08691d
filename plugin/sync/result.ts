import { REASONS, type Reason } from '#common/errors.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type {
  Report,
  ReportedChange,
  ReportedFailure,
  ReportedPlan,
  ReportedRequest,
} from '#common/resources/report.ts';
import type { DryRun } from '../dry-run.ts';

/** What came of a request to synchronize, or that it was made. */
export interface SyncResult {
  readonly connection: string;
  /** Why the listing lacked something, where it did: then only what it had is in sync. */
  readonly incompleteBecause?: string | undefined;
  /** Undefined of a dry run, and where an agent without a report was asked by the flag alone. */
  readonly id?: string | undefined;
  readonly dryRun: DryRun;
  readonly request?: ReportedRequest | undefined;
  readonly leader?: string | undefined;
  /** Undefined where nobody counted: not waited for, or an agent without a report. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
  readonly changes: readonly ReportedChange[];
  readonly failures: readonly ReportedFailure[];
  /** Failed Applications that the report does not name any more. */
  readonly unnamed: number;
  readonly held?: ReportedPlan | undefined;
  /** What is suspended while it went on. */
  readonly suspended?: Report['suspended'] | undefined;
  /** Of an agent without a report: the state that it ended in. */
  readonly state?: string | undefined;
  readonly tookMs?: number | undefined;
}

export interface SyncVerdict {
  readonly status: 'Synchronized' | 'Failed' | 'Held' | 'Requested' | 'DryRun';
  readonly exitCode: number;
  readonly reason?: Reason;
  readonly message?: string;
}

/** What the report says of this request, and of what it changed. */
export function resultOf(
  base: Pick<SyncResult, 'connection' | 'id' | 'dryRun' | 'tookMs'>,
  { request, report }: { readonly request: ReportedRequest; readonly report: Report },
): SyncResult {
  const { counts, revision } = request;
  const failures = (counts?.['failed'] ?? 0) > 0 ? (report.failures ?? []) : [];
  return {
    ...base,
    request,
    leader: report.leader?.pod,
    counts,
    changes: revision === undefined ? [] : (report.changes ?? []).filter((change) => change.revision === revision),
    failures,
    unnamed: Math.max(0, (counts?.['failed'] ?? 0) - failures.length),
    incompleteBecause: whyIncomplete(report),
    held: (counts?.['held'] ?? 0) > 0 ? report.held : undefined,
    suspended: report.suspended,
  };
}

function whyIncomplete({ contact }: Report): string | undefined {
  const { complete, incompleteBecause } = contact?.director ?? {};
  return complete === false ? (incompleteBecause ?? 'something was missing') : undefined;
}

/** What an agent without a report lets one know. */
export function resultOfAgent(
  base: Pick<SyncResult, 'connection' | 'dryRun' | 'tookMs'>,
  { status }: CompassConnection,
): SyncResult {
  return { ...base, state: status?.connectionState ?? '', changes: [], failures: [], unnamed: 0 };
}

/** The states in which an agent has synchronized all. */
const GOOD_STATES = ['Synchronized', 'MetadataUpdateFailed'];

/** The answer to "is everything as Compass lists it?": failed Applications first, then deletions that wait for a person. */
export function judgeSync({ counts, state, request, dryRun }: SyncResult): SyncVerdict {
  if (state !== undefined) return judgeState(state);
  if (!request) return { status: dryRun === 'none' ? 'Requested' : 'DryRun', exitCode: 0 };
  const { failed = 0 } = counts ?? {};
  if (failed > 0 || request.result !== 'succeeded') {
    return verdict('Failed', 'ApplicationFailed', request.message ?? `${failed} failed`);
  }
  return judgeDeletions(counts);
}

/** Deletions that wait: because somebody suspended them, or because they are too many at once. */
function judgeDeletions({ held = 0, suspended = 0 }: Readonly<Record<string, number>> = {}): SyncVerdict {
  if (suspended > 0) {
    const stay = suspended === 1 ? '1 Application stays that is' : `${suspended} Applications stay that are`;
    return verdict('Held', 'Suspended', `deletions are suspended: ${stay} not listed any more; all else is in sync`);
  }
  if (held === 0) return { status: 'Synchronized', exitCode: 0 };
  const deletions = held === 1 ? '1 deletion is' : `${held} deletions are`;
  return verdict('Held', 'DeletionsHeld', `${deletions} held; everything else is in sync`);
}

function judgeState(state: string): SyncVerdict {
  if (GOOD_STATES.includes(state)) return { status: 'Synchronized', exitCode: 0 };
  return verdict('Failed', 'ApplicationFailed', `the agent ended in the state ${state || '(none)'}`);
}

function verdict(status: SyncVerdict['status'], reason: Reason, message: string): SyncVerdict {
  return { status, exitCode: REASONS[reason].exit, reason, message };
}
