import type { ReportedChange } from '#common/resources/report.ts';
import type { Style } from '../command.ts';
import { connectionFullName } from '../connection/full-name.ts';
import { age } from '../output/age.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { plain } from '../output/text.ts';
import type { HistoryEntry } from './revisions.ts';

export const HISTORY_DOCUMENT_KIND = 'History';

export interface HistoryContext {
  readonly connection: string;
  readonly application?: string | undefined;
  readonly now: number;
}

/** What happened, for programs. Additive changes only. */
export function historyDocument(
  entries: readonly HistoryEntry[],
  { connection, application, now }: HistoryContext,
): ReportDocument & { readonly [part: string]: unknown } {
  return {
    ...documentHead(HISTORY_DOCUMENT_KIND, { status: entries.length === 0 ? 'Empty' : 'Shown', exitCode: 0 }, now),
    connection,
    ...(application === undefined ? {} : { application }),
    revisions: entries.map(({ revision, time, cause, counts, changes }) => ({
      ...(revision === undefined ? {} : { revision }),
      time,
      ...cause,
      ...counts,
      changes,
    })),
  };
}

/** The objects that were changed, each once, as `kubectl get -o name` has them. */
export function namesOfHistory(entries: readonly HistoryEntry[]): string[] {
  const names = entries.flatMap(({ changes }) => changes.map(({ kind, name }) => fullName(kind, name)));
  return [...new Set(names)];
}

function fullName(kind: string, name: string): string {
  return kind === 'Application' ? `application.applicationconnector.kyma-project.io/${name}` : `secret/${name}`;
}

/** What happened, for people: each synchronization with what it was made for, and below it what it changed. */
export function formatHistory(
  entries: readonly HistoryEntry[],
  { connection, application, now }: HistoryContext,
  style: Style,
): string {
  if (entries.length === 0) {
    const what = application === undefined ? connectionFullName(connection) : `Application ${application}`;
    return `no changes of ${plain(what, style.symbols)} are known\n`;
  }
  const lines = entries.flatMap((entry) => [
    head(entry, now, style),
    ...entry.changes.map((one) => line(one, style)),
    ...cut(entry),
  ]);
  return `${lines.join('\n')}\n`;
}

function head({ revision, time, cause, counts }: HistoryEntry, now: number, { paint, symbols }: Style): string {
  const number = revision === undefined ? 'before revisions' : `rev ${revision}`;
  const count = counts && `${counts.created} created, ${counts.updated} updated, ${counts.deleted} deleted`;
  const why = cause ? plain(describeCause(cause), symbols) : undefined;
  const parts = [`${age(time, now)} ago`, why, count].filter((part) => part !== undefined);
  return `${paint.bold(number)}  ${parts.join('  ')}`;
}

const WHY: Readonly<Record<string, string>> = {
  start: 'the sidecar started',
  takeover: 'another replica took over',
  schedule: 'by its period',
  request: 'asked for',
  flag: 'asked for by spec.resyncNow',
  paired: 'newly paired',
  resumed: 'resumed',
  decision: 'a plan was decided on',
  disconnect: 'disconnected',
};

/** Why a synchronization was made, as words: `asked for by eva (2026-09-11T10:00:00Z/9c1)`. */
function describeCause({ why, request, by, plan, approvedBy }: NonNullable<HistoryEntry['cause']>): string {
  const what = Object.hasOwn(WHY, why) ? (WHY[why] ?? why) : why;
  const who = by ? ` by ${by}` : '';
  const id = request ? ` (${request})` : '';
  const approval = plan ? `, plan ${plan} approved${approvedBy ? ` by ${approvedBy}` : ''}` : '';
  return `${what}${who}${id}${approval}`;
}

const MARKS: Readonly<Record<string, string>> = { created: '+', updated: '~', renamed: '~', deleted: '-' };

function line({ action, kind, name, cause = '' }: ReportedChange, { paint, symbols }: Style): string {
  const mark = Object.hasOwn(MARKS, action) ? (MARKS[action] ?? '?') : '?';
  const paints: Readonly<Partial<Record<string, (text: string) => string>>> = { '+': paint.green, '-': paint.red };
  const text = `  ${mark} ${kind} ${plain(name, symbols)} ${plain(action, symbols)}`;
  return `${paints[mark]?.(text) ?? text}${cause === '' ? '' : `  ${plain(cause, symbols)}`}`;
}

/** The report keeps the last 50 changes: of a synchronization before them the counts are left. */
function cut({ counts, changes }: HistoryEntry): string[] {
  if (!counts) return [];
  const named = changes.filter(({ kind }) => kind === 'Application').length;
  const others = counts.created + counts.updated + counts.deleted - named;
  if (others <= 0) return [];
  return [`  and ${others} ${others === 1 ? 'Application' : 'Applications'} that the report does not name any more`];
}
