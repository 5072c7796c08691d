import type { ReportedRequest } from '#common/resources/report.ts';
import { describeSuspension } from '#common/resources/suspension.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { type DryRun, dryRunNote } from '../dry-run.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';

export const SUSPEND_DOCUMENT_KIND = 'SuspendResult';
export const RESUME_DOCUMENT_KIND = 'ResumeResult';

/** What is asked for: a suspension, or, without one, its end. */
export interface SuspensionResult {
  readonly connection: string;
  /** Of a dry run, one that nobody will answer. */
  readonly id: string;
  readonly dryRun: DryRun;
  readonly suspension?: AskedSuspension | undefined;
  /** Undefined where it was not waited for. */
  readonly request?: ReportedRequest | undefined;
}

export interface AskedSuspension {
  readonly scope: string;
  readonly until?: string | undefined;
  readonly reason: string;
  readonly by?: string | undefined;
}

/** The result in every format. */
export function suspensionView(result: SuspensionResult, now: number, symbols: Symbols): Result {
  return {
    document: () => suspensionDocument(result, now),
    names: [connectionFullName(result.connection)],
    text: () => `${formatSuspension(result, symbols)}\n`,
  };
}

function suspensionDocument(
  { connection, id, dryRun, suspension, request }: SuspensionResult,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  const kind = suspension ? SUSPEND_DOCUMENT_KIND : RESUME_DOCUMENT_KIND;
  const done = suspension ? 'Suspended' : 'Resumed';
  const status = dryRun === 'none' ? (request ? done : 'Requested') : 'DryRun';
  const { accepted, finished, message } = request ?? {};
  return {
    ...documentHead(kind, { status, exitCode: 0 }, now),
    connection,
    ...(dryRun === 'none' ? { request: { id, ...(request ? { accepted, finished } : {}) } } : { dryRun }),
    ...suspension,
    ...(message === undefined ? {} : { message }),
  };
}

function formatSuspension({ connection, id, dryRun, suspension, request }: SuspensionResult, symbols: Symbols): string {
  const name = `compassconnection/${connection}`;
  const what = suspension ? plain(describeSuspension(suspension), symbols) : 'resumed';
  if (dryRun !== 'none')
    return `${name} would be asked to be ${suspension ? 'suspended' : 'resumed'}${dryRunNote(dryRun)}${suspension ? `: ${what}` : ''}`;
  if (!request) return `${name} ${suspension ? 'suspend' : 'resume'} requested (request ${id})`;
  return `${name} ${plain(request.message ?? what, symbols)}`;
}
