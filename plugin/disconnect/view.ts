import type { ReportedRequest } from '#common/resources/report.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { type DryRun, dryRunNote } from '../dry-run.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';
import type { Undertaking } from './undertaking.ts';

export const DISCONNECT_DOCUMENT_KIND = 'DisconnectResult';

/** What came of it, or that it was asked for. */
export interface DisconnectResult {
  readonly connection: string;
  /** Of a dry run, one that nobody will answer. */
  readonly id: string;
  readonly dryRun: DryRun;
  readonly undertaking: Undertaking;
  /** What is done, or would be. */
  readonly plan: readonly string[];
  /** Undefined where it was not waited for. */
  readonly request?: ReportedRequest | undefined;
}

/** The result in every format. */
export function disconnectView(result: DisconnectResult, now: number, symbols: Symbols): Result {
  return {
    document: () => disconnectDocument(result, now),
    names: [connectionFullName(result.connection)],
    text: () => `${formatDisconnect(result, symbols)}\n`,
  };
}

function disconnectDocument(
  { connection, id, dryRun, undertaking, plan, request }: DisconnectResult,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  return {
    ...documentHead(DISCONNECT_DOCUMENT_KIND, { status: statusOf({ dryRun, request }), exitCode: 0 }, now),
    connection,
    ...(dryRun === 'none' ? { request: { id, ...timesOf(request) } } : { dryRun }),
    ...undertaking,
    plan,
    ...(request?.message === undefined ? {} : { message: request.message }),
    ...(request?.counts ? { counts: request.counts } : {}),
  };
}

function statusOf({ dryRun, request }: Pick<DisconnectResult, 'dryRun' | 'request'>): string {
  if (dryRun !== 'none') return 'DryRun';
  return request ? 'Disconnected' : 'Requested';
}

function timesOf(request: ReportedRequest | undefined): object {
  return request ? { accepted: request.accepted, finished: request.finished } : {};
}

function formatDisconnect({ connection, id, dryRun, plan, request }: DisconnectResult, symbols: Symbols): string {
  const name = `compassconnection/${connection}`;
  if (dryRun !== 'none') {
    const lines = plan.map((line) => `  ${plain(line, symbols)}`);
    return [`${name} would be disconnected${dryRunNote(dryRun)}`, ...lines].join('\n');
  }
  if (!request) return `${name} disconnect requested (request ${id})`;
  return `${name} disconnected${request.message ? `: ${plain(request.message, symbols)}` : ''}`;
}
